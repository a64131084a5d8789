import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Call } from "../domain/call.js";
import { formatMoney, parseMoney, sumMoney } from "../domain/money.js";
import { TOKEN_PRICE_CLASSES, UNIT_PRICE_CLASSES } from "../domain/price.js";
import type { PriceClass } from "../domain/price.js";
import { unknownUsage } from "../domain/usage.js";
import type { Usage, UsageClass } from "../domain/usage.js";
import { loadBundledBook } from "./load-book.js";
import { NO_OPERATOR_PRICING, operatorPricingSchema } from "./operator-pricing.js";
import type { OperatorPricing } from "./operator-pricing.js";
import { priceCall } from "./price-call.js";
import { buildPriceBook } from "./price-book.js";
import type { PriceBook } from "./price-book.js";
import type { PriceFile } from "./price-book.schema.js";

const book = loadBundledBook();

function call(fields: Partial<Call> & { usage?: Usage }): Call {
  return {
    traceId: "1".repeat(32),
    spanId: "2".repeat(16),
    parentSpanId: null,
    startTimeUnixNano: at("2026-09-25T12:00:00Z"),
    durationMs: 10,
    timeToFirstChunkMs: null,
    operation: "chat",
    provider: "openai",
    clientFlavor: "openai",
    host: null,
    requestModel: "gpt-4o",
    responseModel: "gpt-4o",
    serviceTier: null,
    batch: false,
    streaming: false,
    responseId: "r1",
    requestId: null,
    outcome: "ok",
    httpStatus: 200,
    errorType: null,
    finishReasons: ["stop"],
    attempts: [],
    attemptCount: 1,
    retryCount: 0,
    rateLimits: [],
    usage: tokens({ inputUncached: 1000, output: 100 }),
    usageSource: "provider",
    usageQuality: "exact",
    usageRule: "test",
    billable: true,
    dimensions: { geo: null, region: null, speed: null, deployment: null, variant: {} },
    providerReportedCost: null,
    attribution: {
      service: null,
      environment: null,
      user: null,
      team: null,
      feature: null,
      session: null,
      customer: null,
      tags: {},
    },
    source: { scope: "test", scopeVersion: "1", dialect: "ours" },
    ...fields,
  };
}

function at(instant: string): bigint {
  return BigInt(Date.parse(instant)) * 1_000_000n;
}

function tokens(fields: Partial<Usage>): Usage {
  return { ...unknownUsage(), ...fields };
}

function costOf(
  fields: Parameters<typeof call>[0],
  operator: OperatorPricing = NO_OPERATOR_PRICING,
  prices = book,
) {
  return priceCall(call(fields), { book: prices, operator }).cost;
}

function smallBook(rates: PriceFile["models"][number]["rates"], more: Partial<PriceFile> = {}): PriceBook {
  return buildPriceBook("2026.01.01-1", [
    {
      provider: "openai",
      sources: { own: { url: "https://example.com/prices", seen_at: "2026-01-01" } },
      rule_set: { usage_semantics: "test", model_source: "response", hosts: [{ pattern: "api.openai.com" }] },
      models: [{ model: "gpt-4o", rates }],
      ...more,
    },
  ]);
}

describe("lines and totals", () => {
  const counts = fc.record({
    inputUncached: fc.nat(2_000_000),
    cacheRead: fc.nat(500_000),
    output: fc.nat(200_000),
    outputReasoning: fc.nat(100_000),
  });
  const models = fc.constantFrom("gpt-4o", "gpt-5.4", "gpt-5.6-sol", "gpt-6-luna", "o3", "gpt-4.1-mini");

  it("totals are the sum of their lines, to the last digit", () => {
    fc.assert(
      fc.property(counts, models, fc.boolean(), (usage, model, batch) => {
        const cost = costOf({ requestModel: model, responseModel: model, batch, usage: tokens(usage) });
        const sum = sumMoney(cost.lines.map(({ amount }) => parseMoney(amount)));
        return cost.total === formatMoney(sum);
      }),
    );
  });

  it("every amount is quantity times price times factors, rounded once to 1e-12", () => {
    fc.assert(
      fc.property(counts, models, (usage, model) => {
        for (const line of costOf({ responseModel: model, usage: tokens(usage) }).lines) {
          const exact = BigInt(line.quantity) * parseMoney(line.unitPrice);
          const off = parseMoney(line.amount) * BigInt(line.per) - exact;
          const limit = (BigInt(line.per) * 1_000_000n) / 2n;
          expect(off <= limit && -off <= limit).toBe(true);
        }
      }),
    );
  });

  it("keeps every field of the call", () => {
    const before = call({ providerStated: true });
    const after = priceCall(before, { book, operator: NO_OPERATOR_PRICING });
    expect(after).toMatchObject(before);
    expect(Object.keys(after).toSorted()).toEqual(
      [...Object.keys(before), "cost", "matchRule", "pricedModel"].toSorted(),
    );
  });

  it("says which rate of which book it used", () => {
    const priced = priceCall(call({}), { book, operator: NO_OPERATOR_PRICING });
    expect(priced.pricedModel).toBe("openai/gpt-4o");
    expect(priced.matchRule).toBe("exact");
    expect(priced.cost.priceBook).toMatch(/^\d{4}\.\d{2}\.\d{2}-\d+\+[0-9a-f]{12}$/);
    expect(priced.cost.lines.map(({ rateId }) => rateId)).toEqual([
      "openai/gpt-4o:input:standard",
      "openai/gpt-4o:output:standard",
    ]);
    expect(priced.cost.listTotal).toBe(priced.cost.total);
  });

  it("never throws, whatever the call holds", () => {
    const text = fc.oneof(
      fc.string(),
      fc.constant(null),
      fc.constantFrom("gpt-4o", "arn:aws:bedrock:x", "a/b/c", "ft:"),
    );
    fc.assert(
      fc.property(
        fc.record({
          provider: fc.oneof(
            fc.string(),
            fc.constantFrom("constructor", "__proto__", "openai", "aws.bedrock", "litellm", "gcp.vertex_ai"),
          ),
          host: text,
          requestModel: text,
          responseModel: text,
          serviceTier: text,
          providerReportedCost: text,
        }),
        (fields) => {
          const { cost } = priceCall(call(fields), { book, operator: NO_OPERATOR_PRICING });
          return cost.status === "priced" || cost.reason !== null;
        },
      ),
    );
  });
});

describe("the class that each quantity is priced in", () => {
  const everything = smallBook(
    [...TOKEN_PRICE_CLASSES, ...UNIT_PRICE_CLASSES]
      .filter((name) => name !== "request")
      .map((name) => ({ class: name, price: "1", per: 1, source: "own" })),
  );
  const classes: Record<UsageClass, PriceClass> = {
    inputUncached: "input",
    inputTool: "input",
    inputAudio: "input_audio",
    inputImage: "input_image",
    inputVideo: "input_video",
    cacheRead: "cache_read",
    cacheReadAudio: "cache_read_audio",
    cacheReadImage: "cache_read_image",
    cacheWrite5m: "cache_write_5m",
    cacheWrite1h: "cache_write_1h",
    cacheWriteOther: "cache_write",
    output: "output",
    outputReasoning: "output_reasoning",
    outputAudio: "output_audio",
    outputImage: "output_image",
    outputVideo: "output_video",
    citationTokens: "output_citation",
    webSearchRequests: "web_search",
    webFetchRequests: "web_fetch",
    searchQueries: "search_query",
    searchUnits: "search_unit",
    fileSearchCalls: "file_search",
    containerSessions: "container_session",
    images: "image",
    audioSeconds: "audio_second",
    videoSeconds: "video_second",
    pages: "page",
    characters: "character",
  };

  it.each(Object.entries(classes))("%s is %s, and alone", (name, expected) => {
    const cost = costOf({ usage: tokens({ [name]: 7 }) }, NO_OPERATOR_PRICING, everything);
    expect(cost.lines.map((line) => [line.class, line.quantity])).toEqual([[expected, "7"]]);
  });
});

describe("odd quantities", () => {
  it("prices parts of a second exactly", () => {
    const usage = tokens({ audioSeconds: 1.25 });
    const cost = costOf({ requestModel: "whisper-1", responseModel: "whisper-1", operation: "audio", usage });
    expect(cost).toMatchObject({ status: "priced", total: "0.000125" });
    expect(cost.lines[0]?.quantity).toBe("1.25");
  });

  it.each([NaN, Infinity, -1])("takes %s tokens as not reported", (count) => {
    const cost = costOf({ usage: tokens({ inputUncached: count, output: 10 }) });
    expect(cost.lines.map((line) => line.class)).toEqual(["output"]);
  });
});

describe("unknown is not zero", () => {
  it.each([
    [{ responseModel: "gpt-4o-2031-01-01" }, "unpriced", "model_unknown"],
    [{ responseModel: null, requestModel: null }, "unpriced", "model_missing"],
    [
      { provider: "ollama", responseModel: "llama3", requestModel: "llama3" },
      "unpriced",
      "no_price_for_provider",
    ],
    [{ provider: "nobody-knows" }, "unpriced", "no_price_for_provider"],
    [{ provider: "unknown", host: null }, "unpriced", "provider_ambiguous"],
    [{ host: "localhost:8000" }, "unpriced", "endpoint_unmapped"],
    [{ host: "gpu-3.example.com" }, "unpriced", "endpoint_unmapped"],
    [{ provider: "litellm", host: "proxy:4000" }, "unpriced", "provider_ambiguous"],
    [{ usage: unknownUsage(), usageSource: "none" as const }, "unpriced", "usage_missing"],
    [{ usage: tokens({ inputUncached: 10 }) }, "partial", "usage_missing"],
    [
      { usage: tokens({ inputTotal: 1200, output: 85, outputTotal: 85 }), usageQuality: "partial" as const },
      "partial",
      "usage_split_unknown",
    ],
    [
      {
        usage: tokens({ inputUncached: 21, output: 320, outputTotal: 320 }),
        usageQuality: "partial" as const,
      },
      "partial",
      "usage_split_unknown",
    ],
    [
      { usage: tokens({ inputUncached: 1, inputAudio: 5, output: 1 }) },
      "partial",
      "rate_class_unknown:input_audio",
    ],
    [{ usageQuality: "conflict" as const }, "partial", "usage_inconsistent"],
    [{ serviceTier: "scale" }, "unpriced", "commitment_tier"],
    [{ serviceTier: "warp" }, "unpriced", "tier_unknown"],
  ])("%j is %s (%s)", (fields, status, reason) => {
    const cost = costOf(fields);
    expect(cost).toMatchObject({ status, reason });
    if (status === "unpriced") expect(cost).toMatchObject({ total: null, lines: [] });
  });

  it("a call that is not billable has no cost and no reason", () => {
    expect(costOf({ billable: false })).toMatchObject({ status: "not_billable", total: null, reason: null });
  });

  it("a known zero is priced at zero", () => {
    const cost = costOf({ usage: tokens({ inputUncached: 0, output: 0 }) });
    expect(cost).toMatchObject({ status: "priced", total: "0" });
    expect(cost.lines).toHaveLength(2);
  });

  it("a stated vendor prices a private host", () => {
    expect(costOf({ host: "127.0.0.1:9999", providerStated: true }).status).toBe("priced");
  });

  it("a vendor's host wins over the client's name", () => {
    const priced = priceCall(call({ host: "api.deepseek.com", responseModel: "deepseek-v4-flash" }), {
      book,
      operator: NO_OPERATOR_PRICING,
    });
    expect(priced.provider).toBe("deepseek");
    expect(priced.pricedModel).toBe("deepseek/deepseek-v4-flash");
  });
});

describe("fees that every call pays", () => {
  const search = (fields: Partial<Call>) =>
    costOf({ requestModel: "gpt-4o-search-preview", responseModel: "gpt-4o-search-preview", ...fields });
  const sized = (size: string) => ({
    dimensions: {
      geo: null,
      region: null,
      speed: null,
      deployment: null,
      variant: { search_context: size },
    },
  });
  const searches = (cost: ReturnType<typeof search>) =>
    cost.lines.find((line) => line.class === "web_search");

  // 1000 x 2.5/M + 100 x 10/M = 0.0035, and one search.
  it.each([
    [{}, "0.0385", "1", "35"],
    [sized("low"), "0.0335", "1", "30"],
    [sized("high"), "0.0535", "1", "50"],
    [{ usage: tokens({ inputUncached: 1000, output: 100, webSearchRequests: 3 }) }, "0.1085", "3", "35"],
    [{ batch: true }, "0.03675", "1", "35"],
  ])("a search model's call %j costs %s", (fields, total, quantity, unitPrice) => {
    const cost = search(fields);
    expect(cost).toMatchObject({ status: "priced", total });
    expect(searches(cost)).toMatchObject({ quantity, unitPrice, per: 1000 });
  });

  it("is not whole where the size of the search is unknown", () => {
    expect(search(sized("ultra"))).toMatchObject({
      status: "partial",
      reason: "rate_class_unknown:web_search",
      total: "0.0035",
    });
  });

  it("is not charged on a refused call, nor where the usage is unknown", () => {
    expect(search({ billable: false })).toMatchObject({ status: "not_billable", lines: [] });
    expect(search({ usage: unknownUsage(), usageSource: "none" })).toMatchObject({
      status: "unpriced",
      reason: "usage_missing",
    });
  });

  it("keeps its unit at the operator's price", () => {
    const own = operatorPricingSchema.parse({
      overrides: [
        {
          id: "s",
          match: "openai/gpt-4o-search-preview",
          kind: "rates",
          rates: { web_search: "0.01" },
          effectiveFrom: "2026-01-01T00:00:00Z",
        },
      ],
    });
    const cost = costOf(
      { requestModel: "gpt-4o-search-preview", responseModel: "gpt-4o-search-preview" },
      own,
    );
    expect(cost).toMatchObject({ total: "0.0135", listTotal: "0.0385", source: "override" });
  });
});

describe("time", () => {
  const dated = smallBook([
    { class: "input", price: "1", effective_to: "2026-06-01T00:00:00Z", source: "own" },
    {
      class: "input",
      price: "2",
      effective_from: "2026-06-01T00:00:00Z",
      effective_to: "2026-07-01T00:00:00Z",
      source: "own",
    },
  ]);

  it.each([
    ["2026-05-31T23:59:59.999Z", "1"],
    ["2026-06-01T00:00:00Z", "2"],
    ["2026-06-30T23:59:59.999Z", "2"],
  ])("at %s the price is %s: start inclusive, end exclusive", (instant, price) => {
    const cost = costOf({ startTimeUnixNano: at(instant) }, NO_OPERATOR_PRICING, dated);
    expect(cost.lines[0]?.unitPrice).toBe(price);
  });

  it("after the last price there is none", () => {
    const cost = costOf({ startTimeUnixNano: at("2026-07-01T00:00:00Z") }, NO_OPERATOR_PRICING, dated);
    expect(cost).toMatchObject({ status: "unpriced", reason: "no_price_at_date" });
  });

  const windowed = smallBook([
    { class: "input", price: "1", source: "own" },
    {
      class: "input",
      price: "3",
      utc_windows: [{ from: "01:00", to: "04:00", weekdays: [1, 2, 3, 4, 5] }],
      source: "own",
    },
  ]);

  it.each([
    ["2026-09-25T00:59:59Z", "1", "Friday before the window"],
    ["2026-09-25T01:00:00Z", "3", "Friday, window start"],
    ["2026-09-25T03:59:59Z", "3", "Friday, last second"],
    ["2026-09-25T04:00:00Z", "1", "Friday, window end"],
    ["2026-09-26T02:00:00Z", "1", "Saturday"],
  ])("%s costs %s (%s)", (instant, price) => {
    const cost = costOf({ startTimeUnixNano: at(instant) }, NO_OPERATOR_PRICING, windowed);
    expect(cost.lines[0]?.unitPrice).toBe(price);
  });
});

describe("context bands", () => {
  const banded = (inclusive: boolean) =>
    smallBook([
      { class: "input", price: "1", source: "own" },
      { class: "input", price: "2", min_prompt_tokens: 200_000, min_inclusive: inclusive, source: "own" },
    ]);

  it.each([
    [false, 200_000, "1"],
    [false, 200_001, "2"],
    [true, 199_999, "1"],
    [true, 200_000, "2"],
  ])("inclusive %s, %d tokens: %s", (inclusive, inputTotal, price) => {
    const usage = tokens({ inputUncached: 10, cacheRead: inputTotal - 10, inputTotal });
    const cost = costOf({ usage }, NO_OPERATOR_PRICING, banded(inclusive));
    expect(cost.lines[0]?.unitPrice).toBe(price);
  });

  it("a tier without a long-context price does not take its base price for a long prompt", () => {
    const prices = smallBook([
      { class: "input", price: "1", source: "own" },
      { class: "input", price: "2", min_prompt_tokens: 200_000, source: "own" },
      { class: "input", price: "3", tier: "priority", source: "own" },
    ]);
    const long = tokens({ inputUncached: 300_000, inputTotal: 300_000 });
    expect(costOf({ usage: long, serviceTier: "priority" }, NO_OPERATOR_PRICING, prices)).toMatchObject({
      status: "unpriced",
      reason: "rate_class_unknown:input",
    });
  });
});

describe("the operator's word", () => {
  const operator = (overrides: unknown[], more: object = {}): OperatorPricing =>
    operatorPricingSchema.parse({ overrides, ...more });
  const since = { effectiveFrom: "2026-01-01T00:00:00Z" };

  it("keeps list and effective cost side by side", () => {
    const cost = costOf(
      {},
      operator([{ ...since, id: "ea", match: "openai/*", kind: "multiplier", value: "0.85" }]),
    );
    expect(cost).toMatchObject({
      source: "override",
      total: "0.002975",
      listTotal: "0.0035",
      status: "priced",
    });
    expect(cost.lines[0]?.factors).toEqual([{ name: "override:ea", factor: "0.85" }]);
  });

  it.each([
    ["2026-06-30T23:59:59.999Z", "0.0035"],
    ["2026-07-01T00:00:00Z", "0.00175"],
    ["2026-08-01T00:00:00Z", "0.0035"],
  ])("at %s the call costs %s: overrides are half open too", (instant, total) => {
    const half = operator([
      {
        id: "half",
        match: "openai/gpt-4o",
        kind: "multiplier",
        value: "0.5",
        effectiveFrom: "2026-07-01T00:00:00Z",
        effectiveTo: "2026-08-01T00:00:00Z",
      },
    ]);
    expect(costOf({ startTimeUnixNano: at(instant) }, half).total).toBe(total);
  });

  it("lets the most specific override win and stacks only what asks to be stacked", () => {
    const all = operator([
      { ...since, id: "wide", match: "openai/*", kind: "multiplier", value: "0.9" },
      { ...since, id: "exact", match: "openai/gpt-4o", kind: "rates", rates: { input: "1", output: "2" } },
      { ...since, id: "extra", match: "openai/*", kind: "multiplier", value: "0.5", stack: true },
    ]);
    const cost = costOf({}, all);
    expect(cost.total).toBe("0.0006");
    expect(cost.lines.map(({ rateId }) => rateId)).toEqual(["override:exact:input", "override:exact:output"]);
  });

  it("prefers the project's own override", () => {
    const both = operator([
      { ...since, id: "all", match: "openai/gpt-4o", kind: "zero" },
      {
        ...since,
        id: "mine",
        match: "openai/*",
        kind: "rates",
        rates: { input: "1", output: "1" },
        project: "p1",
      },
    ]);
    const price = (project: string) => priceCall(call({}), { book, operator: both, project }).cost.total;
    expect([price("p1"), price("p2")]).toEqual(["0.0011", "0"]);
  });

  it("prices a self-hosted pool by its own rates", () => {
    const pool = operator(
      [{ ...since, id: "gpu", match: "vllm/*", kind: "rates", rates: { input: "0.1", output: "0.3" } }],
      { endpoints: [{ endpoint: "vllm.internal:8000", pool: "vllm" }] },
    );
    const priced = priceCall(
      call({
        host: "vllm.internal:8000",
        requestModel: "meta-llama/Llama-3.1-8B",
        responseModel: "meta-llama/Llama-3.1-8B",
      }),
      { book, operator: pool },
    );
    expect(priced).toMatchObject({ provider: "self_hosted", pricedModel: "vllm/meta-llama/Llama-3.1-8B" });
    expect(priced.cost).toMatchObject({
      source: "self_hosted",
      total: "0.00013",
      listTotal: null,
      status: "priced",
    });
  });

  it("maps a private host to a vendor", () => {
    const mapped = operator([], { endpoints: [{ endpoint: "gateway.corp", provider: "openai" }] });
    expect(costOf({ host: "gateway.corp:8443" }, mapped).status).toBe("priced");
  });

  it("prices a commitment tier only by an override", () => {
    const fields = {
      provider: "anthropic",
      requestModel: "claude-sonnet-4-5",
      responseModel: "claude-sonnet-4-5",
      serviceTier: "priority",
    };
    expect(costOf(fields).reason).toBe("commitment_tier");
    const paid = operator([{ ...since, id: "cap", match: "anthropic/*", kind: "commitment" }]);
    expect(costOf(fields, paid)).toMatchObject({ status: "priced", total: "0", source: "override" });
    const discount = operator([
      { ...since, id: "d", match: "anthropic/*", kind: "multiplier", value: "0.9" },
    ]);
    expect(costOf(fields, discount).reason).toBe("commitment_tier");
  });
});

describe("costs stated by others", () => {
  it("replace ours where they are the bill", () => {
    const cost = costOf({
      provider: "openrouter",
      host: "openrouter.ai",
      responseModel: "openai/gpt-5",
      providerReportedCost: "0.00700",
    });
    expect(cost).toMatchObject({ source: "provider_reported", total: "0.007", providerReported: "0.007" });
    expect(cost.listTotal).not.toBeNull();
  });

  it("stand beside ours elsewhere, and for us where we know none", () => {
    expect(costOf({ providerReportedCost: "9" })).toMatchObject({
      source: "list",
      total: "0.0035",
      providerReported: "9",
    });
    expect(costOf({ responseModel: "new-model", providerReportedCost: "9" })).toMatchObject({
      source: "provider_reported",
      total: "9",
      status: "priced",
    });
  });

  it("do not outlive an override", () => {
    const own = operatorPricingSchema.parse({
      overrides: [{ id: "z", match: "openrouter/*", kind: "zero", effectiveFrom: "2026-01-01T00:00:00Z" }],
    });
    const fields = { provider: "openrouter", responseModel: "openai/gpt-5", providerReportedCost: "1" };
    expect(costOf(fields, own)).toMatchObject({ source: "override", total: "0" });
  });
});

describe("a refused book", () => {
  it.each([
    [
      "overlapping rates",
      [
        { class: "input", price: "1", source: "own" },
        { class: "input", price: "2", source: "own" },
      ],
    ],
    [
      "overlapping dates",
      [
        { class: "input", price: "1", effective_to: "2026-06-02T00:00:00Z", source: "own" },
        { class: "input", price: "2", effective_from: "2026-06-01T00:00:00Z", source: "own" },
      ],
    ],
    [
      "an empty interval",
      [
        {
          class: "input",
          price: "1",
          effective_from: "2026-06-02T00:00:00Z",
          effective_to: "2026-06-02T00:00:00Z",
          source: "own",
        },
      ],
    ],
  ] as const)("%s", (_name, rates) => {
    expect(() => smallBook([...rates])).toThrow("price book refused");
  });

  it("two models that claim one id", () => {
    const models = [
      { model: "a", aliases: ["x"], rates: [] },
      { model: "b", aliases: ["X"], rates: [] },
    ];
    expect(() => smallBook([], { models })).toThrow("two models claim one id");
  });
});
