import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { readPanelRequest } from "../../../src/server/dashboards/panel-request.js";
import { CallsQuery } from "../../../src/server/query/calls.query.js";
import { TopCallsQuery } from "../../../src/server/query/top-calls.query.js";
import { CallsRepository } from "../../../src/server/storage/analytics/calls.repository.js";
import { RollupFreshness } from "../../../src/server/storage/analytics/rollups/rollup-freshness.js";
import { RollupKeeper } from "../../../src/server/storage/analytics/rollups/rollup-keeper.js";
import { panelRunner } from "../../support/panel-runner.js";
import { NOW_MS, openSeededLedger, type SeededLedger } from "./ledger.js";
import { seedRows } from "./seed.js";

const HOUR_MS = 3_600_000;
const NONE = "coalesce(nullIf(feature, ''), '(none)')";

let ledger: SeededLedger;

beforeAll(async () => {
  ledger = await openSeededLedger();
  await new RollupKeeper(ledger.store, new RollupFreshness(ledger.store)).catchUp(0);
  // Some hours are newer than their rollups, and one ends in calls that cost the same.
  const late = seedRows({ project: "default", count: 400, days: 3, endMs: NOW_MS, firstId: 4_000_000 });
  const alike = late.map((row, index) => ({
    ...row,
    call: { ...row.call, cost: index % 3 === 0 ? { ...row.call.cost, total: "0.5" } : row.call.cost },
  }));
  await new CallsRepository(ledger.store).insert(alike, []);
}, 120_000);

afterAll(() => ledger.close());

interface Case {
  hours: number;
  /** Shift of the range's ends, in milliseconds. */
  shiftMs: number;
  variables: Record<string, string[]>;
  where: string;
}

const CASES: readonly Case[] = [
  { hours: 720, shiftMs: 0, variables: {}, where: "1" },
  { hours: 720, shiftMs: 1_234_567, variables: { model: ["gpt-4.1"] }, where: "model = 'gpt-4.1'" },
  {
    hours: 200,
    shiftMs: 77,
    variables: { feature: ["(none)", "support-chat"] },
    where: `${NONE} IN ('(none)', 'support-chat')`,
  },
  { hours: 720, shiftMs: 0, variables: { user: ["grace"] }, where: "user = 'grace'" },
  { hours: 1, shiftMs: 0, variables: {}, where: "1" },
  { hours: 720, shiftMs: 2_000 * HOUR_MS, variables: {}, where: "1" },
];

/** A list panel's calls in order, and those of the plain question over all rows. */
async function bothLists(
  { hours, shiftMs, variables, where }: Case,
  board: string,
  panel: number,
  plain: { where: string; orderBy: string; limit: number },
): Promise<{ given: unknown[]; expected: unknown[] }> {
  const to = NOW_MS - shiftMs;
  const from = to - hours * HOUR_MS;
  const request = readPanelRequest({ from: String(from), to: String(to), variables });
  const { signal } = new AbortController();
  const { columns, rows } = await ledger.service.queryPanel("default", board, panel, request, signal);
  const at = columns.findIndex(({ name }) => name === "Call");
  const direct = await ledger.store.query(
    `SELECT id FROM calls
WHERE start_time >= fromUnixTimestamp64Milli(${from}) AND start_time <= fromUnixTimestamp64Milli(${to})
  AND ${where} AND ${plain.where}
ORDER BY ${plain.orderBy} LIMIT ${plain.limit}`,
    { onlyProject: "default" },
  );
  return { given: rows.map((row) => row[at]), expected: direct.rows.map(([id]) => id) };
}

const LISTS = [
  ["newest calls", "spanledger-calls", 2, { where: "1", orderBy: "start_time DESC, id", limit: 100 }],
  [
    "most expensive calls",
    "spanledger-calls",
    1,
    { where: "cost IS NOT NULL", orderBy: "cost DESC, start_time DESC, id", limit: 100 },
  ],
  [
    "newest failures",
    "spanledger-reliability",
    31,
    { where: "outcome = 'error'", orderBy: "start_time DESC, id", limit: 50 },
  ],
] as const;

describe("lists of single calls", () => {
  it.each(LISTS)(
    "have the %s, in order, though they read few hours",
    async (_, board, panel, plain) => {
      let longest = 0;
      for (const one of CASES) {
        const { given, expected } = await bothLists(one, board, panel, plain);
        expect(given).toEqual(expected);
        longest = Math.max(longest, given.length);
      }
      expect(longest).toBeGreaterThan(20);
    },
    120_000,
  );

  it.each([
    ["cost", "cost DESC NULLS LAST"],
    ["duration", "duration_ms DESC"],
    ["input", "input_total DESC NULLS LAST"],
    ["output", "output_total DESC NULLS LAST"],
    ["attempts", "attempt_count DESC"],
  ])(
    "have the calls with most of %s in the API too",
    async (sort, orderBy) => {
      const { store } = ledger;
      const calls = new CallsQuery(
        store,
        new CallsRepository(store),
        { nowMs: () => NOW_MS },
        new TopCallsQuery(panelRunner(store)),
      );
      const from = "2026-09-25T00:00:00.123Z";
      const questions: [Record<string, string>, string][] = [
        [{}, "1"],
        [{ from }, `start_time >= parseDateTime64BestEffort('${from}', 9, 'UTC')`],
        [
          { from, to: "2026-10-20T12:00:00Z", model: "gpt-4.1" },
          `model = 'gpt-4.1' AND start_time >= parseDateTime64BestEffort('${from}', 9, 'UTC') AND start_time < toDateTime('2026-10-20 12:00:00', 'UTC')`,
        ],
        [{ user: "grace" }, "user = 'grace'"],
      ];
      for (const [query, where] of questions) {
        const { data } = await calls.ask("default", { ...query, sort, limit: "40" });
        const direct = await store.query(
          `SELECT id FROM calls WHERE ${where} ORDER BY ${orderBy}, start_time DESC, id DESC LIMIT 40`,
          { onlyProject: "default" },
        );
        expect(data.map(({ id }) => id)).toEqual(direct.rows.map(([id]) => id));
        expect(data.length).toBeGreaterThan(0);
      }
    },
    60_000,
  );

  it("have the most expensive sessions as the calls themselves add up", async () => {
    const request = readPanelRequest({ from: "now-30d", to: "now" });
    const { signal } = new AbortController();
    const { rows } = await ledger.service.queryPanel("default", "spanledger-calls", 4, request, signal);
    const direct = await ledger.store.query(
      `SELECT session, coalesce(nullIf(min(feature), ''), '(none)'), count(), toFloat64(sum(cost)) AS spend,
  dateDiff('second', min(start_time), max(start_time))
FROM calls
WHERE start_time >= fromUnixTimestamp64Milli(${NOW_MS - 720 * HOUR_MS}) AND start_time <= fromUnixTimestamp64Milli(${NOW_MS}) AND session != ''
GROUP BY session ORDER BY spend DESC NULLS LAST, count() DESC, session LIMIT 50`,
      { onlyProject: "default" },
    );
    expect(rows.length).toBeGreaterThan(10);
    expect(rows).toEqual(direct.rows);
  }, 60_000);
});
