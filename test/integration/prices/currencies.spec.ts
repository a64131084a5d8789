import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openPriceStores, type PriceApp, startPriceApp, type Stores } from "./price-app.js";

let stores: Stores;
let app: PriceApp;

beforeAll(async () => {
  stores = await openPriceStores();
}, 60_000);
beforeEach(async () => {
  await stores.database.dataSource.query("TRUNCATE currency_rate, price_audit, price_override CASCADE");
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
});
