import { context } from "@opentelemetry/api";
import { ambientAttribution } from "./attribution.js";
import { emptyRequestFacts, emptyResponseFacts } from "./call.js";
import type { BodySink } from "./body-sink.js";
import { guard } from "./guard.js";
import { LineSplitter } from "./line-splitter.js";
import type { Observer } from "./options.js";
import { providerOfFlavor, vendorOfHost } from "./provider-hosts.js";
import { emitSpan } from "./span.js";
import { urlText } from "./target.js";
import { anthropicMessages } from "./wire/anthropic-messages.js";
import type { Endpoint, Family } from "./wire/family.js";
import { asCode, asObject, asText, parseObject } from "./wire/json.js";
import type { JsonObject } from "./wire/json.js";
import { openaiChat } from "./wire/openai-chat.js";
import { openaiEmbeddings } from "./wire/openai-embeddings.js";
import { openaiResponses } from "./wire/openai-responses.js";

/** One line of a result file, as far as it names a call. */
interface Line {
  family: Family;
  body: JsonObject;
  /** Stands for the call where the body has no id. */
  id: string | null;
  requestId: string | null;
  httpStatus: number | null;
  failed: boolean;
}

type ReadLine = (line: JsonObject) => Line | null;

/** Result files: who writes them, told by path. Sources: openai-node 7.57 and @anthropic-ai/sdk 1.12 types, read 2026-11-22. */
const FILES: readonly (readonly [path: RegExp, read: ReadLine])[] = [
  [/\/files\/[^/]+\/content$/, openaiLine],
  [/\/v1\/messages\/batches\/[^/]+\/results$/, anthropicLine],
];

/** A stored response that was made in the background: its creation was answered before there was any usage. */
const POLLED: readonly (readonly [path: RegExp, read: ReadLine])[] = [
  [/\/responses\/[^/]+$/, backgroundResponse],
];

function backgroundResponse(body: JsonObject): Line | null {
  if (body["background"] !== true || asObject(body["usage"]) === null) return null;
  return { family: openaiResponses, body, id: null, requestId: null, httpStatus: null, failed: false };
}

const FAMILY_OF_OBJECT: Readonly<Record<string, Family>> = {
  "chat.completion": openaiChat,
  text_completion: openaiChat,
  response: openaiResponses,
  list: openaiEmbeddings,
};

function openaiLine(line: JsonObject): Line | null {
  const response = asObject(line["response"]);
  const body = asObject(response?.["body"]);
  // Other files are read by the same path; a result line has these three.
  if (response === null || body === null || line["custom_id"] === undefined) return null;
  const status = typeof response["status_code"] === "number" ? response["status_code"] : null;
  const family = FAMILY_OF_OBJECT[asText(body["object"]) ?? ""];
  if (family === undefined && (status ?? 0) < 400) return null;
  return {
    family: family ?? openaiChat,
    body,
    id: asText(line["id"]),
    requestId: asCode(response["request_id"]),
    httpStatus: status,
    failed: (status ?? 0) >= 400,
  };
}

function anthropicLine(line: JsonObject): Line | null {
  const message = asObject(asObject(line["result"])?.["message"]);
  // Errored, cancelled and expired requests are not billed and carry no message.
  if (message === null) return null;
  return {
    family: anthropicMessages,
    body: message,
    id: null,
    requestId: null,
    httpStatus: null,
    failed: false,
  };
}

/**
 * What reads results that were made before, as they pass: those of a batch job, one record per line, and a response that ran
 * in the background, whose record completes that of its creation. Reading them again gives the same response ids,
 * by which the ledger knows them. Null for any other request.
 */
export function laterResultSink(observer: Observer, input: unknown, method: unknown): BodySink | null {
  const text = urlText(input);
  if (text === null || (method !== undefined && method !== "GET" && method !== "get")) return null;
  const path = text.split("?", 1)[0] ?? text;
  const read = FILES.find(([pattern]) => pattern.test(path))?.[1];
  if (read !== undefined) return new ResultSink(observer, new URL(text), read, true);
  const polled = POLLED.find(([pattern]) => pattern.test(path))?.[1];
  return polled === undefined ? null : new ResultSink(observer, new URL(text), polled, false);
}

class ResultSink implements BodySink {
  readonly drains = false;
  private readonly lines: LineSplitter;
  private readonly active = context.active();
  private readonly ambient = ambientAttribution(this.active);

  constructor(
    private readonly observer: Observer,
    private readonly url: URL,
    private readonly read: ReadLine,
    /** Whether the body is a file of lines of a batch job; else it is one JSON body. */
    private readonly batch: boolean,
  ) {
    this.lines = new LineSplitter((line) => guard(() => this.line(line)));
  }

  chunk(bytes: Uint8Array): void {
    if (this.batch) guard(() => this.lines.push(bytes));
  }

  text(value: string): void {
    if (this.batch) guard(() => this.lines.push(Buffer.from(value)));
    else this.json(parseObject(value));
  }

  end(): void {
    guard(() => this.lines.end());
  }

  private line(text: string): void {
    const parsed = parseObject(text);
    const line = parsed === null ? null : this.read(parsed);
    if (line !== null) this.emit(line);
  }

  private emit(line: Line): void {
    const { family, body, failed } = line;
    const { host, port } = { host: this.url.hostname, port: this.url.port };
    const provider =
      vendorOfHost(host) ??
      (this.observer.flavor === "fetch" ? family.vendor : providerOfFlavor(this.observer.flavor));
    const response = emptyResponseFacts();
    if (!failed) family.readResponse(body, response, provider);
    response.id ??= line.id;
    const startMs = createdMs(body) ?? (this.observer.options.clock ?? Date.now)();
    emitSpan({
      observer: this.observer,
      target: {
        endpoint: endpointOf(family),
        url: this.url.href,
        host,
        port: port === "" ? null : Number(port),
      },
      context: this.active,
      ambient: this.ambient,
      provider,
      request: emptyRequestFacts(),
      response,
      attempts: [],
      startMs,
      endMs: startMs,
      firstChunkMs: null,
      outcome: failed ? "error" : "ok",
      errorType: failed ? (family.readError(body) ?? String(line.httpStatus)) : null,
      streaming: false,
      batch: this.batch,
      requestId: line.requestId,
      rateLimits: [],
      limitHeaders: {},
      fingerprint: {},
    });
  }

  json(value: unknown): void {
    const line = asObject(value);
    const read = line === null ? null : this.read(line);
    if (read !== null) guard(() => this.emit(read));
  }

  // A result file that is not read to its end gave the records of the lines that were read.
  cancelled(): void {}
  failed(): void {}
  waiting(): void {}
  consuming(): void {}
  holder(): void {}
}

function endpointOf(family: Family): Endpoint {
  const operation = family === openaiEmbeddings ? "embeddings" : "chat";
  return { family, operation, model: null, deployment: null };
}

/** `created` or `created_at` of the body, in epoch seconds; null when it has none. */
function createdMs(body: JsonObject): number | null {
  const seconds = body["created"] ?? body["created_at"];
  return typeof seconds === "number" && seconds > 1_500_000_000 && seconds < 1e11 ? seconds * 1000 : null;
}
