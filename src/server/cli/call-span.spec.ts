import { describe, expect, it } from "@jest/globals";
import { normalizeSpan } from "../normalize/normalize-span.js";
import { decodeTracesJson } from "../otlp/traces-json-decoder.js";
import { spanOfCall } from "./call-span.js";

const CALL = {
  id: "c1",
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  startTime: "2026-11-20T10:00:00.123456789Z",
  durationMs: 1250.5,
  timeToFirstChunkMs: 310,
  operation: "chat",
  provider: "anthropic",
  clientFlavor: "anthropic",
  host: "api.anthropic.com",
  requestModel: "claude-sonnet-5",
  responseModel: "claude-sonnet-5",
  serviceTier: "standard",
  batch: false,
  streaming: true,
  responseId: "msg_1",
  requestId: "req_1",
  outcome: "ok",
  httpStatus: 200,
  errorType: null,
  finishReasons: ["stop"],
  attempts: [
    {
      index: 0,
      startTime: "2026-11-20T10:00:00.123456789Z",
      durationMs: 81,
      httpStatus: 529,
      errorType: "overloaded_error",
      retryAfterMs: null,
    },
    {
      index: 1,
      startTime: "2026-11-20T10:00:01Z",
      durationMs: 370.25,
      httpStatus: 200,
      errorType: null,
      retryAfterMs: null,
    },
  ],
  rateLimits: [
    { kind: "input_tokens", limit: 2_000_000, remaining: 1_500_000, resetAt: "2026-11-20T10:00:30.000Z" },
  ],
  usage: {
    inputUncached: 50,
    cacheRead: 1000,
    cacheWrite5m: 200,
    cacheWrite1h: 100,
    output: 60,
    outputReasoning: 30,
    webSearchRequests: 2,
    inputTotal: 1350,
    outputTotal: 90,
  },
  usageSource: "provider",
  usageQuality: "exact",
  usageRule: "anthropic:exclusive",
  cost: { status: "priced", reason: null, providerReported: null },
  attribution: {
    service: "support-api",
    environment: "production",
    user: "u1",
    team: "support",
    feature: "chat",
    session: "s1",
    customer: "acme",
    tags: { channel: "web" },
  },
};

/** What the server makes of the span, by its real decoder and dialects. */
function read(call: Record<string, unknown>) {
  const { service, environment, span } = spanOfCall(call);
  const attribute = (key: string, value: string | null) =>
    value === null ? [] : [{ key, value: { stringValue: value } }];
  const body = {
    resourceSpans: [
      {
        resource: {
          attributes: [
            ...attribute("service.name", service),
            ...attribute("deployment.environment.name", environment),
          ],
        },
        scopeSpans: [{ scope: { name: "spanledger-import" }, spans: [span] }],
      },
    ],
  };
  const { items } = decodeTracesJson(Buffer.from(JSON.stringify(body)));
  const [decoded] = items;
  if (!decoded) throw new Error("no span decoded");
  const normalized = normalizeSpan(decoded);
  if (normalized.kind !== "call") throw new Error(`a ${normalized.kind} instead of a call`);
  return normalized.call;
}

describe("spanOfCall", () => {
  it("gives a record back through the server's own reading", () => {
    const call = read(CALL);
    const { id: _id, startTime: _startTime, cost: _cost, usage, attempts, ...same } = CALL;
    expect(call).toMatchObject(same);
    expect(call.usage).toMatchObject(usage);
    expect(call.attempts).toMatchObject(attempts.map(({ startTime: _time, ...attempt }) => attempt));
    expect(call.startTimeUnixNano).toBe(1_795_168_800_123_456_789n);
    expect(call.retryCount).toBe(1);
  });

  it("leaves unknown usage unknown", () => {
    const call = read({ ...CALL, usage: { inputTotal: null }, usageSource: "none", usageQuality: "unknown" });
    expect(call.usage.inputTotal).toBeNull();
    expect(call.usage.inputUncached).toBeNull();
  });

  it("keeps a provider that was stated, and leaves an unmapped endpoint unmapped", () => {
    const local = { ...CALL, host: "10.0.0.7" };
    expect(read(local).providerStated).toBe(true);
    const unmapped = { ...local, cost: { status: "unpriced", reason: "endpoint_unmapped" } };
    expect(read(unmapped).providerStated ?? false).toBe(false);
  });

  it.each([{ traceId: "xyz" }, { spanId: "" }, { startTime: "yesterday" }])("refuses %j", (broken) => {
    expect(() => spanOfCall({ ...CALL, ...broken })).toThrow(RangeError);
  });
});
