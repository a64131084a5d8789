// `npm test`: everything that must hold, in the order in which a failure is cheapest to see.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { mkdirSync, readFileSync, rmSync } from "node:fs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const scratch = join(root, ".tmp");
const results = join(scratch, "jest-results.json");
const jest = join(root, "node_modules/jest/bin/jest.js");
const extra = process.argv.slice(2);

/** Resolves with the exit code; output goes straight to the terminal. */
function run(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

function jestRun(projects, output, flags) {
  return run(
    process.execPath,
    [
      "--experimental-vm-modules",
      "--no-warnings",
      jest,
      "--selectProjects",
      ...projects,
      "--json",
      `--outputFile=${output}`,
      ...flags,
      ...extra,
    ],
    { NODE_ENV: "test" },
  );
}

function counts(file) {
  const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(
    readFileSync(file, "utf8"),
  );
  return {
    passed: numPassedTests,
    failed: numFailedTests + (numFailedTests === 0 ? numFailedTestSuites : 0),
    skipped: numPendingTests,
  };
}

rmSync(scratch, { recursive: true, force: true });
mkdirSync(scratch, { recursive: true });
const total = { passed: 0, failed: 0, skipped: 0 };
const started = Date.now();

async function step(name, action) {
  const begun = Date.now();
  process.stdout.write(`\n== ${name}\n`);
  const code = await action();
  process.stdout.write(
    `== ${name}: ${code === 0 ? "ok" : "FAILED"} in ${((Date.now() - begun) / 1000).toFixed(0)} s\n`,
  );
  return code;
}

async function suite(name, projects, flags) {
  const file = `${results}.${projects.join("-")}`;
  const code = await step(name, () => jestRun(projects, file, flags));
  const { passed, failed, skipped } = counts(file);
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  return code;
}

const codes = [];
if (extra.length === 0) {
  codes.push(await step("build", () => run(process.execPath, ["tools/build.mjs"])));
}
codes.push(await suite("unit tests", ["unit"], []));
// One engine per process and two cores: suites that open databases, servers or browsers run one after another.
codes.push(await suite("integration tests", ["integration"], ["--runInBand"]));
codes.push(await suite("end-to-end tests", ["e2e"], ["--runInBand"]));
codes.push(await suite("browser tests", ["browser"], ["--runInBand"]));
if (extra.length === 0) {
  codes.push(
    await step("examples", () => run(process.execPath, ["--import", "tsx", "tools/run-examples.ts"])),
  );
}

const stepFailed = codes.some((code) => code !== 0);
if (stepFailed && total.failed === 0) total.failed = 1;
process.stdout.write(`\nfinished in ${((Date.now() - started) / 1000).toFixed(0)} s\n`);
process.stdout.write(
  `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}\n`,
);
process.exitCode = stepFailed ? 1 : 0;
