import type { AnyResponse } from "./listen.js";
import type { LogEntry, Reply, SeenRequest, StandInClock, Tokens } from "./script.js";
import { stableHex, textOf, tokensOf } from "./tokens.js";

/** A stream as a family writes it: what comes before content, the content events, what comes after. */
export interface StreamPlan {
  contentType: string;
  open: readonly (string | Buffer)[];
  content: readonly (string | Buffer)[];
  close: readonly (string | Buffer)[];
  /** The family's way to report an error in a running stream. */
  error: string | Buffer;
}

/** What a family knows to do with one request. */
export interface Family {
  readonly name: string;
  /** Whether this family answers the request. */
  claims(method: string, path: string): boolean;
  model(path: string, body: Readonly<Record<string, unknown>>): string;
  streams(path: string, body: Readonly<Record<string, unknown>>, query: URLSearchParams): boolean;
  /** Headers of every answer, success or refusal. */
  headers(exchange: Exchange): Record<string, string>;
  errorBody(exchange: Exchange, status: number): unknown;
  answer(exchange: Exchange): Promise<void>;
}

/** The `model` field of a body; empty when it is not text. */
export function modelInBody(_path: string, body: Readonly<Record<string, unknown>>): string {
  return typeof body["model"] === "string" ? body["model"] : "";
}

/** One request and the way its scripted reply is written: pacing, cuts, mid-stream errors, the log. */
export class Exchange {
  readonly tokens: Required<Tokens>;
  readonly text: string;
  readonly model: string;
  /** Seconds since the epoch, for `created` fields. */
  readonly createdSeconds: number;
  private readonly gone = new AbortController();
  private isFinished = false;

  constructor(
    readonly request: SeenRequest,
    readonly reply: Reply,
    readonly entry: LogEntry,
    private readonly family: Family,
    private readonly response: AnyResponse,
    private readonly clock: StandInClock,
  ) {
    this.tokens = tokensOf(request, reply);
    this.text = textOf(request, reply);
    this.model = reply.model ?? request.model;
    this.createdSeconds = Math.floor(clock.nowMs() / 1000);
    response.on("finish", () => (this.isFinished = true));
    response.on("close", () => this.closed());
  }

  /** A stable id of `length` hex characters, different for every request of a server. */
  id(prefix: string, length: number): string {
    return prefix + stableHex(`${this.request.index}:${this.request.path}:${this.entry.startedAtMs}`, length);
  }

  nowMs(): number {
    return this.clock.nowMs();
  }

  /** Note what was consumed and what of it goes on the wire. */
  consumed(wireUsage: Record<string, unknown> | null, responseId: string | null, finishReason: string): void {
    this.entry.tokens = this.tokens;
    this.entry.wireUsage = wireUsage;
    this.entry.responseId = responseId;
    this.entry.finishReason = finishReason;
  }

  async json(body: unknown, status = 200): Promise<void> {
    await this.clock.wait(this.reply.latencyMs ?? 0, "latency", this.gone.signal);
    if (this.gone.signal.aborted) return;
    this.writeHead(status, this.reply.contentType ?? "application/json");
    this.response.end(this.reply.rawBody ?? JSON.stringify(body));
  }

  async refuse(status: number): Promise<void> {
    // Some error bodies repeat the request id, which the headers settle.
    this.family.headers(this);
    await this.json(this.family.errorBody(this, status), status);
  }

  hangUp(): void {
    this.entry.end = "cut";
    this.response.destroy();
  }

  /** Write a stream at the pace of the script. Resolves when it is written, cut, or the client has left. */
  async stream(plan: StreamPlan): Promise<void> {
    const { reply } = this;
    await this.clock.wait(reply.latencyMs ?? 0, "latency", this.gone.signal);
    if (this.gone.signal.aborted) return;
    this.writeHead(200, reply.contentType ?? plan.contentType);
    this.response.flushHeaders();
    for (const frame of plan.open) await this.write(frame);
    for (const [index, frame] of plan.content.entries()) {
      if (await this.interrupted(index, plan)) return;
      await this.pause(index);
      if (this.gone.signal.aborted) return;
      await this.write(frame);
      this.entry.contentEventsSent += 1;
    }
    if (await this.interrupted(plan.content.length, plan)) return;
    await this.pause(plan.content.length);
    for (const frame of plan.close) await this.write(frame);
    if (!this.gone.signal.aborted) this.response.end();
  }

  private async pause(index: number): Promise<void> {
    const ms = index === 0 ? (this.reply.firstChunkMs ?? 0) : (this.reply.chunkGapMs ?? 0);
    await this.clock.wait(ms, index === 0 ? "first-chunk" : "chunk", this.gone.signal);
  }

  private async interrupted(index: number, plan: StreamPlan): Promise<boolean> {
    if (this.reply.cutAfterChunks === index) {
      this.hangUp();
      return true;
    }
    if (this.reply.errorAfterChunks === index) {
      this.entry.errorEventSent = true;
      await this.write(plan.error);
      this.response.end();
      return true;
    }
    if (this.reply.stallAfterChunks === index) {
      await untilAborted(this.gone.signal);
      return true;
    }
    return this.gone.signal.aborted;
  }

  /** Waits for the socket when it is full, so that a slow reader never makes the server hold a stream in memory. */
  private async write(frame: string | Buffer): Promise<void> {
    if (this.gone.signal.aborted || this.response.write(frame)) return;
    await new Promise<void>((resolve) => {
      this.response.once("drain", resolve);
      this.gone.signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  private writeHead(status: number, contentType: string): void {
    this.entry.status = status;
    const { retryAfterSeconds, retryAfterMs, headers } = this.reply;
    this.response.writeHead(status, {
      "content-type": contentType,
      ...this.family.headers(this),
      ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
      ...(retryAfterMs === undefined ? {} : { "retry-after-ms": String(retryAfterMs) }),
      ...headers,
    });
  }

  private closed(): void {
    if (this.entry.end === "open") this.entry.end = this.isFinished ? "complete" : "client_closed";
    this.entry.endedAtMs = this.clock.nowMs();
    this.gone.abort();
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
