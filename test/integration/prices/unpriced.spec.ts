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

interface Queue {
  data: {
    provider: string;
    host: string | null;
    requestModel: string | null;
    responseModel: string | null;
    reason: string;
    calls: number;
    candidates: string[];
    suggestions: string[];
    actions: string[];
  }[];
  totals: { calls: number; inputTokens: number; outputTokens: number };
}

interface Fixed {
  overrides: { id: string }[];
  endpoints: { id: string }[];
  repricing: { id: string } | null;
}

let stores: Stores;
let app: PriceApp;

beforeAll(async () => {
  stores = await openPriceStores();
}, 60_000);
beforeEach(async () => {
  for (const table of ["repricing", "price_override", "endpoint_map", "price_audit"])
    await stores.database.dataSource.query(`TRUNCATE ${table} CASCADE`);
  await stores.store.command("TRUNCATE TABLE calls_raw");
  app = await startPriceApp(stores);
}, 30_000);
afterEach(() => app.close());
afterAll(() => stores.close());

const calls = (model: string, count: number, extra: Record<string, string> = {}) =>
  Array.from({ length: count }, (_, index) =>
    chat(
      {
        "gen_ai.request.model": model,
        "gen_ai.response.model": model,
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 500,
        "gen_ai.usage.cache_read.input_tokens": 0,
        "gen_ai.response.id": `${model}-${index}`,
        ...extra,
      },
      { key: `${model}-${index}`, startMs: index * 997 },
    ),
  );

const queue = () => app.json<Queue>("GET", "unpriced");

describe("the unpriced queue", () => {
  it("groups by what is missing, with what was looked up, suggestions and possible fixes", async () => {
    await app.ingest([
      ...calls("gpt-4o-mni", 3),
      ...calls("acme-local", 2, { "server.address": "10.0.0.5" }),
    ]);
    const { data, totals } = await queue();
    expect(totals).toEqual({ calls: 5, inputTokens: 5000, outputTokens: 2500 });
    expect(data).toMatchObject([
      {
        reason: "model_unknown",
        calls: 3,
        candidates: ["openai/gpt-4o-mni"],
        actions: ["alias", "rates", "free"],
      },
      {
        reason: "endpoint_unmapped",
        host: "10.0.0.5",
        suggestions: [],
        actions: ["endpoint", "self_hosted"],
      },
    ]);
    expect(data[0]?.suggestions[0]).toBe("openai/gpt-4o-mini");
  });

  it("is emptied by one step from a suggestion, and restored by rolling back with the cause", async () => {
    await app.ingest(calls("gpt-4o-mni", 2000));
    const before = await app.ledger();
    const [group] = (await queue()).data;
    const { provider, host, requestModel, responseModel } = group ?? {};
    const started = performance.now();
    const fixed = await app.json<Fixed>("POST", "unpriced/fix", {
      provider,
      host,
      requestModel,
      responseModel,
      action: "alias",
      model: group?.suggestions[0],
      reason: "typo in the gateway",
    });
    const id = fixed.repricing?.id ?? "";
    expect(await finished(app, id)).toMatchObject({
      status: "done",
      changed: 2000,
      unpricedAfter: 0,
      after: "0.9",
    });
    expect(performance.now() - started).toBeLessThan(30_000);
    expect((await queue()).totals).toEqual({ calls: 0, inputTokens: null, outputTokens: null });

    await app.json<Job>("POST", `reprice/${id}/rollback`, { withCause: true });
    expect(await finished(app, id)).toMatchObject({ status: "rolled_back", kept: 0 });
    expect(await app.ledger()).toEqual(before);
    expect((await queue()).totals.calls).toBe(2000);
    expect((await app.json<{ data: unknown[] }>("GET", "prices/endpoints")).data).toEqual([]);
    const { data: audit } = await app.json<{ data: { action: string; author: string }[] }>(
      "GET",
      "prices/audit",
    );
    expect(audit.map(({ action }) => action).toSorted()).toEqual([
      "endpoint.map",
      "endpoint.remove",
      "reprice.rollback",
    ]);
    expect(new Set(audit.map(({ author }) => author))).toEqual(new Set(["operator"]));
  }, 120_000);

  it("gives a gateway's alias the vendor's model that it stands for", async () => {
    const gateway = {
      "gen_ai.provider.name": "portkey",
      "gen_ai.system": "portkey",
      "gen_ai.request.model": "smart-router",
    };
    await app.ingest(calls("gpt-4o-mini", 10, gateway));
    const [group] = (await queue()).data;
    expect(group).toMatchObject({
      reason: "provider_ambiguous",
      requestModel: "smart-router",
      suggestions: ["openai/gpt-4o-mini"],
      actions: ["alias"],
    });
    const fix = (model: string | undefined, status?: number) =>
      app.json<Fixed>(
        "POST",
        "unpriced/fix",
        { provider: group?.provider, requestModel: "smart-router", action: "alias", model },
        status,
      );
    await fix("gpt-4o-mini", 400);
    await fix("openai/gpt-99", 400);
    const { repricing } = await fix(group?.suggestions[0]);
    expect(await finished(app, repricing?.id ?? "")).toMatchObject({
      changed: 10,
      unpricedAfter: 0,
      after: "0.0045",
    });
    expect((await queue()).totals.calls).toBe(0);
  }, 60_000);

  it("takes a pool with its price whole, or nothing of it", async () => {
    await app.ingest(calls("acme-local", 2, { "server.address": "10.0.0.5" }));
    const fix = (body: object, status?: number) =>
      app.json<Fixed>("POST", "unpriced/fix", { provider: "openai", host: "10.0.0.5", ...body }, status);
    await fix({ action: "self_hosted", pool: "gpu-a", rates: { input: "-1" } }, 400);
    await fix({ action: "self_hosted", pool: "gpu-a", rates: { nonsense: "1" } }, 400);
    expect((await app.json<{ data: unknown[] }>("GET", "prices/endpoints")).data).toEqual([]);
    const made = await fix({ action: "self_hosted", pool: "gpu-a", rates: { input: "1", output: "2" } });
    expect(made).toMatchObject({ overrides: [{ match: "gpu-a/*" }], endpoints: [{ pool: "gpu-a" }] });
    expect(await finished(app, made.repricing?.id ?? "")).toMatchObject({ changed: 2, after: "0.004" });
  });

  it("answers 400 with every problem", async () => {
    const { error } = await app.json<{ error: { code: string; details: { problems: string[] } } }>(
      "GET",
      "unpriced?featrue=x&from=yesterday",
      undefined,
      400,
    );
    expect(error.code).toBe("invalid_request");
    expect(error.details.problems.join()).toContain("featrue");
    await app.json("POST", "unpriced/fix", { provider: "openai", action: "magic" }, 400);
    await app.json(
      "POST",
      "unpriced/fix",
      { provider: "openai", action: "rates", rates: { input: "1" } },
      400,
    );
  });

  it("refuses aliases that lead back to themselves", async () => {
    const alias = (deployment: string, model: string, status: number) =>
      app.json<{ error?: { message: string } }>(
        "PUT",
        "prices/endpoints",
        { deployment, provider: "openai", model },
        status,
      );
    await alias("gpt-4o", "gpt-4o-mini", 200);
    expect((await alias("gpt-4o-mini", "gpt-4o", 400)).error?.message).toContain(
      "gpt-4o-mini -> gpt-4o -> gpt-4o-mini",
    );
    expect((await alias("third", "gpt-4o", 400)).error?.message).toContain(
      "is itself an alias (of gpt-4o-mini)",
    );
    await alias("gpt-4.1", "gpt-4.1", 200);
  });
});
