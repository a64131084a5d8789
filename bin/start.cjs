// `npm start` and `npm run demo`: builds when the sources are newer than the last build, then runs the CLI in this process,
// so that Ctrl-C reaches the server directly and its exit code is npm's (the scripts `exec` it, or their shell would die of the signal).
"use strict";
const { spawnSync } = require("node:child_process");
const { existsSync, readdirSync, statSync } = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "..");
const built = ["dist/server/cli/main.js", "src/sdk/dist/index.js", "dist/web/index.html"];
const sources = ["src", "web", "package.json", "tsconfig.json", "tsconfig.build.json"];

function newestMtime(place) {
  const stat = statSync(place);
  if (!stat.isDirectory()) return stat.mtimeMs;
  let newest = 0;
  for (const entry of readdirSync(place)) {
    if (entry === "dist" || entry === "node_modules") continue;
    newest = Math.max(newest, newestMtime(path.join(place, entry)));
  }
  return newest;
}

function isStale() {
  if (built.some((file) => !existsSync(path.join(root, file)))) return true;
  const oldestBuilt = Math.min(...built.map((file) => statSync(path.join(root, file)).mtimeMs));
  return sources.some((source) => newestMtime(path.join(root, source)) > oldestBuilt);
}

// An installed package has no sources: there is nothing to build.
if (existsSync(path.join(root, "tools/build.mjs")) && isStale()) {
  process.stdout.write("Building Spanledger (first start or changed sources)\n");
  const { status } = spawnSync(process.execPath, [path.join(root, "tools/build.mjs")], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

if (process.argv.length === 2) process.argv.push("start");
require("./spanledger.cjs");
