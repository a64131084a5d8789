import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { readPanelRequest } from "../../../src/server/dashboards/panel-request.js";
import { SummaryQuery } from "../../../src/server/query/summary.query.js";
import { CallsRepository } from "../../../src/server/storage/analytics/calls.repository.js";
import { RollupFreshness } from "../../../src/server/storage/analytics/rollups/rollup-freshness.js";
import { RollupKeeper } from "../../../src/server/storage/analytics/rollups/rollup-keeper.js";
import { panelRunner } from "../../support/panel-runner.js";
import { NOW_MS, openSeededLedger, type SeededLedger } from "./ledger.js";
import { seedRows } from "./seed.js";

const HOURS = 96;
const FROM_MS = NOW_MS - HOURS * 3_600_000;

let ledger: SeededLedger;

beforeAll(async () => {
  ledger = await openSeededLedger();
}, 120_000);

afterAll(() => ledger.close());

/** This period's number of a headline panel. */
async function shown(board: string, panel: number): Promise<number> {
  const request = readPanelRequest({ from: String(FROM_MS), to: String(NOW_MS) });
  const { signal } = new AbortController();
  const { rows } = await ledger.service.queryPanel("default", board, panel, request, signal);
  expect(rows.map(([period]) => period)).toEqual(["Previous period", "This period"]);
  return Number(rows[1]?.[1]);
}

async function shownPercentiles() {
  return {
    p50: await shown("spanledger-latency", 1),
    p95: await shown("spanledger-latency", 2),
    again: await shown("spanledger-overview", 6),
    firstChunk: await shown("spanledger-overview", 7),
  };
}

async function expectShownAsApi() {
  const given = await shownPercentiles();
  const summary = await new SummaryQuery(
    ledger.store,
    { nowMs: () => NOW_MS },
    panelRunner(ledger.store),
  ).ask("default", {
    from: new Date(FROM_MS).toISOString(),
    // A panel's range has its last millisecond, the API's has not.
    to: new Date(NOW_MS + 1).toISOString(),
  });
  expect(given.again).toBe(given.p95);
  expect(summary.latencyMs.p50).toBeCloseTo(given.p50, 9);
  expect(summary.latencyMs.p95).toBeCloseTo(given.p95, 9);
  expect(summary.timeToFirstChunkMs.p95).toBeCloseTo(given.firstChunk, 9);
  return given;
}

/** Median and 95th percentile of the durations themselves, of any number of calls. */
async function ofValues(quantile: string): Promise<[number, number, number]> {
  const { rows } = await ledger.store.query(
    `SELECT ${quantile}(0.5)(duration_ms), ${quantile}(0.95)(duration_ms), count() FROM calls
WHERE outcome = 'ok' AND start_time >= fromUnixTimestamp64Milli(${FROM_MS}) AND start_time <= fromUnixTimestamp64Milli(${NOW_MS})`,
    { onlyProject: "default" },
  );
  const [p50, p95, count] = (rows[0] ?? []).map(Number);
  return [p50 ?? Number.NaN, p95 ?? Number.NaN, count ?? Number.NaN];
}

describe("headline percentiles", () => {
  it("are those of the values while these are few, as the API's are", async () => {
    const { p50, p95 } = await expectShownAsApi();
    const [expected50, expected95, count] = await ofValues("quantile");
    expect(count).toBeGreaterThan(100);
    expect(p50).toBeCloseTo(expected50, 9);
    expect(p95).toBeCloseTo(expected95, 9);
  }, 60_000);

  it("are within 0.6 % of them when they are many, as the API's are, with rollups and without", async () => {
    const many = seedRows({ project: "default", count: 12_000, days: 4, endMs: NOW_MS, firstId: 6_000_000 });
    await new CallsRepository(ledger.store).insert(many, []);
    const [expected50, expected95, count] = await ofValues("quantileExact");
    expect(count).toBeGreaterThan(8_192);
    const fromRows = await expectShownAsApi();
    expect(Math.abs(fromRows.p50 / expected50 - 1)).toBeLessThan(0.006);
    expect(Math.abs(fromRows.p95 / expected95 - 1)).toBeLessThan(0.006);
    await new RollupKeeper(ledger.store, new RollupFreshness(ledger.store)).catchUp(0);
    expect(await expectShownAsApi()).toEqual(fromRows);
  }, 120_000);
});
