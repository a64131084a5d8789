import { describe, expect, it } from "@jest/globals";
import { span, T0 } from "../../../../test/support/spans.js";
import { normalizeSpan } from "../normalize-span.js";

const ours = {
  "spanledger.sdk.version": "0.1.0",
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "anthropic",
  "gen_ai.request.model": "claude-sonnet-4-5",
  "gen_ai.response.model": "claude-sonnet-4-5-20250929",
  "gen_ai.response.id": "msg_01ABCDEF",
  "gen_ai.response.finish_reasons": ["end_turn"],
  "gen_ai.request.stream": true,
  "gen_ai.response.time_to_first_chunk": 0.312,
  "gen_ai.usage.input_tokens": 2009,
  "gen_ai.usage.output_tokens": 320,
  "spanledger.usage.input_uncached": 21,
  "spanledger.usage.cache_read": 1800,
  "spanledger.usage.cache_write_5m": 148,
  "spanledger.usage.cache_write_1h": 40,
  "spanledger.usage.output": 290,
  "spanledger.usage.output_reasoning": 30,
  "spanledger.usage.web_search_requests": 2,
  "spanledger.usage.source": "provider",
  "spanledger.usage.quality": "exact",
  "spanledger.usage.rule": "anthropic_messages",
  "spanledger.client.flavor": "anthropic",
  "spanledger.request.id": "req_1",
  "spanledger.outcome": "ok",
  "spanledger.service_tier": "standard",
  "spanledger.speed": "fast",
  "spanledger.geo": "us",
  "spanledger.batch": false,
  "spanledger.variant.size": "1024x1024",
  "spanledger.team": "growth",
  "spanledger.feature": "summaries",
  "spanledger.customer": "acme",
  "spanledger.tag.plan": "pro",
  "user.id": "u-1",
  "session.id": "s-1",
  "server.address": "api.anthropic.com",
  "server.port": 443,
  "http.response.status_code": 200,
  "spanledger.rate_limit.requests.limit": 1000,
  "spanledger.rate_limit.requests.remaining": 999,
  "spanledger.rate_limit.requests.reset_at": "2026-03-02T10:01:00.000Z",
  "spanledger.rate_limit.input_tokens.remaining": 0,
};

const events = [
  {
    name: "spanledger.attempt",
    atMs: 700,
    attributes: {
      "spanledger.attempt.index": 1,
      "spanledger.attempt.duration_ms": 90.5,
      "http.response.status_code": 200,
    },
  },
  {
    name: "spanledger.attempt",
    atMs: 0,
    attributes: {
      "spanledger.attempt.index": 0,
      "spanledger.attempt.duration_ms": 12.25,
      "http.response.status_code": 429,
      "error.type": "rate_limit_error",
      "spanledger.attempt.retry_after_ms": 500,
    },
  },
  { name: "something.else" },
];

describe("our own spans", () => {
  it("are read completely", () => {
    const resource = {
      "service.name": "api",
      "deployment.environment.name": "prod",
      "spanledger.tag.region": "eu",
    };
    const normalized = normalizeSpan(
      span(ours, { events, resource, scope: "@spanledger/sdk", scopeVersion: "0.1.0" }),
    );
    expect(normalized).toMatchObject({
      kind: "call",
      call: {
        startTimeUnixNano: T0,
        durationMs: 800,
        timeToFirstChunkMs: 312,
        operation: "chat",
        provider: "anthropic",
        clientFlavor: "anthropic",
        host: "api.anthropic.com",
        requestModel: "claude-sonnet-4-5",
        responseModel: "claude-sonnet-4-5-20250929",
        serviceTier: "standard",
        batch: false,
        streaming: true,
        responseId: "msg_01ABCDEF",
        requestId: "req_1",
        outcome: "ok",
        httpStatus: 200,
        finishReasons: ["stop"],
        attempts: [
          {
            index: 0,
            startTime: "2026-03-02T10:00:00.000Z",
            durationMs: 12.25,
            httpStatus: 429,
            errorType: "rate_limit_error",
            retryAfterMs: 500,
          },
          { index: 1, startTime: "2026-03-02T10:00:00.700Z", durationMs: 90.5, httpStatus: 200 },
        ],
        attemptCount: 2,
        retryCount: 1,
        rateLimits: [
          { kind: "requests", limit: 1000, remaining: 999, resetAt: "2026-03-02T10:01:00.000Z" },
          { kind: "input_tokens", limit: null, remaining: 0, resetAt: null },
        ],
        usage: {
          inputUncached: 21,
          cacheRead: 1800,
          cacheWrite5m: 148,
          cacheWrite1h: 40,
          cacheWriteOther: null,
          output: 290,
          outputReasoning: 30,
          webSearchRequests: 2,
          inputTotal: 2009,
          outputTotal: 320,
        },
        usageSource: "provider",
        usageQuality: "exact",
        usageRule: "anthropic_messages",
        billable: true,
        dimensions: {
          geo: "us",
          region: null,
          speed: "fast",
          deployment: null,
          variant: { size: "1024x1024" },
        },
        attribution: {
          service: "api",
          environment: "prod",
          user: "u-1",
          team: "growth",
          feature: "summaries",
          session: "s-1",
          customer: "acme",
          tags: { plan: "pro", region: "eu" },
        },
        source: { scope: "@spanledger/sdk", scopeVersion: "0.1.0", dialect: "spanledger" },
      },
    });
  });

  const bare = {
    "spanledger.sdk.version": "0.1.0",
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
  };

  it.each([
    [
      "cancelled before any usage: may have cost something",
      { "spanledger.outcome": "cancelled" },
      "cancelled",
      true,
    ],
    ["abandoned", { "spanledger.outcome": "abandoned" }, "abandoned", true],
    ["refused", { "spanledger.outcome": "error", "http.response.status_code": 429 }, "error", false],
    [
      "broken after the answer began",
      { "spanledger.outcome": "error", "http.response.status_code": 200 },
      "error",
      true,
    ],
  ])("%s", (_name, extra, outcome, billable) => {
    const normalized = normalizeSpan(span({ ...bare, "spanledger.usage.source": "none", ...extra }));
    expect(normalized).toMatchObject({ kind: "call", call: { outcome, billable } });
  });

  it.each([
    {
      text: `${"a".repeat(32)}-${"b".repeat(16)}-${"c".repeat(16)}`,
      ids: { traceId: "a".repeat(32), spanId: "b".repeat(16), parentSpanId: "c".repeat(16) },
    },
    {
      text: `${"a".repeat(32)}-${"b".repeat(16)}`,
      ids: { traceId: "a".repeat(32), spanId: "b".repeat(16), parentSpanId: null },
    },
    { text: `${"0".repeat(32)}-${"b".repeat(16)}`, ids: null },
    { text: `${"A".repeat(32)}-${"b".repeat(16)}`, ids: null },
    { text: `${"a".repeat(32)}-${"b".repeat(16)}-`, ids: null },
  ])("are known by the ids of the result that they say, if those are any: $text", ({ text, ids }) => {
    const sent = span({ ...ours, "spanledger.result.id": text });
    const { traceId, spanId, parentSpanId } = sent;
    expect(normalizeSpan(sent)).toMatchObject({
      kind: "call",
      call: ids ?? { traceId, spanId, parentSpanId: parentSpanId || null },
    });
  });

  it("let the application name the vendor of a private host, but not of a vendor's own", () => {
    const stated = { ...bare, "spanledger.provider": "together" };
    const privately = normalizeSpan(span({ ...stated, "server.address": "llm.internal" }));
    expect(privately).toMatchObject({ call: { provider: "together", providerStated: true } });
    const publicly = normalizeSpan(span({ ...stated, "server.address": "api.openai.com" }));
    expect(publicly).toMatchObject({ call: { provider: "openai" } });
  });

  it("keep operations that GenAI has no name for", () => {
    const image = normalizeSpan(
      span({
        ...bare,
        "spanledger.operation": "image",
        "spanledger.usage.images": 2,
        "spanledger.usage.source": "provider",
      }),
    );
    expect(image).toMatchObject({ call: { operation: "image", usage: { images: 2 }, billable: true } });
  });
});
