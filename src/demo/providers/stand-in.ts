import type { IncomingMessage } from "node:http";
import { anthropicCountTokens, anthropicMessages, anthropicVertex } from "./anthropic-messages.js";
import { bedrockConverse, bedrockInvoke } from "./bedrock.js";
import { cohere } from "./cohere.js";
import { Exchange, type Family } from "./exchange.js";
import { gemini } from "./gemini.js";
import { ollama } from "./ollama.js";
import { openaiChat } from "./openai-chat.js";
import { openaiCompatible } from "./openai-compatible.js";
import { openaiEmbeddings } from "./openai-embeddings.js";
import { openaiResponses } from "./openai-responses.js";
import { type AnyResponse, listenBoth } from "./listen.js";
import type { LogEntry, Reply, Script, SeenRequest, StandInClock } from "./script.js";

const FAMILIES: readonly Family[] = [
  openaiChat,
  openaiResponses,
  openaiEmbeddings,
  anthropicMessages,
  anthropicCountTokens,
  anthropicVertex,
  gemini,
  bedrockConverse,
  bedrockInvoke,
  ollama,
  cohere,
  ...openaiCompatible,
];

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Waits for real; a wait of zero does not leave the current turn. */
export const realClock: StandInClock = {
  nowMs: () => Date.now(),
  wait: (ms, _phase, signal) => {
    if (ms <= 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done, { once: true });
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      }
    });
  },
};

export interface StandInOptions {
  /** 0 (any free port) unless given. */
  port?: number;
  script?: Script;
  /** One clock, or the clock of each request: callers that live in different times tell themselves apart by a header. */
  clock?: StandInClock | ((headers: SeenRequest["headers"]) => StandInClock);
  /** Log entries kept, the newest; 10,000 unless given. */
  maxLog?: number;
}

export interface StandInProviders {
  /**
   * For clients that add the whole path: Gemini, Bedrock, Ollama, Cohere, Azure. Servers that share OpenAI's protocol have a prefix:
   * `/groq`, `/mistral`, `/together/v1`, `/xai/v1`, `/deepseek`, `/openrouter/api/v1`, `/vllm/v1`.
   */
  url: string;
  /** `baseURL` of the openai client. */
  openaiBaseUrl: string;
  /** `baseURL` of the Anthropic client. */
  anthropicBaseUrl: string;
  /** One entry per HTTP exchange, in order of arrival. */
  log: readonly LogEntry[];
  /** Replace the script from the next request on. */
  setScript(script: Script): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

/**
 * Starts the stand-in provider servers on one loopback port: real HTTP, wire-exact answers, behaviour by script.
 * @throws the listen error when the port is taken.
 */
export async function startStandInProviders(options: StandInOptions = {}): Promise<StandInProviders> {
  const service = new StandInService(options);
  const { url, close } = await listenBoth(options.port ?? 0, (request, response) =>
    service.handle(request, response),
  );
  return {
    url,
    openaiBaseUrl: `${url}/v1`,
    anthropicBaseUrl: url,
    log: service.log,
    setScript: (script) => service.setScript(script),
    close,
  };
}

class StandInService {
  readonly log: LogEntry[] = [];
  private readonly clockOf: (headers: SeenRequest["headers"]) => StandInClock;
  private readonly maxLog: number;
  private script: Script;
  private count = 0;

  constructor(options: StandInOptions) {
    const clock = options.clock ?? realClock;
    this.clockOf = typeof clock === "function" ? clock : () => clock;
    this.maxLog = options.maxLog ?? 10_000;
    this.script = options.script ?? [];
  }

  setScript(script: Script): void {
    this.script = script;
  }

  async handle(request: IncomingMessage, response: AnyResponse): Promise<void> {
    try {
      await this.exchange(request, response);
    } catch (error) {
      // A script that throws must show in the test that wrote it, not as a hanging request.
      if (!response.headersSent) response.writeHead(599, { "content-type": "text/plain" });
      response.end(`stand-in failure: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private async exchange(request: IncomingMessage, response: AnyResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://stand-in");
    const method = request.method ?? "GET";
    const path = decodeURIComponent(url.pathname);
    const family = FAMILIES.find((candidate) => candidate.claims(method, path));
    const bytes = await readBody(request);
    if (!family || bytes === null) {
      response.writeHead(family ? 413 : 404, { "content-type": "application/json" });
      response.end(
        JSON.stringify({ error: { message: `No stand-in for ${method} ${path}`, type: "not_found" } }),
      );
      return;
    }
    const seen = this.seen(family, method, path, url.searchParams, request, bytes);
    const clock = this.clockOf(seen.headers);
    const entry = this.open(seen, clock.nowMs());
    const reply = await this.replyTo(seen);
    entry.model = reply.model ?? seen.model;
    entry.retryAfterMs = retryAfter(reply, clock.nowMs());
    const exchange = new Exchange(seen, reply, entry, family, response, clock);
    if (reply.hangUp) exchange.hangUp();
    else if ((reply.status ?? 200) >= 400) await exchange.refuse(reply.status ?? 200);
    else await family.answer(exchange);
  }

  private async replyTo(seen: SeenRequest): Promise<Reply> {
    if (typeof this.script === "function") return this.script(seen);
    return this.script.shift() ?? {};
  }

  private seen(
    family: Family,
    method: string,
    path: string,
    query: URLSearchParams,
    request: IncomingMessage,
    bytes: Buffer,
  ): SeenRequest {
    const body = parseObject(bytes);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(", ") : (value ?? ""),
      ]),
    );
    return {
      index: this.count++,
      family: family.name,
      method,
      path,
      query,
      headers,
      body,
      bodyBytes: bytes.length,
      model: family.model(path, body),
      stream: family.streams(path, body, query),
      retryCount: retryCountOf(headers),
    };
  }

  private open(seen: SeenRequest, startedAtMs: number): LogEntry {
    const entry: LogEntry = {
      index: seen.index,
      family: seen.family,
      method: seen.method,
      path: seen.path,
      status: 0,
      requestModel: seen.model,
      model: seen.model,
      stream: seen.stream,
      retryCount: seen.retryCount,
      requestId: null,
      responseId: null,
      tokens: null,
      wireUsage: null,
      finishReason: null,
      serviceTier: null,
      retryAfterMs: null,
      limits: {},
      startedAtMs,
      endedAtMs: null,
      requestBytes: seen.bodyBytes,
      contentEventsSent: 0,
      errorEventSent: false,
      end: "open",
    };
    this.log.push(entry);
    if (this.log.length > this.maxLog) this.log.shift();
    return entry;
  }
}

/** The whole body, or null when it is larger than the limit (the rest is drained and dropped). */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size > MAX_BODY_BYTES ? null : Buffer.concat(chunks);
}

function parseObject(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    // Multipart and broken bodies: families that need no body fields still answer.
    return {};
  }
}

function retryCountOf(headers: Readonly<Record<string, string>>): number | null {
  const stainless = headers["x-stainless-retry-count"];
  if (stainless !== undefined) return Number(stainless);
  const aws = /attempt=(\d+)/.exec(headers["amz-sdk-request"] ?? "")?.[1];
  return aws === undefined ? null : Number(aws) - 1;
}

function retryAfter(reply: Reply, nowMs: number): number | null {
  if (reply.retryAfterMs !== undefined) return reply.retryAfterMs;
  if (typeof reply.retryAfterSeconds === "number") return reply.retryAfterSeconds * 1000;
  if (reply.retryAfterSeconds === undefined) return null;
  const at = Date.parse(reply.retryAfterSeconds);
  return Number.isNaN(at) ? null : at - nowMs;
}
