import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { readConfig } from "../../src/server/config/app-config.js";
import { isReadAttribute } from "../../src/server/ingest/read-attributes.js";
import { openAnalytics } from "../../src/server/storage/analytics/analytics.module.js";
import { CAPTURES, loadCaptures } from "../integration/ingest/captures.js";
import { allCalls } from "../support/api.js";
import { cleanUpServers, type ServerProcess, startServerProcess } from "../support/server-process.js";
import { decode, encode } from "../unit/otlp/oracle.js";

const SECRET = "MARKED-SECRET-7c1f9e";
const REQUESTS = {
  traces: "ExportTraceServiceRequest",
  logs: "ExportLogsServiceRequest",
  metrics: "ExportMetricsServiceRequest",
} as const;

type Json = { [key: string]: unknown };

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}

/** Answers as JSON are read for ids: the secret goes inside, where the text is. */
function insideJson(text: string): string {
  try {
    const document: unknown = JSON.parse(text);
    return isObject(document) ? JSON.stringify({ ...document, content: SECRET, choices: [SECRET] }) : text;
  } catch {
    return text; // no JSON: a name or an id
  }
}

function marked(key: string, text: string): string {
  return isReadAttribute(key) ||
    /^(event\.name|session\.id|model|conversation\.id|type|token_type)$/.test(key)
    ? insideJson(text)
    : `${text} ${SECRET}`;
}

/** A request with the secret in every attribute that holds content, in span names, status messages, and what is invented. */
function withSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSecrets);
  if (!isObject(value)) return value;
  const text = isObject(value["value"]) ? value["value"]["stringValue"] : undefined;
  if (typeof value["key"] === "string" && typeof text === "string")
    return { key: value["key"], value: { stringValue: marked(value["key"], text) } };
  const copy = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withSecrets(inner)]));
  if ("spanId" in copy && "attributes" in copy && "startTimeUnixNano" in copy) addContent(copy);
  return copy;
}

function addContent(span: Json): void {
  span["status"] = { ...(span["status"] as Json | undefined), message: SECRET };
  span["traceState"] = `vendor=${SECRET}`;
  const content = CONTENT_KEYS.map((key) => ({ key, value: { stringValue: SECRET } }));
  span["attributes"] = [...(span["attributes"] as Json[]), ...content];
  span["events"] = [
    ...((span["events"] as Json[] | undefined) ?? []),
    {
      timeUnixNano: span["startTimeUnixNano"],
      name: SECRET,
      attributes: [{ key: "exception.message", value: { stringValue: SECRET } }],
    },
  ];
}

/** Where instrumentations put what was said. */
const CONTENT_KEYS = [
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "gen_ai.system_instructions",
  "gen_ai.prompt.0.content",
  "gen_ai.completion.0.content",
  "gen_ai.tool.call.arguments",
  "gen_ai.tool.definitions",
  "input.value",
  "llm.input_messages.0.message.content",
  "llm.prompts",
  "ai.prompt",
  "ai.prompt.messages",
  "ai.response.text",
  "ai.response.toolCalls",
  "traceloop.entity.input",
  "traceloop.entity.output",
  "langfuse.observation.input",
  "langfuse.observation.output",
  "langfuse.trace.input",
  "llm.openai.messages",
  "logfire.msg",
  "events",
  "all_messages_events",
  "spring.ai.chat.client.user.text",
  "http.request.header.authorization",
  "http.response.header.set-cookie",
  "url.full",
  "db.statement",
  "error.message",
];

/** What dialects that were not captured are recognised by, and where they put whole requests and answers. */
const DIALECTS: readonly { scope: string; attributes: Readonly<Record<string, string>> }[] = [
  { scope: "strands.telemetry.tracer", attributes: { "gen_ai.system": "strands-agents" } },
  {
    scope: "gcp.vertex.agent",
    attributes: {
      "gen_ai.system": "gcp.vertex.agent",
      "gcp.vertex.agent.llm_request": `{"contents":["${SECRET}"]}`,
      "gcp.vertex.agent.llm_response": `{"content":{"parts":[{"text":"${SECRET}"}]},"usage_metadata":{"prompt_token_count":5}}`,
    },
  },
  {
    scope: "genkit-tracer",
    attributes: {
      "genkit:metadata:subtype": "model",
      "genkit:name": "googleai/gemini-2.5-flash",
      "genkit:input": `{"messages":["${SECRET}"]}`,
      "genkit:output": `{"message":"${SECRET}","usage":{"inputTokens":5,"outputTokens":2}}`,
    },
  },
  {
    scope: "mlflow",
    attributes: {
      "mlflow.spanType": '"CHAT_MODEL"',
      "mlflow.spanInputs": `{"messages":["${SECRET}"]}`,
      "mlflow.chat.tokenUsage": '{"input_tokens":5,"output_tokens":2}',
    },
  },
  {
    scope: "logfire.openai",
    attributes: {
      "logfire.span_type": "span",
      "logfire.msg": SECRET,
      request_data: `{"messages":["${SECRET}"]}`,
      response_data: `{"message":{"content":"${SECRET}"},"usage":{"prompt_tokens":5,"completion_tokens":2}}`,
    },
  },
  { scope: "pydantic-ai", attributes: { all_messages_events: SECRET, "logfire.json_schema": SECRET } },
  { scope: "langsmith", attributes: { "langsmith.span.kind": "llm", "langsmith.metadata.note": SECRET } },
  { scope: "litellm", attributes: { "llm.openai.messages": SECRET, hidden_params: `{"a":"${SECRET}"}` } },
  { scope: "openrouter", attributes: { "openrouter.source": "openrouter", "trace.metadata.x": SECRET } },
  { scope: "org.springframework.boot", attributes: { "spring.ai.chat.client.user.text": SECRET } },
  { scope: "langfuse-sdk", attributes: { "langfuse.observation.type": "generation" } },
  { scope: "ai", attributes: { "ai.operationId": "ai.generateText.doGenerate", "ai.prompt.tools": SECRET } },
  { scope: "openinference.instrumentation.openai", attributes: { "openinference.span.kind": "LLM" } },
  { scope: "openlit.instrumentation.openai", attributes: { "gen_ai.request.user": SECRET } },
  { scope: "com.anthropic.sdk.typescript", attributes: { "gen_ai.input.messages": SECRET } },
  { scope: "mistralai_sdk_tracer", attributes: { "gen_ai.output.messages": SECRET } },
  {
    scope: "opentelemetry.instrumentation.botocore.bedrock-runtime",
    attributes: { "rpc.service": "Bedrock Runtime" },
  },
];

/** A model call of every dialect with the secret wherever it may keep content. */
function syntheticSpans(): string {
  const spans = DIALECTS.map(({ scope, attributes }, index) => {
    const span: Json = {
      traceId: (index + 1).toString(16).padStart(32, "a"),
      spanId: (index + 1).toString(16).padStart(16, "b"),
      name: SECRET,
      kind: 3,
      // A minute apart: calls of one moment with the same numbers would be taken for one call seen by two instrumentations.
      startTimeUnixNano: (1_795_374_058_363_934_721n + BigInt(index) * 60_000_000_000n).toString(),
      endTimeUnixNano: (1_795_374_059_363_934_721n + BigInt(index) * 60_000_000_000n).toString(),
      attributes: Object.entries({
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": "5",
        "gen_ai.usage.output_tokens": "2",
        ...attributes,
      }).map(([key, value]) => ({ key, value: { stringValue: value } })),
    };
    addContent(span);
    return { scope: { name: scope }, spans: [span] };
  });
  return JSON.stringify({ resourceSpans: [{ resource: {}, scopeSpans: spans }] });
}

async function send(url: string, signal: keyof typeof REQUESTS, body: Buffer | string): Promise<number> {
  const json = typeof body === "string";
  const response = await fetch(`${url}/v1/${signal}`, {
    method: "POST",
    headers: { "content-type": json ? "application/json" : "application/x-protobuf" },
    body: json ? body : new Uint8Array(body),
  });
  await response.arrayBuffer();
  return response.status;
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile());
}

describe("content that senders attach", () => {
  let server: ServerProcess;

  beforeAll(async () => {
    server = await startServerProcess({ env: { SPANLEDGER_LOG_LEVEL: "debug" } });
    for (const { folder, files } of loadCaptures()) {
      for (const { file, signal } of files) {
        const bytes = readFileSync(join(CAPTURES, folder, file));
        const body = file.endsWith(".json")
          ? JSON.stringify(withSecrets(JSON.parse(bytes.toString("utf8"))))
          : encode(REQUESTS[signal], withSecrets(decode(REQUESTS[signal], bytes)) as Json);
        expect(await send(server.url, signal, body)).toBe(200);
      }
    }
    expect(await send(server.url, "traces", syntheticSpans())).toBe(200);
    const broken = JSON.stringify({
      resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: SECRET, spanId: "1", name: SECRET }] }] }],
    });
    await send(server.url, "traces", broken);
    expect(await send(server.url, "traces", `{"${SECRET}`)).toBe(400);
    expect(await send(server.url, "traces", Buffer.from(SECRET))).toBe(400);
  }, 180_000);

  afterAll(cleanUpServers);

  it("is in no answer of the API and not in the metrics", async () => {
    const calls = await allCalls(server.url);
    expect(calls.length).toBeGreaterThan(40 + DIALECTS.length);
    const paths = [
      "/metrics",
      "/api/v1/summary",
      "/api/v1/unpriced",
      "/api/v1/data-quality?from=2020-01-01&to=2030-01-01",
      "/api/v1/spend?from=2020-01-01&to=2030-01-01&groupBy=model,feature",
      "/api/v1/dimensions",
      "/api/v1/dimensions/model/values",
      ...calls.slice(0, 20).map(({ id }) => `/api/v1/calls/${id}`),
    ];
    const texts = await Promise.all(paths.map(async (path) => (await fetch(server.url + path)).text()));
    expect(JSON.stringify(calls) + texts.join("\n")).not.toContain("MARKED-SECRET");
  }, 60_000);

  it("is in no log line, no file of the data directory and no row", async () => {
    expect(await server.stop("SIGTERM")).toBe(0);
    expect(server.output()).not.toContain("MARKED-SECRET");
    const files = filesBelow(server.dataDir);
    expect(files.length).toBeGreaterThan(10);
    const dirty = files.filter((path) => readFileSync(path).includes("MARKED-SECRET"));
    expect(dirty).toEqual([]);
    // Columns are compressed on disk: the rows are read too.
    const store = await openAnalytics(readConfig({ SPANLEDGER_DATA_DIR: server.dataDir }));
    try {
      for (const table of ["calls_raw", "span_links"]) {
        const rows = await store.select(`SELECT * FROM ${table}`);
        expect(rows.length).toBeGreaterThan(10);
        expect(JSON.stringify(rows)).not.toContain("MARKED-SECRET");
      }
    } finally {
      await store.close();
    }
  }, 60_000);
});
