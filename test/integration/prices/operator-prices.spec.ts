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

  it("goes on after the process ends, and counts what an interrupted step had written", async () => {
    await app.ingest(many("acme-kill", 4500));
    const before = await app.ledger();
    const made = await app.json<Made>("POST", "prices/overrides", {
      match: "openai/acme-kill",
      rates: { input: "2", output: "8" },
    });
    await app.restart();
    const id = made.repricing?.id ?? "";
    const done = {
      status: "done",
      calls: 4500,
      changed: 4500,
      before: "0",
      after: "27",
      unpricedBefore: 4500,
      unpricedAfter: 0,
    };
    expect(await finished(app, id)).toMatchObject(done);

    // As if the process had ended after the ledger was written and before the progress was.
    await app.database.dataSource.query(
      "UPDATE repricing SET status = 'running', filter = '{}', position = NULL, calls = 0, changed = 0, before = 0, after = 0, unpriced_before = 0, unpriced_after = 0",
    );
    await app.restart();
    expect(await finished(app, id)).toMatchObject(done);
    await app.json<Job>("POST", `reprice/${id}/rollback`);
    expect(await finished(app, id)).toMatchObject({ status: "rolled_back", kept: 0 });
    expect(await app.ledger()).toEqual(before);
  }, 60_000);
});

describe("re-pricing on request", () => {
  const discount = {
    kind: "multiplier",
    match: "openai/*",
    value: "0.5",
    effectiveFrom: "2026-01-01T00:00:00Z",
  };

  it("shows what it would do and changes nothing, then does it, once", async () => {
    await app.ingest([...many("gpt-4o-mini", 30), ...many("acme-none", 5)]);
    const before = await app.ledger();
    const written = app.changes.length;
    await app.json("POST", "prices/overrides", discount);
    const preview = await app.json<Job>("POST", "reprice", {
      from: "2026-03-01",
      to: "2026-04-01",
      preview: true,
    });
    expect(preview).toMatchObject({
      status: "preview",
      total: 35,
      calls: 35,
      changed: 30,
      before: "0.0135",
      after: "0.00675",
    });
    expect(preview).toMatchObject({ unpricedBefore: 5, unpricedAfter: 5, complete: true });
    expect(preview.deltas).toMatchObject([
      { provider: "openai", model: "openai/gpt-4o-mini", calls: 30, delta: "-0.00675" },
    ]);
    expect(await app.ledger()).toEqual(before);
    expect(app.changes).toHaveLength(written);

    const first = await app.json<Job>("POST", "reprice", { preview: false });
    expect(await finished(app, first.id)).toMatchObject({ changed: 30, before: "0.0135", after: "0.00675" });
    const once = await app.ledger();
    const second = await app.json<Job>("POST", "reprice", { preview: false });
    expect(await finished(app, second.id)).toMatchObject({ changed: 0, before: "0.00675", after: "0.00675" });
    expect(await app.ledger()).toEqual(once);

    await app.json("POST", `reprice/${first.id}/rollback`);
    expect(await finished(app, first.id)).toMatchObject({ status: "rolled_back", kept: 0 });
    expect(await app.ledger()).toEqual(before);
  }, 60_000);

  it("keeps to its range and filter", async () => {
    await app.ingest([ofModel("gpt-4o-mini", "a"), ofModel("gpt-4o", "bb"), ofModel("gpt-4o-mini", "ccccc")]);
    await app.json("POST", "prices/overrides", discount);
    const preview = (body: object) => app.json<Job>("POST", "reprice", body);
    expect(await preview({ filter: { requestModel: "gpt-4o" } })).toMatchObject({ calls: 1, changed: 1 });
    // 10:00:05 is the start of the last call: inclusive as a start, exclusive as an end.
    expect(await preview({ from: "2026-03-02T10:00:05Z" })).toMatchObject({ calls: 1 });
    expect(await preview({ to: "2026-03-02T10:00:05Z" })).toMatchObject({ calls: 2 });
    await app.json("POST", "reprice", { from: "2026-03-03", to: "2026-03-02" }, 400);
    await app.json("POST", "reprice", { filter: { nonsense: "x" } }, 400);
  });

  it("leaves what changed since to those who changed it", async () => {
    await app.ingest([ofModel("acme-y", "a"), ofModel("acme-y", "bb")]);
    const made = await app.json<Made>("POST", "prices/overrides", {
      match: "openai/acme-y",
      rates: { input: "1", output: "1" },
    });
    await finished(app, made.repricing?.id ?? "");
    await app.ingest([ofModel("acme-y", "bb", { "gen_ai.usage.output_tokens": 900 })]);
    await app.json("POST", `reprice/${made.repricing?.id}/rollback`);
    expect(await finished(app, made.repricing?.id ?? "")).toMatchObject({ status: "rolled_back", kept: 1 });
    expect(await costs()).toMatchObject([{ cost_status: "unpriced" }, { cost_status: "priced" }]);
  });

  it("keeps costs that the provider stated", async () => {
    await app.ingest([
      ofModel("acme/z", "a", { "gen_ai.provider.name": "openrouter", "gen_ai.usage.cost": 0.0123 }),
    ]);
    expect(await costs()).toMatchObject([{ cost_status: "priced", cost_total: "0.0123" }]);
    const before = await app.ledger();
    await app.json("POST", "reprice", { preview: false });
    expect(await app.ledger()).toEqual(before);
  });
});

describe("endpoints and deployments", () => {
  it("make calls of a private host priced as their pool or vendor, and take it back whole", async () => {
    const local = (key: string) => ofModel("acme-local", key, { "server.address": "10.0.0.5" });
    await app.ingest([local("a"), local("bb")]);
    expect(await costs()).toMatchObject([
      { cost_reason: "endpoint_unmapped" },
      { cost_reason: "endpoint_unmapped" },
    ]);
    const before = await app.ledger();
    await app.json("PUT", "prices/endpoints", { endpoint: "10.0.0.5", pool: "gpu-a" });
    const made = await app.json<Made>("POST", "prices/overrides", {
      kind: "self_hosted",
      match: "gpu-a/*",
      rates: { input: "0.1", output: "0.2" },
    });
    await finished(app, made.repricing?.id ?? "");
    expect(await costs()).toMatchObject([
      { cost_status: "priced", cost_total: "0.0002" },
      { cost_status: "priced" },
    ]);
    await app.json("DELETE", "prices/endpoints/10.0.0.5");
    const { data: jobs } = await app.json<{ data: Job[] }>("GET", "reprice");
    for (const { id } of jobs) {
      await app.json("POST", `reprice/${id}/rollback`);
      await finished(app, id);
    }
    expect(await app.ledger()).toEqual(before);
  });

  it("refuse what nobody can mean", async () => {
    await app.json("PUT", "prices/endpoints", { endpoint: "10.0.0.5" }, 400);
    await app.json("PUT", "prices/endpoints", { endpoint: "10.0.0.5", provider: "opnai" }, 400);
    await app.json(
      "PUT",
      "prices/endpoints",
      { deployment: "prod", provider: "azure", model: "gpt-4o-minni" },
      400,
    );
    await app.json("DELETE", "prices/endpoints/10.0.0.9", undefined, 404);
  });
});

describe("operator prices", () => {
  const rates = { input: "1", output: "2" };
  const refused = async (body: object, status = 400): Promise<string> =>
    (await app.json<{ error: { message: string } }>("POST", "prices/overrides", body, status)).error.message;

  it("are refused in clear words", async () => {
    const match = "openai/acme-v";
    expect(await refused({ match, rates: { input: "-1" } })).toContain(
      "rates.input: must be a decimal text >= 0",
    );
    expect(await refused({ match, rates: { inputt: "1" } })).toContain("inputt");
    expect(await refused({ match, rates: {} })).toContain("at least one class");
    expect(await refused({ match: "opnai/gpt-4o", rates })).toContain('Unknown provider "opnai"');
    expect(await refused({ match: "gpt-4o", rates })).toContain("<provider>/<model>");
    expect(await refused({ match: "openai/gpt-4o-minni", kind: "multiplier", value: "0.5" })).toContain(
      "did you mean openai/gpt-4o-mini?",
    );
    expect(
      await refused({
        match,
        rates,
        effectiveFrom: "2026-02-01T00:00:00Z",
        effectiveTo: "2026-02-01T00:00:00Z",
      }),
    ).toContain("effectiveTo: must be after effectiveFrom");
    await app.json("POST", "prices/overrides", { match, rates });
    expect(await refused({ match: "OpenAI/ACME-V", rates }, 409)).toContain("at the same time");
    const { data } = await app.json<{ data: Made[] }>("GET", "prices/overrides");
    expect(data).toHaveLength(1);
  });

  it("hold from their start, inclusive, to their end, exclusive, and end when deleted", async () => {
    const make = (body: object) =>
      app.json<Made>("POST", "prices/overrides", { match: "openai/gpt-4o", ...body });
    const first = await make({ rates, effectiveTo: "2026-03-02T10:00:02Z" });
    const second = await make({ kind: "free", effectiveFrom: "2026-03-02T10:00:02Z" });
    await app.ingest([ofModel("gpt-4o", "a"), ofModel("gpt-4o", "bb")]);
    expect(await costs()).toMatchObject([
      { cost_total: "0.002" },
      { cost_total: "0", cost_status: "priced" },
    ]);
    await app.json("DELETE", `prices/overrides/${second.id}?void=true`);
    await app.json("DELETE", `prices/overrides/${first.id}`);
    await app.json("DELETE", `prices/overrides/${first.id}`);
    const job = await app.json<Job>("POST", "reprice", { preview: false });
    await finished(app, job.id);
    // The first had ended by itself and keeps its time; the second never held.
    expect(await costs()).toMatchObject([{ cost_total: "0.002" }, { cost_total: "0.0075" }]);
  });

  it("of one project say nothing about another's calls", async () => {
    await app.database.dataSource.query(
      "INSERT INTO project (id, name) VALUES ('other', 'other') ON CONFLICT DO NOTHING",
    );
    await app.json("POST", "prices/overrides", { match: "openai/gpt-4o", rates });
    await app.ingest([ofModel("gpt-4o", "a")], "other");
    expect(await costs()).toMatchObject([{ cost_total: "0.0075" }]);
  });
});

describe("the price list and the calculator", () => {
  it("list every rate of a model once, page by page", async () => {
    const all: { id: string; class: string; price: string }[] = [];
    let cursor = "";
    do {
      const page = await app.json<{ data: typeof all; nextCursor: string | null; priceBook: string }>(
        "GET",
        `prices?provider=openai&model=gpt-4o-mini&at=2026-03-02T10:00:00Z&limit=2${cursor}`,
      );
      expect(page.data.length).toBeLessThanOrEqual(2);
      expect(page.priceBook).toMatch(/^\d{4}\.\d{2}\.\d{2}-\d+\+[0-9a-f]{12}$/);
      all.push(...page.data);
      cursor = page.nextCursor === null ? "" : `&cursor=${page.nextCursor}`;
    } while (cursor !== "");
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all).toContainEqual(expect.objectContaining({ class: "input", tier: "standard", price: "0.15" }));
    await app.json("GET", "prices?cursor=nonsense", undefined, 400);
  });

  it("find the provider of a model, and say so when they cannot", async () => {
    const ask = (body: object, status = 200) =>
      app.json<{ provider: string; cost: { total: string } }>("POST", "prices/estimate", body, status);
    expect(await ask({ model: "gpt-4o-mini", input: 1000, output: 500 })).toMatchObject({
      provider: "openai",
      pricedModel: "openai/gpt-4o-mini",
      cost: { status: "priced", total: "0.00045" },
    });
    expect(await ask({ model: "gpt-4o-minni", provider: "openai", input: 1 })).toMatchObject({
      cost: { status: "unpriced", reason: "model_unknown", total: null },
      suggestion: "openai/gpt-4o-mini",
    });
    await ask({ model: "no-such-model", input: 1 }, 400);
    await ask({ model: "gpt-4o-mini" }, 400);
    await ask({ model: "gpt-4o-mini", input: -1 }, 400);
  });
});
