import { readFileSync } from "node:fs";
import { loadBundledBook } from "../../src/server/pricing/load-book.js";
import { costFileSchema, matchFileSchema } from "./case-files.js";
import type { Verdict } from "./case-files.js";
import { checkCost } from "./check-costs.js";
import { checkMatch } from "./check-matches.js";

/**
 * Verdicts on every case of a file, cost or match shape, against the bundled price book.
 * @throws Error when the file has neither shape.
 */
export function checkFile(path: string): Verdict[] {
  const book = loadBundledBook();
  const data: unknown = JSON.parse(readFileSync(path, "utf8"));
  const matches = matchFileSchema.safeParse(data);
  if (matches.success) return matches.data.cases.map((test) => checkMatch(test, book));
  return costFileSchema.parse(data).cases.map((test) => checkCost(test, book));
}

function main(paths: readonly string[]): number {
  if (paths.length === 0) {
    console.error("usage: npm run prices:check -- FILE [FILE ...]");
    return 2;
  }
  let failed = false;
  for (const path of paths) {
    const verdicts = checkFile(path);
    const matched = verdicts.filter(({ differences }) => differences.length === 0);
    for (const { id, grade, differences, remarks } of verdicts) {
      const word = grade === "A" ? "FAIL" : "warn";
      for (const difference of differences) console.log(`${word} ${id} (${grade}): ${difference}`);
      for (const remark of remarks) console.log(`note ${id}: ${remark}`);
      if (differences.length > 0 && grade === "A") failed = true;
    }
    const given = matched.filter((verdict) => verdict.given === true).length;
    const note =
      given === 0 ? "" : `, ${String(given)} of them for a number of tool calls that its inputs do not hold`;
    console.log(`${path}: ${String(matched.length)}/${String(verdicts.length)} matched${note}`);
  }
  return failed ? 1 : 0;
}

if (process.argv[1]?.endsWith("check.ts") === true) process.exitCode = main(process.argv.slice(2));
