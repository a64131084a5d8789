#!/usr/bin/env node
"use strict";
const { existsSync } = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const v8 = require("node:v8");

// The embedded databases do their work on libuv's pool; four threads would make reads wait for writes. Must be set before
// anything uses the pool.
process.env.UV_THREADPOOL_SIZE ||= "16";

// V8 makes what it often saw survive in the old space at once. Of an export that is the lists, which are garbage a moment later, and
// until the whole heap is collected hold every record in them.
v8.setFlagsFromString("--no-allocation-site-pretenuring");

const [major, minor] = process.versions.node.split(".").map(Number);
const main = path.join(__dirname, "..", "dist", "server", "cli", "main.js");
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`spanledger needs Node 20.19 or newer; this is ${process.version}\n`);
  process.exitCode = 1;
} else if (!existsSync(main)) {
  process.stderr.write(
    "spanledger is not built yet: run `npm run build` (or `npm start`, which builds first)\n",
  );
  process.exitCode = 1;
} else {
  import(pathToFileURL(main).href).catch((error) => {
    process.stderr.write(`spanledger could not start: ${error?.stack ?? error}\n`);
    process.exitCode = 1;
  });
}
