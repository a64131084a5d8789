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

interface Numbers {
  model: string;
  vendor: Vendor;
  cacheRead: number;
  uncached: number;
  output: number;
  index: number;
}

/** One instrumentation as it writes its spans: each with 25 attributes of its own names. */
interface Instrumentation {
  scope: { name: string; version: string };
  spanName: string;
  attributes: (call: Numbers) => Json[];
}

const SPANLEDGER: Instrumentation = {
  scope: { name: "@spanledger/sdk", version: "0.1.0" },
  spanName: "chat",
  attributes: ({ model, vendor, cacheRead, uncached, output, index }) => [
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
  ],
};

/** What plain OpenTelemetry instrumentations write, with the parameters of the request. */
const GEN_AI: Instrumentation = {
  scope: { name: "opentelemetry.instrumentation.openai_v2", version: "2.1b0" },
  spanName: "chat gpt-5",
  attributes: ({ model, vendor, cacheRead, uncached, output, index }) => [
    text("gen_ai.operation.name", "chat"),
    text("gen_ai.provider.name", vendor.provider),
    text("gen_ai.request.model", model),
    text("gen_ai.response.model", model),
    text("gen_ai.response.id", `chatcmpl-${randomBytes(16).toString("hex")}`),
    list("gen_ai.response.finish_reasons", "stop"),
    whole("gen_ai.usage.input_tokens", cacheRead + uncached),
    whole("gen_ai.usage.output_tokens", output),
    whole("gen_ai.usage.cache_read.input_tokens", cacheRead),
    real("gen_ai.request.temperature", 0.2),
    real("gen_ai.request.top_p", 0.9),
    whole("gen_ai.request.max_tokens", 1024),
    whole("gen_ai.request.seed", index),
    whole("gen_ai.request.choice.count", 1),
    text("gen_ai.output.type", "text"),
    text("gen_ai.conversation.id", randomBytes(8).toString("hex")),
    text("gen_ai.openai.api.type", "chat_completions"),
    text("openai.request.service_tier", "auto"),
    text("openai.response.service_tier", "default"),
    text("server.address", vendor.host),
    whole("server.port", 443),
    text("user.id", `user-${count(5000)}`),
    text("app.route", "/v1/answers"),
    text("app.release", "2026-11-20"),
    text("thread.name", `worker-${index % 8}`),
  ],
};

const TRACELOOP: Instrumentation = {
  scope: { name: "@traceloop/instrumentation-anthropic", version: "0.27.0" },
  spanName: "anthropic.chat",
  attributes: ({ model, cacheRead, uncached, output, index }) => [
    text("gen_ai.system", "Anthropic"),
    text("llm.request.type", "chat"),
    text("gen_ai.request.model", model),
    text("gen_ai.response.model", model),
    text("gen_ai.response.id", `msg_${randomBytes(16).toString("hex")}`),
    whole("gen_ai.usage.prompt_tokens", uncached),
    whole("gen_ai.usage.completion_tokens", output),
    whole("llm.usage.total_tokens", uncached + output),
    whole("gen_ai.usage.cache_read_input_tokens", cacheRead),
    whole("gen_ai.usage.cache_creation_input_tokens", 0),
    whole("gen_ai.request.max_tokens", 1024),
    real("gen_ai.request.temperature", 0.2),
    text("gen_ai.prompt.0.role", "user"),
    text("gen_ai.prompt.0.content", "Summarize the ticket in two sentences for the support desk."),
    text("gen_ai.completion.0.role", "assistant"),
    text("gen_ai.completion.0.content", "The customer cannot sign in. A reset did not help."),
    text("gen_ai.completion.0.finish_reason", "end_turn"),
    text("traceloop.workflow.name", "support"),
    text("traceloop.entity.name", "answer"),
    text("traceloop.association.properties.user_id", `user-${count(5000)}`),
    text("traceloop.association.properties.session_id", randomBytes(8).toString("hex")),
    text("traceloop.association.properties.team", "support"),
    text("server.address", "api.anthropic.com"),
    text("app.release", "2026-11-20"),
    text("thread.name", `worker-${index % 8}`),
  ],
};

const OPENINFERENCE: Instrumentation = {
  scope: { name: "@arizeai/openinference-instrumentation-openai", version: "4.2.7" },
  spanName: "OpenAI Chat Completions",
  attributes: ({ model, cacheRead, uncached, output, index }) => [
    text("openinference.span.kind", "LLM"),
    text("llm.system", "openai"),
    text("llm.provider", "openai"),
    text("llm.model_name", model),
    text("llm.invocation_parameters", `{"model":"${model}","temperature":0.2,"stream":false}`),
    whole("llm.token_count.prompt", cacheRead + uncached),
    whole("llm.token_count.completion", output),
    whole("llm.token_count.total", cacheRead + uncached + output),
    whole("llm.token_count.prompt_details.cache_read", cacheRead),
    whole("llm.token_count.completion_details.reasoning", 0),
    text("input.value", "Classify the message as question, complaint or praise."),
    text("input.mime_type", "application/json"),
    text("output.value", `{"id":"chatcmpl-${randomBytes(12).toString("hex")}","model":"${model}"}`),
    text("output.mime_type", "application/json"),
    text("llm.input_messages.0.message.role", "system"),
    text("llm.input_messages.0.message.content", "You classify messages."),
    text("llm.input_messages.1.message.role", "user"),
    text("llm.input_messages.1.message.content", "Where is my parcel?"),
    text("llm.output_messages.0.message.role", "assistant"),
    text("llm.output_messages.0.message.content", "question"),
    text("user.id", `user-${count(5000)}`),
    text("session.id", randomBytes(8).toString("hex")),
    text("metadata", '{"release":"2026-11-20"}'),
    list("tag.tags", "support", "nightly"),
    whole("batch.index", index),
  ],
};

const VERCEL: Instrumentation = {
  scope: { name: "ai", version: "6.0.325" },
  spanName: "ai.generateText.doGenerate",
  attributes: ({ model, cacheRead, uncached, output, index }) => [
    text("ai.operationId", "ai.generateText.doGenerate"),
    text("operation.name", "ai.generateText.doGenerate answer"),
    text("ai.model.id", model),
    text("ai.model.provider", "openai.responses"),
    text("ai.response.finishReason", "stop"),
    text("ai.response.id", `resp_${randomBytes(16).toString("hex")}`),
    text("ai.response.model", model),
    text("ai.response.text", "Your parcel leaves tomorrow."),
    whole("ai.usage.inputTokens", cacheRead + uncached),
    whole("ai.usage.outputTokens", output),
    whole("ai.usage.totalTokens", cacheRead + uncached + output),
    whole("ai.usage.cachedInputTokens", cacheRead),
    whole("ai.usage.reasoningTokens", 0),
    text("ai.telemetry.functionId", "answer"),
    text("ai.telemetry.metadata.userId", `user-${count(5000)}`),
    text("ai.telemetry.metadata.team", "web"),
    text("ai.prompt.messages", '[{"role":"user","content":"Where is my parcel?"}]'),
    whole("ai.settings.maxRetries", 2),
    text("gen_ai.system", "openai.responses"),
    text("gen_ai.request.model", model),
    text("gen_ai.response.model", model),
    list("gen_ai.response.finish_reasons", "stop"),
    whole("gen_ai.usage.input_tokens", cacheRead + uncached),
    whole("gen_ai.usage.output_tokens", output),
    whole("batch.index", index),
  ],
};

/** A believable mix by export: 40 % our wrapper, 20 % plain conventions, 20 % OpenLLMetry, 10 % OpenInference, 10 % Vercel AI. */
const MIX: readonly Instrumentation[] = [
  SPANLEDGER,
  GEN_AI,
  SPANLEDGER,
  TRACELOOP,
  OPENINFERENCE,
  SPANLEDGER,
  GEN_AI,
  VERCEL,
  SPANLEDGER,
  TRACELOOP,
];
/** Calls that share a trace. */
const CALLS_PER_TRACE = 4;

let exportsMade = 0;

function spanOf(instrumentation: Instrumentation, index: number, traceId: Buffer, nowMs: number): Json {
  const vendor =
    instrumentation === TRACELOOP || (instrumentation === SPANLEDGER && index % 3 === 0) ? ANTHROPIC : OPENAI;
  const numbers = {
    vendor,
    model: pick(vendor.models, index),
    cacheRead: count(4000),
    uncached: count(3000),
    output: 1 + count(900),
    index,
  };
  const startMs = nowMs - 3000 + count(1000);
  return {
    traceId,
    spanId: randomBytes(8),
    name: instrumentation.spanName,
    kind: 3,
    startTimeUnixNano: `${startMs}000000`,
    endTimeUnixNano: `${startMs + 200 + count(1500)}000000`,
    attributes: instrumentation.attributes(numbers),
    status: {},
  };
}

/** One export request of `spans` LLM spans with fresh ids, as protobuf; each export comes from the next service of the mix. */
export function exportBody(spans: number): Buffer {
  const service = exportsMade % MIX.length;
  const instrumentation = pick(MIX, service);
  exportsMade += 1;
  const nowMs = Date.now();
  let traceId = randomBytes(16);
  const request = {
    resourceSpans: [
      {
        resource: {
          attributes: [text("service.name", `shop-${service}`), text("deployment.environment.name", "bench")],
        },
        scopeSpans: [
          {
            scope: instrumentation.scope,
            spans: Array.from({ length: spans }, (_unused, index) => {
              if (index % CALLS_PER_TRACE === 0) traceId = randomBytes(16);
              return spanOf(instrumentation, index, traceId, nowMs);
            }),
          },
        ],
      },
    ],
  };
  return Buffer.from(traceRequest.encode(traceRequest.fromObject(request)).finish());
}
