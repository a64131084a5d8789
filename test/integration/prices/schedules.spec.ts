import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { chat } from "../../support/spans.js";
import {
  finished,
  type Job,
  openPriceStores,
  type PriceApp,
  startPriceApp,
  type Stores,
} from "./price-app.js";

interface Schedule {
  data: {
    from: string;
    to: string;
    value: string | null;
    rates: Record<string, string> | null;
    calls: number;
    idleCost: string | null;
  }[];
}

let stores: Stores;
let app: PriceApp;

beforeAll(async () => {
  stores = await openPriceStores();
}, 60_000);
beforeEach(async () => {
  for (const table of ["repricing", "price_override", "endpoint_map", "price_schedule"])
    await stores.database.dataSource.query(`TRUNCATE ${table} CASCADE`);
  await stores.store.command("TRUNCATE TABLE calls_raw");
  app = await startPriceApp(stores);
}, 30_000);
afterEach(() => app.close());
afterAll(() => stores.close());

/** Calls of 0.00045 USD list price each, one a second from 2026-03-02T10:00:00Z. */
const calls = (from: number, to: number, extra: Record<string, string> = {}) =>
  Array.from({ length: to - from }, (_, index) =>
    chat(
      {
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.response.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 500,
        "gen_ai.usage.cache_read.input_tokens": 0,
        "gen_ai.response.id": `r-${from + index}`,
        ...extra,
      },
      { key: `call-${from + index}`, startMs: (from + index) * 1000 },
    ),
  );

const allDone = async (): Promise<void> => {
  const { data } = await app.json<{ data: Job[] }>("GET", "reprice?limit=100");
  for (const { id } of data) await finished(app, id);
};
const totals = async (): Promise<(string | null)[]> => {
  const rows = await stores.store.select<{ cost_total: string | null }>(
    "SELECT cost_total FROM calls_raw FINAL ORDER BY start_time, span_id",
  );
  return rows.map(({ cost_total }) => cost_total);
};

describe("volume tiers", () => {
  const tiers = {
    kind: "volume_tiers",
    match: "openai/*",
    effectiveFrom: "2026-03-01T00:00:00Z",
    tiers: [
      { from: "0", value: "1" },
      { from: "0.0009", value: "0.5" },
      { from: "0.0018", value: "0" },
    ],
  };
  const expected = ["0.00045", "0.00045", "0.000225", "0.000225", "0", "0"].map(Number);

  it("follow the order in which calls started, whatever order they arrived in", async () => {
    // The later half first: by order of arrival it would be dear.
    await app.ingest(calls(3, 6));
    const made = await app.json<{ id: string }>("POST", "prices/overrides", tiers);
    await allDone();
    await app.ingest(calls(0, 3));
    await app.json("POST", `prices/overrides/${made.id}/recompute`);
    await allDone();
    expect((await totals()).map(Number)).toEqual(expected);
    const settled = await app.ledger();
    const { data } = await app.json<Schedule>("POST", `prices/overrides/${made.id}/recompute`);
    await allDone();
    expect(await app.ledger()).toEqual(settled);
    expect(data.filter(({ calls: count }) => count > 0)).toMatchObject([
      { value: "1", calls: 2, to: "2026-03-02T10:00:01.001Z" },
      { value: "0.5", calls: 2 },
      { value: "0", calls: 2 },
    ]);
    // The next month starts at the first tier again.
    expect(data.find(({ from }) => from === "2026-04-01T00:00:00.000Z")).toMatchObject({ value: "1" });
  }, 60_000);

  it("count calls that a closer price holds for: the vendor counts them too", async () => {
    const free = { "gen_ai.request.model": "gpt-4o", "gen_ai.response.model": "gpt-4o" };
    // One call of gpt-4o lists at 0.0075.
    await app.ingest([...calls(0, 1, free), ...calls(1, 2)]);
    await app.json("POST", "prices/overrides", { match: "openai/gpt-4o", kind: "free" });
    const made = await app.json<{ id: string }>("POST", "prices/overrides", {
      ...tiers,
      tiers: [
        { from: "0", value: "1" },
        { from: "0.0075", value: "0.5" },
      ],
    });
    await app.json("POST", "reprice", { preview: false });
    await app.json("POST", `prices/overrides/${made.id}/recompute`);
    await allDone();
    expect((await totals()).map(Number)).toEqual([0, 0.000225]);
  }, 60_000);

  it("make the same of calls in any order and any batches", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6, maxLength: 6 }),
        fc.integer({ min: 0, max: 6 }),
        async (order, cut) => {
          await stores.store.command("TRUNCATE TABLE calls_raw");
          const inOrder = order.flatMap((index) => calls(index, index + 1));
          if (cut > 0) await app.ingest(inOrder.slice(0, cut));
          const made = await app.json<{ id: string }>("POST", "prices/overrides", tiers);
          if (cut < 6) await app.ingest(inOrder.slice(cut));
          await app.json("POST", `prices/overrides/${made.id}/recompute`);
          await allDone();
          expect((await totals()).map(Number)).toEqual(expected);
          await app.json("DELETE", `prices/overrides/${made.id}?void=true`);
        },
      ),
      { numRuns: 3, endOnFailure: true },
    );
  }, 60_000);

  it("are refused where they make no sense", async () => {
    const refused = async (body: object): Promise<string> =>
      (await app.json<{ error: { message: string } }>("POST", "prices/overrides", { ...tiers, ...body }, 400))
        .error.message;
    expect(await refused({ tiers: [{ from: "1", value: "1" }] })).toContain("must start at 0");
    expect(
      await refused({
        tiers: [
          { from: "0", value: "1" },
          { from: "0", value: "0.5" },
        ],
      }),
    ).toContain("must rise");
    expect(await refused({ tiers: [{ from: "0", value: "-1" }] })).toContain("tiers.0.value");
    expect(await refused({ tiers: undefined })).toContain("tiers");
    expect(await refused({ timezone: "Mars/Base" })).toContain("timezone");
    expect(await refused({ rates: { input: "1" } })).toContain("does not belong to the kind volume_tiers");
    expect(await refused({ kind: "multiplier", tiers: undefined, value: "1000" })).toContain(
      "factor above 100",
    );
    expect(await refused({ kind: "rates", tiers: undefined, rates: { input: "20000" } })).toContain(
      "more than 10000",
    );
    expect((await app.json<{ data: unknown[] }>("GET", "prices/overrides")).data).toEqual([]);
  }, 30_000);
});

describe("a pool paid by GPU hours", () => {
  it("spreads each hour's cost over its calls, and names idle hours", async () => {
    const local = { "server.address": "10.0.0.5" };
    // Two calls at 10:00, one at 12:00; 11:00 is idle.
    await app.ingest([...calls(0, 2, local), ...calls(7200, 7201, local)]);
    const fix = await app.json<{ overrides: { id: string }[] }>("POST", "unpriced/fix", {
      provider: "openai",
      host: "10.0.0.5",
      action: "self_hosted",
      pool: "gpu-a",
      hourlyCost: "2.5",
      gpus: 2,
    });
    await allDone();
    expect((await totals()).map(Number)).toEqual([2.5, 2.5, 5]);
    const { data } = await app.json<Schedule>("GET", `prices/overrides/${fix.overrides[0]?.id}/schedule`);
    const hours = data.filter(({ from }) => from.startsWith("2026-03-02T1"));
    expect(hours.slice(0, 3)).toMatchObject([
      { calls: 2, idleCost: null },
      { calls: 0, idleCost: "5" },
      { calls: 1, idleCost: null },
    ]);
    expect((await app.json<{ totals: { calls: number } }>("GET", "unpriced")).totals.calls).toBe(0);
  }, 60_000);

  it("counts calls that a closer price holds for: the machine served them too", async () => {
    const local = { "server.address": "10.0.0.5" };
    const other = { ...local, "gen_ai.request.model": "acme-own", "gen_ai.response.model": "acme-own" };
    await app.ingest([...calls(0, 1, local), ...calls(1, 2, other)]);
    await app.json("PUT", "prices/endpoints", { endpoint: "10.0.0.5", pool: "gpu-a" });
    await app.json("POST", "prices/overrides", {
      match: "gpu-a/acme-own",
      kind: "self_hosted",
      rates: { input: "1", output: "2" },
    });
    const pool = await app.json<{ id: string }>("POST", "prices/overrides", {
      match: "gpu-a/*",
      kind: "gpu_hour",
      hourlyCost: "2.5",
      gpus: 2,
    });
    await app.json("POST", `prices/overrides/${pool.id}/recompute`);
    await allDone();
    expect((await totals()).map(Number)).toEqual([2.5, 0.002]);
    const { data } = await app.json<Schedule>("GET", `prices/overrides/${pool.id}/schedule`);
    expect(data.find(({ from }) => from.startsWith("2026-03-02T10"))).toMatchObject({ calls: 2 });
  }, 60_000);
});

describe("re-pricing", () => {
  const change = fc.oneof(
    fc.record({ kind: fc.constant("multiplier"), value: fc.constantFrom("0", "0.333333", "0.85", "3") }),
    fc.record({ kind: fc.constant("free") }),
    fc.record({
      kind: fc.constant("rates"),
      rates: fc.record({ input: fc.constantFrom("0.07", "1.999999"), output: fc.constantFrom("0", "12.5") }),
    }),
  );

  it("twice equals once, and rolling back restores every row", async () => {
    const reprice = async (): Promise<Job> => {
      const { id } = await app.json<Job>("POST", "reprice", { preview: false });
      return finished(app, id);
    };
    const unknown = { "gen_ai.request.model": "acme-x", "gen_ai.response.model": "acme-x" };
    await app.ingest([...calls(0, 20), ...calls(20, 25, unknown)]);
    const before = await app.ledger();
    await fc.assert(
      fc.asyncProperty(change, fc.constantFrom("openai/*", "openai/gpt-4o-mini"), async (stated, match) => {
        const made = await app.json<{ id: string; repricing: { id: string } | null }>(
          "POST",
          "prices/overrides",
          { ...stated, match, effectiveFrom: "2026-03-02T10:00:05Z" },
        );
        await allDone();
        const first = await reprice();
        expect(first.changed).toBeGreaterThan(0);
        const once = await app.ledger();
        expect(once).not.toEqual(before);
        expect((await reprice()).changed).toBe(0);
        expect(await app.ledger()).toEqual(once);
        for (const id of [first.id, made.repricing?.id]) {
          if (id === undefined) continue;
          await app.json("POST", `reprice/${id}/rollback`);
          expect(await finished(app, id)).toMatchObject({ status: "rolled_back", kept: 0 });
        }
        expect(await app.ledger()).toEqual(before);
        await app.json("DELETE", `prices/overrides/${made.id}?void=true`);
      }),
      { numRuns: 4, endOnFailure: true },
    );
  }, 60_000);
});
