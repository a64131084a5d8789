import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { chat } from "../../support/spans.js";
import {
  finished,
  type Job,
  openPriceStores,
  type PriceApp,
  startPriceApp,
  type Stores,
} from "./price-app.js";

interface Made {
  id: string;
  match: string;
  repricing: { id: string } | null;
}

let stores: Stores;
let app: PriceApp;

beforeAll(async () => {
  stores = await openPriceStores();
}, 60_000);
beforeEach(async () => {
  for (const table of ["repricing", "price_override", "endpoint_map"])
    await stores.database.dataSource.query(`TRUNCATE ${table} CASCADE`);
  await stores.store.command("TRUNCATE TABLE calls_raw");
  app = await startPriceApp(stores);
}, 30_000);
afterEach(() => app.close());
afterAll(() => stores.close());

const USAGE = {
  "gen_ai.usage.input_tokens": 1000,
  "gen_ai.usage.output_tokens": 500,
  "gen_ai.usage.cache_read.input_tokens": 0,
};

const ofModel = (model: string, key: string, extra = {}) =>
  chat(
    { "gen_ai.request.model": model, "gen_ai.response.model": model, ...USAGE, ...extra },
    { key, startMs: key.length * 1000 },
  );

const many = (model: string, count: number) =>
  Array.from({ length: count }, (_, index) =>
    chat(
      {
        "gen_ai.request.model": model,
        "gen_ai.response.model": model,
        ...USAGE,
        "gen_ai.response.id": `r-${index}`,
      },
      { key: `${model}-${index}`, startMs: index * 997 },
    ),
  );

const costs = () =>
  stores.store.select<{ cost_status: string; cost_reason: string | null; cost_total: string | null }>(
    "SELECT cost_status, cost_reason, cost_total FROM calls_raw FINAL ORDER BY start_time, span_id",
  );

describe("a price for an unknown model", () => {
  it("prices its past calls within seconds and rolls back to the last row", async () => {
    await app.ingest([...many("acme-large", 200), ...many("gpt-4o-mini", 50)]);
    const before = await app.ledger();
    const made = await app.json<Made>("POST", "prices/overrides", {
      match: "openai/acme-large",
      rates: { input: "2.00", output: "8" },
    });
    expect(made.repricing).not.toBeNull();
    const job = await finished(app, made.repricing?.id ?? "");
    expect(job).toMatchObject({
      status: "done",
      total: 200,
      changed: 200,
      before: "0",
      after: "1.2",
      unpricedBefore: 200,
      unpricedAfter: 0,
    });
    expect((await app.json<{ data: unknown[] }>("GET", "unpriced")).data).toEqual([]);
    expect((await costs()).filter(({ cost_total }) => Number(cost_total) === 0.006)).toHaveLength(200);
    expect(app.changes.filter(({ previous }) => previous !== null)).toHaveLength(200);

    const back = await app.json<Job>("POST", `reprice/${job.id}/rollback`);
    expect(await finished(app, back.id)).toMatchObject({ status: "rolled_back", kept: 0 });
    expect(await app.ledger()).toEqual(before);
    expect(await app.json("POST", `reprice/${job.id}/rollback`)).toMatchObject({ status: "rolled_back" });
  }, 60_000);

  it("prices calls that come later, exactly as the estimate says", async () => {
    await app.json("POST", "prices/overrides", {
      match: "openai/acme-x",
      rates: { input: "3", cached: "0.3", output: "9" },
    });
    await app.ingest([ofModel("acme-x", "a", { "gen_ai.usage.cache_read.input_tokens": 400 })]);
    const estimate = await app.json<{
      cost: { total: string; lines: unknown };
      pricedModel: string;
      matchRule: string;
    }>("POST", "prices/estimate", {
      provider: "openai",
      model: "acme-x",
      at: "2026-03-02T10:00:01Z",
      input: 600,
      cached: 400,
      output: 500,
    });
    const { data } = await app.json<{ data: (typeof estimate)[] }>("GET", "calls");
    expect(data[0]?.cost).toEqual(estimate.cost);
    expect(data[0]).toMatchObject({ pricedModel: "openai/acme-x", matchRule: "exact" });
    expect(estimate.cost.total).toBe("0.00642");
  });
});
