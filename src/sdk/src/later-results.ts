import { context } from "@opentelemetry/api";
import { ambientAttribution } from "./attribution.js";
import { completeBackground } from "./background.js";
import { isNewLine, offerTotal, takeLines } from "./batch-totals.js";
import { emptyRequestFacts, emptyResponseFacts } from "./call.js";
import type { BodySink } from "./body-sink.js";
import { guard } from "./guard.js";
import { LineSplitter } from "./line-splitter.js";
import type { Observer } from "./options.js";
import { providerOfFlavor } from "./provider-hosts.js";
import { lineIds, resultIds, totalIds } from "./result-ids.js";
import type { ResultIds } from "./result-ids.js";
import { emitSpan } from "./span.js";
import { targetAt, urlText } from "./target.js";
import type { Endpoint, Family } from "./wire/family.js";
import { asObject, asText, parseObject } from "./wire/json.js";
import type { JsonObject } from "./wire/json.js";
import { openaiEmbeddings } from "./wire/openai-embeddings.js";
import { anthropicLine, backgroundResponse, batchTotal, openaiLine } from "./wire/result-lines.js";
import type { BatchTotal, ResultLine } from "./wire/result-lines.js";

type Kind = "lines" | "response" | "batch";

/** What is read later, told by path. Sources: openai-node 7.57 and @anthropic-ai/sdk 1.12 types, read 2026-11-22. */
const PATHS: readonly (readonly [path: RegExp, kind: Kind, readLine: ReadLine])[] = [
  [/\/files\/([^/]+)\/content$/, "lines", openaiLine],
  [/\/v1\/messages\/batches\/([^/]+)\/results$/, "lines", anthropicLine],
  [/\/responses\/([^/]+)$/, "response", backgroundResponse],
  [/\/batches\/([^/]+)$/, "batch", batchTotal],
];

type ReadLine = (line: JsonObject) => ResultLine | null;

/**
 * What reads results that were made before, as they pass: those of a batch job, one record per line, else its total; and a response that
 * ran in the background, which completes the record of its creation. Reading them again in this process records nothing again. Null for
 * any other request.
 */
export function laterResultSink(observer: Observer, input: unknown, method: unknown): BodySink | null {
  const text = urlText(input);
  if (text === null || (method !== undefined && method !== "GET" && method !== "get")) return null;
  const path = text.split("?", 1)[0] ?? text;
  for (const [pattern, kind, read] of PATHS) {
    const id = pattern.exec(path)?.[1];
    if (id !== undefined) return new ResultSink(observer, new URL(text), read, kind, id);
  }
  return null;
}

class ResultSink implements BodySink {
  readonly drains = false;
  private readonly lines: LineSplitter;
  private readonly active = context.active();
  private readonly ambient = ambientAttribution(this.active);
  private readonly parts: Uint8Array[] = [];
  private size = 0;
  private wanted: boolean | null = null;
  /** Whether a stored response comes as a stream; null until its first bytes. */
  private events: boolean | null = null;

  constructor(
    private readonly observer: Observer,
    private readonly url: URL,
    private readonly read: ReadLine,
    private readonly kind: Kind,
    /** Of the file, batch or response that the path names. */
    private readonly id: string,
  ) {
    const onLine = kind === "response" ? this.event.bind(this) : this.line.bind(this);
    this.lines = new LineSplitter((line) => guard(() => onLine(line)));
  }

  chunk(bytes: Uint8Array): void {
    if (this.isLines(bytes[0])) guard(() => this.lines.push(bytes));
    else if (this.size <= MAX_BODY) {
      this.size += bytes.byteLength;
      this.parts.push(bytes.slice());
    }
  }

  text(value: string): void {
    if (this.isLines(value.charCodeAt(0))) guard(() => this.lines.push(Buffer.from(value)));
    else this.json(parseObject(value));
  }

  end(): void {
    if (this.kind === "lines" || this.events === true) guard(() => this.lines.end());
    else if (this.parts.length > 0 && this.size <= MAX_BODY)
      this.text(Buffer.concat(this.parts.splice(0)).toString("utf8"));
  }

  json(value: unknown): void {
    const body = asObject(value);
    const read = body === null ? null : this.read(body);
    if (read === null) return;
    guard(() => {
      if (this.kind === "response") this.response(read);
      else if (this.kind === "batch") this.total(read as BatchTotal);
    });
  }

  /** Whether the body is read line by line, told by its first byte: a stored response is one JSON object, or a stream that goes on. */
  private isLines(first: number | undefined): boolean {
    if (this.kind !== "response") return this.kind === "lines";
    this.events ??= first !== undefined && first !== OPENING_BRACE && first > SPACE;
    return this.events;
  }

  private event(text: string): void {
    if (!text.startsWith("data:") || !RESPONSE_END.test(text)) return;
    this.json(parseObject(text.slice(5))?.["response"]);
  }

  private line(text: string): void {
    const parsed = parseObject(text);
    const line = parsed === null ? null : this.read(parsed);
    if (line === null) return;
    this.wanted ??= takeLines(this.key(this.id));
    const id = asText(line.body["id"]) ?? line.id;
    if (this.wanted && isNewLine(this.url.host, id))
      this.emit(line, id === null ? null : lineIds(this.url.hostname, this.id, id));
  }

  private response(line: ResultLine): void {
    const status = line.body["status"];
    const outcome = line.failed ? "error" : status === "cancelled" ? "cancelled" : "ok";
    const id = asText(line.body["id"]) ?? this.id;
    const host = this.url.hostname;
    const known = completeBackground(host, id, outcome, (facts, provider) =>
      line.family.readResponse(line.body, facts, provider),
    );
    if (!known && asObject(line.body["usage"]) !== null) this.emit(line, resultIds(host, id));
  }

  private total(total: BatchTotal): void {
    const ids = totalIds(this.url.hostname, total.file);
    offerTotal(this.key(total.file), () => this.emit(total, ids));
  }

  private key(file: string): string {
    return `${this.url.host} ${file}`;
  }

  private emit(line: ResultLine, result: ResultIds | null): void {
    const { family, body, failed } = line;
    const target = targetAt(this.url, endpointOf(family));
    const provider =
      target.vendor ??
      (this.observer.flavor === "fetch" ? family.vendor : providerOfFlavor(this.observer.flavor));
    const response = emptyResponseFacts();
    if (!failed) family.readResponse(body, response, this.observer.options.provider ?? provider);
    response.id ??= line.id;
    const startMs = createdMs(body) ?? (this.observer.options.clock ?? Date.now)();
    emitSpan({
      observer: this.observer,
      target,
      context: this.active,
      ambient: this.ambient,
      provider,
      request: { ...emptyRequestFacts(), model: response.model },
      response,
      attempts: [],
      startMs,
      endMs: startMs,
      firstChunkMs: null,
      outcome: failed ? "error" : "ok",
      errorType: failed ? (family.readError(body) ?? String(line.httpStatus)) : null,
      streaming: this.events === true,
      batch: this.kind !== "response",
      requestId: line.requestId,
      limits: null,
      fingerprint: null,
      result,
    });
  }

  // A result file that is not read to its end gave the records of the lines that were read.
  cancelled(): void {}
  failed(): void {}
  waiting(): void {}
  consuming(): void {}
  holder(): void {}
}

const OPENING_BRACE = 123;
const SPACE = 32;

/** The events that end a stream of the Responses API and carry the whole response. Source: openai-node 7.57 types, read 2026-11-22. */
const RESPONSE_END = /"type"\s*:\s*"response\.(?:completed|incomplete|failed|cancelled)"/;

/** Bytes of one JSON body that is read in pieces. */
const MAX_BODY = 1_048_576;

function endpointOf(family: Family): Endpoint {
  const operation = family === openaiEmbeddings ? "embeddings" : "chat";
  return { family, operation, model: null, deployment: null };
}

/** `created` or `created_at` of the body, in epoch seconds; null when it has none. */
function createdMs(body: JsonObject): number | null {
  const seconds = body["created"] ?? body["created_at"];
  return typeof seconds === "number" && seconds > 1_500_000_000 && seconds < 1e11 ? seconds * 1000 : null;
}
