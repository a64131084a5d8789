import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
const vite = join(root, "node_modules", "vite", "bin", "vite.js");

/** @type {[name: string, args: string[]][]} */
const steps = [
  ["wrapper", [tsc, "-p", "src/sdk/tsconfig.build.json"]],
  ["wrapper's price estimate", ["tools/sdk-prices/build.mjs"]],
  ["wrapper's declarations", ["tools/sdk-declarations.mjs"]],
  ["server", [tsc, "-p", "tsconfig.build.json"]],
  ["page", [vite, "build", "--config", "web/vite.config.ts", "--logLevel", "warn"]],
  // A fresh Postgres directory, packed: a first start then unpacks it and need not create one.
  ["control store template", ["dist/server/storage/control/write-template.js"]],
];

/** Resolves when the command ends with 0; its output is shown only when it fails. */
function run(name, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    const output = [];
    child.stdout.on("data", (chunk) => output.push(chunk));
    child.stderr.on("data", (chunk) => output.push(chunk));
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (code === 0) return resolve();
      process.stderr.write(Buffer.concat(output));
      reject(new Error(`building the ${name} failed (${signal ?? `exit code ${code}`})`));
    });
  });
}

/** tsc emits no data files: the price book travels beside the code that reads it. */
function copyData() {
  const from = join(root, "src/server/pricing/price-book");
  const to = join(root, "dist/server/pricing/price-book");
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from)) if (file.endsWith(".json")) cpSync(join(from, file), join(to, file));
}

const started = Date.now();
try {
  for (const dir of ["dist", "src/sdk/dist"])
    rmSync(join(root, dir), { recursive: true, force: true, maxRetries: 3 });
  for (const [index, [name, args]] of steps.entries()) {
    process.stdout.write(`  [${index + 1}/${steps.length}] building the ${name} ... `);
    const stepStarted = Date.now();
    await run(name, args);
    process.stdout.write(`${((Date.now() - stepStarted) / 1000).toFixed(1)} s\n`);
  }
  copyData();
  process.stdout.write(`  built in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
} catch (error) {
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = 1;
}
