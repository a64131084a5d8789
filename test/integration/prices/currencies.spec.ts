import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { chat } from "../../support/spans.js";
import { finished, openPriceStores, type PriceApp, startPriceApp, type Stores } from "./price-app.js";

let stores: Stores;
let app: PriceApp;

beforeAll(async () => {
  stores = await openPriceStores();
}, 60_000);
beforeEach(async () => {
  await stores.database.dataSource.query(
    "TRUNCATE currency_rate, price_audit, price_override, repricing CASCADE",
  );
  await stores.store.command("TRUNCATE TABLE calls_raw");
  app = await startPriceApp(stores);
}, 30_000);
afterEach(() => app.close());
afterAll(() => stores.close());

describe("the currency table", () => {
  const entry = { currency: "CNY", usd: "0.1378", effectiveFrom: "2026-11-01T00:00:00Z", reason: "ECB" };

  it("takes dated entries, one per instant, and forgets none", async () => {
    const made = await app.json<{ id: string }>("POST", "prices/currencies", entry);
    expect(made).toMatchObject({ currency: "CNY", usd: "0.1378", author: "operator", reason: "ECB" });
    await app.json("POST", "prices/currencies", entry, 409);
    await app.json("POST", "prices/currencies", { ...entry, effectiveFrom: "2026-12-01T00:00:00Z" });
    expect((await app.json<{ data: unknown[] }>("GET", "prices/currencies")).data).toHaveLength(2);
    await app.json("DELETE", `prices/currencies/${made.id}`);
    await app.json("DELETE", `prices/currencies/${made.id}`);
    expect((await app.json<{ data: unknown[] }>("GET", "prices/currencies")).data).toHaveLength(1);
    const { data } = await app.json<{ data: { action: string }[] }>("GET", "prices/audit");
    expect(data.map(({ action }) => action).toSorted()).toEqual([
      "currency.create",
      "currency.create",
      "currency.remove",
    ]);
  }, 30_000);

  it("refuses what no currency can be", async () => {
    for (const wrong of [
      { usd: "0" },
      { usd: "-1" },
      { usd: "7000" },
      { usd: 7 },
      { currency: "USD" },
      { currency: "yuan" },
      { effectiveFrom: "2026-11-01" },
    ])
      await app.json("POST", "prices/currencies", { ...entry, ...wrong }, 400);
    await app.json("DELETE", "prices/currencies/fxr_none", undefined, 404);
  }, 30_000);
});

describe("a price in another currency", () => {
  const usage = {
    "gen_ai.request.model": "our-qwen",
    "gen_ai.response.model": "our-qwen",
    "gen_ai.usage.input_tokens": 1000,
    "gen_ai.usage.output_tokens": 500,
    "gen_ai.usage.cache_read.input_tokens": 0,
  };

  it("waits for the currency, is converted by the entry in force, and comes back on rolling back", async () => {
    const rates = { match: "openai/our-qwen", rates: { input: "2", output: "8" }, currency: "CNY" };
    expect(await app.json("POST", "prices/overrides", rates)).toMatchObject({ currency: "CNY" });
    await app.json("POST", "prices/overrides", { ...rates, currency: "yuan" }, 400);
    await app.ingest([
      chat(usage, { key: "early", startMs: 0 }),
      chat(usage, { key: "late", startMs: 5000 }),
    ]);
    const before = await app.ledger();
    const { data } = await app.json<{ data: unknown[] }>("GET", "unpriced");
    expect(data).toMatchObject([{ reason: "currency_rate_missing", calls: 2, actions: ["rates", "free"] }]);

    const entry = { currency: "CNY", usd: "0.1378", effectiveFrom: "2020-01-01T00:00:00Z" };
    const made = await app.json<{ repricing: { id: string } }>("POST", "prices/currencies", entry);
    // (1000 x 2 + 500 x 8) / 1,000,000 CNY = 0.006 CNY a call, at 0.1378.
    expect(await finished(app, made.repricing.id)).toMatchObject({
      changed: 2,
      unpricedAfter: 0,
      after: "0.0016536",
    });

    const later = { ...entry, usd: "0.14", effectiveFrom: "2020-02-01T00:00:00Z" };
    expect(await app.json("POST", "prices/currencies", later)).toMatchObject({ repricing: null });
    await app.json("POST", `reprice/${made.repricing.id}/rollback`, {});
    expect(await finished(app, made.repricing.id)).toMatchObject({ status: "rolled_back", kept: 0 });
    expect(await app.ledger()).toEqual(before);
  }, 30_000);
});

describe("a commitment", () => {
  it("is spread over the days of its month", async () => {
    await app.json("POST", "prices/overrides", {
      kind: "commitment",
      match: "openai/*",
      amount: "300",
      effectiveFrom: "2026-11-29T00:00:00Z",
      effectiveTo: "2026-12-01T00:00:00Z",
    });
    const answer = await app.json<{ data: unknown[]; total: string }>(
      "GET",
      "prices/commitments?from=2026-11-01&to=2026-12-31",
    );
    expect(answer).toMatchObject({
      data: [
        { date: "2026-11-29", amount: "10" },
        { date: "2026-11-30", amount: "10" },
      ],
      total: "20",
    });
    await app.json("GET", "prices/commitments?from=2026-12-01&to=2026-11-01", undefined, 400);
  }, 30_000);

  it("has days that add up to its sum, when no day can have an equal share", async () => {
    await app.json("POST", "prices/overrides", {
      kind: "commitment",
      match: "openai/*",
      amount: "310",
      effectiveFrom: "2026-09-01T00:00:00Z",
      effectiveTo: "2026-10-01T00:00:00Z",
    });
    const { data, total } = await app.json<{ data: { amount: string }[]; total: string }>(
      "GET",
      "prices/commitments?from=2026-09-01&to=2026-10-01",
    );
    expect(total).toBe("310");
    expect(new Set(data.map(({ amount }) => amount))).toEqual(
      new Set(["10.333333333333", "10.333333333334"]),
    );
  }, 30_000);
});
