import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

const root = join(import.meta.dirname, "../../..");
const run = promisify(execFile);

/** What a folder takes on a disk of 4 KiB blocks: many small files weigh more than their bytes. */
function diskBytesIn(dir: string): number {
  return readdirSync(dir, { recursive: true, encoding: "utf8" })
    .map((file) => statSync(join(dir, file)))
    .reduce((sum, { size }) => sum + Math.ceil(size / 4096) * 4096, 0);
}

/** The wrapper as a user gets it: packed, and unpacked beside its declared dependencies only. */
describe("the packed wrapper", () => {
  const dir = mkdtempSync(join(tmpdir(), "spanledger-pack-"));
  const installed = join(dir, "node_modules/@spanledger/sdk");
  let tarball = "";

  beforeAll(() => {
    const packed = execFileSync("npm", ["pack", "--json", "--pack-destination", dir], {
      cwd: join(root, "src/sdk"),
      encoding: "utf8",
    });
    const listing: unknown = JSON.parse(packed);
    const [first] = Array.isArray(listing) ? listing : Object.values(listing as object);
    tarball = join(dir, (first as { filename: string }).filename);
    mkdirSync(installed, { recursive: true });
    execFileSync("tar", ["xzf", tarball, "--strip-components=1", "-C", installed]);
    mkdirSync(join(dir, "node_modules/@opentelemetry"));
    for (const name of declared())
      symlinkSync(join(root, "node_modules", name), join(dir, "node_modules", name));
  });

  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const node = async (args: string[]) => (await run(process.execPath, args, { cwd: dir })).stdout.trim();

  const declared = (): string[] => {
    const { dependencies } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    return Object.keys(dependencies);
  };

  it("stays under 4 MB with what it depends on, which is OpenTelemetry alone", () => {
    expect(declared()).toEqual(["@opentelemetry/api"]);
    const api = join(root, "node_modules/@opentelemetry/api");
    const needs = JSON.parse(readFileSync(join(api, "package.json"), "utf8")) as { dependencies?: object };
    expect(needs.dependencies ?? {}).toEqual({});
    expect(diskBytesIn(installed) + diskBytesIn(api)).toBeLessThan(4_000_000);
  });

  it("loads by import and by require", async () => {
    const names = "Object.keys(m).sort().join()";
    const imported = await node([
      "--input-type=module",
      "-e",
      `import * as m from "@spanledger/sdk"; console.log(${names})`,
    ]);
    const required = await node(["-e", `const m = require("@spanledger/sdk"); console.log(${names})`]);
    expect(imported.split(",")).toEqual(
      expect.arrayContaining(["flush", "observe", "shutdown", "withAttribution"]),
    );
    expect(required.replace("__esModule,", "")).toBe(imported);
  });

  it("estimates a price, by import and by require, without a server", async () => {
    const question =
      "m.estimatePrice({ model: 'gpt-4o-mini', input: 1000000, output: 1000000, at: '2026-11-01' })";
    const imported = await node([
      "--input-type=module",
      "-e",
      `import * as m from "@spanledger/sdk/prices"; console.log(${question}.total)`,
    ]);
    const required = await node([
      "-e",
      `const m = require("@spanledger/sdk/prices"); console.log(${question}.total)`,
    ]);
    expect([imported, required]).toEqual(["0.75", "0.75"]);
  });

  it("names no vendor package in its types", () => {
    const declarations = readdirSync(join(installed, "dist"), { recursive: true, encoding: "utf8" }).filter(
      (file) => file.endsWith(".d.ts"),
    );
    expect(declarations.length).toBeGreaterThan(0);
    for (const file of declarations) {
      const imports = readFileSync(join(installed, "dist", file), "utf8").matchAll(
        /(?:from|import)\s*\(?["']([^"'.][^"']*)["']/g,
      );
      for (const [, name] of imports) expect(name).toMatch(/^(@opentelemetry\/|node:)/);
    }
  });

  it("passes publint and are-the-types-wrong", async () => {
    await run(join(root, "node_modules/.bin/publint"), [tarball, "--strict"], { cwd: dir });
    await run(join(root, "node_modules/.bin/attw"), [tarball, "--profile", "esm-only"], { cwd: dir });
  }, 60_000);
});
