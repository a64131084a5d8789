import { describe, expect, it } from "@jest/globals";
import { capture, type Captured } from "./capture-lab.js";
import { judge, ledgerAfter, stateOf } from "./compare.js";
import { EXPECTED } from "./expected.js";

const nodeMajor = Number(process.versions.node.split(".")[0]);

/** The program and the first Node that its packages run on. */
const PROGRAMS: readonly [name: string, node: number][] = [
  ["traceloop", 20],
  ["openinference", 20],
  ["langchain", 20],
  ["vercel-5", 20],
  ["vercel-6", 20],
  ["vercel-7", 22],
  ["vercel-openinference", 20],
  ["langfuse", 20],
  ["openlit", 20],
  ["otel-hooks", 20],
  ["wrapped", 20],
];

async function judgeInAnyOrder(one: Captured): Promise<{ summary: string; problems: string[] }> {
  const rows = await ledgerAfter(one.exports);
  const { summary, problems } = judge(rows, one);
  const spans = one.exports.flat();
  for (const [order, requests] of [
    ["one by one, backwards", [...spans].reverse().map((span) => [span])],
    ["one by one, twice", [...spans, ...spans].map((span) => [span])],
  ] as const) {
    if (JSON.stringify(stateOf(await ledgerAfter(requests))) !== JSON.stringify(stateOf(rows)))
      problems.push(`another ledger when delivered ${order}`);
  }
  return { summary, problems };
}

describe("real instrumentations against servers that know the truth", () => {
  it.concurrent.each(PROGRAMS.filter(([, node]) => nodeMajor >= node))(
    "%s: the ledger contradicts nothing that the servers answered",
    async (program) => {
      const summaries: Record<string, string> = {};
      const problems: string[] = [];
      for (const one of await capture(program)) {
        const verdict = await judgeInAnyOrder(one);
        summaries[one.situation] = verdict.summary;
        problems.push(...verdict.problems.map((text) => `${one.situation}: ${text}`));
      }
      expect(problems).toEqual([]);
      expect(summaries).toEqual(EXPECTED[program]);
    },
    60_000,
  );
});
