import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

interface Finding {
  filename: string;
  code: string;
}

const REFUSED: readonly string[] = [
  "const a = 0.5;",
  "const a = 1e-6;",
  "const a = -2.50;",
  'const a = parseFloat("1");',
  'const a = Number.parseFloat("1");',
  "const a = Number(text);",
  "const a = Number();",
  "const a = text.map(Number).length + Number(text[0]);",
  "const a = +text;",
  "const a = (1).toFixed(2);",
  "const a = (1).toPrecision(2);",
];

const ALLOWED: readonly string[] = [
  "const a = 1_000_000;",
  "const a = 0x1e;",
  "const a = 10n ** 18n;",
  'const a = Number.parseInt("1", 10);',
  "const a = Number(nano / 1_000_000n);",
  "const a = Number(text !== null) - Number(text === undefined);",
  "const a = -1;",
  'const a = "0.5";',
];

describe("the rule that keeps floats off the path of money", () => {
  const directory = mkdtempSync(join(tmpdir(), "no-float-"));
  let findings: Finding[] = [];

  beforeAll(() => {
    const plugin = join(process.cwd(), "tools/lint/no-float.mjs");
    writeFileSync(
      join(directory, ".oxlintrc.json"),
      JSON.stringify({
        categories: { correctness: "off" },
        jsPlugins: [plugin],
        rules: { "money/no-float": "error" },
      }),
    );
    for (const [kind, lines] of Object.entries({ refused: REFUSED, allowed: ALLOWED }))
      for (const [index, line] of lines.entries())
        writeFileSync(join(directory, `${kind}-${String(index)}.ts`), `${line}\n`);
    const run = spawnSync(
      "npx",
      ["oxlint", "-c", join(directory, ".oxlintrc.json"), "-f", "json", directory],
      {
        encoding: "utf8",
      },
    );
    findings = (JSON.parse(run.stdout) as { diagnostics: Finding[] }).diagnostics;
  }, 60_000);

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const of = (name: string) =>
    findings.filter(({ filename, code }) => filename.endsWith(`${name}.ts`) && code === "money(no-float)");

  it.each(REFUSED.map((line, index) => [line, index] as const))("refuses %s", (_line, index) => {
    expect(of(`refused-${String(index)}`).length).toBeGreaterThan(0);
  });

  it.each(ALLOWED.map((line, index) => [line, index] as const))("allows %s", (_line, index) => {
    expect(of(`allowed-${String(index)}`)).toEqual([]);
  });

  it("is in force where money is computed", () => {
    const config = JSON.parse(readFileSync(".oxlintrc.json", "utf8")) as {
      overrides: { files: string[]; rules: Record<string, string> }[];
    };
    const own = config.overrides.filter(({ rules }) => rules["money/no-float"] === "error");
    expect(own.flatMap(({ files }) => files)).toEqual(
      expect.arrayContaining(["src/server/pricing/**/*.ts", "src/server/domain/money.ts"]),
    );
  });
});
