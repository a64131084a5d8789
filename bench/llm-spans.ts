import { readFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs";

type Json = Record<string, unknown>;

const { root } = protobuf.parse(
  readFileSync(join(import.meta.dirname, "../test/fixtures/proto/otlp.proto"), "utf8"),
);

/** protobufjs's view of an export request: the writer of our load and the baseline of the decoder. */
export const traceRequest = root.lookupType("otlp.ExportTraceServiceRequest");

const text = (key: string, value: string): Json => ({ key, value: { stringValue: value } });
const whole = (key: string, value: number): Json => ({ key, value: { intValue: value } });
const real = (key: string, value: number): Json => ({ key, value: { doubleValue: value } });
const list = (key: string, ...values: string[]): Json => ({
  key,
  value: { arrayValue: { values: values.map((stringValue) => ({ stringValue })) } },
});

interface Vendor {
  provider: string;
  host: string;
  models: readonly string[];
}

const OPENAI: Vendor = {
  provider: "openai",
  host: "api.openai.com",
  models: ["gpt-5", "gpt-5-mini", "gpt-4o"],
};
const ANTHROPIC: Vendor = {
  provider: "anthropic",
  host: "api.anthropic.com",
  models: ["claude-sonnet-4-5", "claude-haiku-4-5"],
};
const FEATURES = ["chat", "search", "summaries", "triage", "import"] as const;

function pick<T>(values: readonly T[], index: number): T {
  const value = values[index % values.length];
  if (value === undefined) throw new Error("nothing to pick from");
  return value;
}

function randomBytes(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i += 1) bytes[i] = Math.floor(Math.random() * 256);
  return bytes;
}

const count = (below: number): number => Math.floor(Math.random() * below);

/** The 25 attributes of one believable call as our wrapper reports it. */
function attributes(index: number): Json[] {
  const vendor = index % 3 === 0 ? ANTHROPIC : OPENAI;
  const model = pick(vendor.models, index);
  const [cacheRead, uncached, output] = [count(4000), count(3000), 1 + count(900)];
  return [
    text("gen_ai.operation.name", "chat"),
    text("gen_ai.provider.name", vendor.provider),
    text("gen_ai.request.model", model),
    text("gen_ai.response.model", model),
    text("gen_ai.response.id", `resp_${randomBytes(16).toString("hex")}`),
    list("gen_ai.response.finish_reasons", "stop"),
    { key: "gen_ai.request.stream", value: { boolValue: index % 2 === 0 } },
    real("gen_ai.response.time_to_first_chunk", Math.random()),
    whole("gen_ai.usage.input_tokens", cacheRead + uncached),
    whole("gen_ai.usage.output_tokens", output),
    whole("gen_ai.usage.cache_read.input_tokens", cacheRead),
    text("server.address", vendor.host),
    whole("server.port", 443),
    whole("http.response.status_code", 200),
    text("user.id", `user-${count(5000)}`),
    text("session.id", randomBytes(8).toString("hex")),
    text("spanledger.sdk.version", "0.1.0"),
    text("spanledger.team", "platform"),
    text("spanledger.feature", pick(FEATURES, index)),
    text("spanledger.outcome", "ok"),
    text("spanledger.usage.source", "provider"),
    text("spanledger.usage.quality", "exact"),
    whole("spanledger.usage.input_uncached", uncached),
    whole("spanledger.usage.cache_read", cacheRead),
    whole("spanledger.usage.output", output),
  ];
}

/** One export request of `spans` LLM spans with fresh ids, as protobuf. */
export function exportBody(spans: number): Buffer {
  const traceId = randomBytes(16);
  const nowMs = Date.now();
  const request = {
    resourceSpans: [
      {
        resource: {
          attributes: [text("service.name", "shop"), text("deployment.environment.name", "bench")],
        },
        scopeSpans: [
          {
            scope: { name: "@spanledger/sdk", version: "0.1.0" },
            spans: Array.from({ length: spans }, (_unused, index) => {
              const startMs = nowMs - 3000 + count(1000);
              return {
                traceId,
                spanId: randomBytes(8),
                name: "chat",
                kind: 3,
                startTimeUnixNano: `${startMs}000000`,
                endTimeUnixNano: `${startMs + 200 + count(1500)}000000`,
                attributes: attributes(index),
                status: {},
              };
            }),
          },
        ],
      },
    ],
  };
  return Buffer.from(traceRequest.encode(traceRequest.fromObject(request)).finish());
}
