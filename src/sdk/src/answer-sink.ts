import type { BodySink, ChunkFilter } from "./body-sink.js";
import { transportErrorType } from "./attempts.js";
import { guard, reportOnce } from "./guard.js";
import { LineSplitter } from "./line-splitter.js";
import type { LiveCall } from "./live-call.js";
import { sweeps } from "./open-calls.js";
import type { StreamReader } from "./wire/family.js";
import { asObject, parseObject } from "./wire/json.js";
import { scanObject } from "./wire/json-scan.js";

/** Bytes of a body that is read in pieces although it is no stream, kept to be parsed at its end. */
const MAX_WHOLE = 1_048_576;
/** Texts beyond this are scanned for the fields that matter rather than parsed a second time. */
const MAX_PARSE = 65_536;

/** What streams and whole bodies share: idle state, and ends that are no answer. */
abstract class Sink implements BodySink {
  readonly drains: boolean = false;
  filter?: ChunkFilter;

  constructor(protected readonly call: LiveCall) {}

  abstract chunk(bytes: Uint8Array): void;
  abstract end(): void;
  abstract json(value: unknown): void;
  abstract text(value: string): void;

  cancelled(wasCollected: boolean): void {
    this.call.finish(wasCollected ? "abandoned" : "cancelled");
  }

  failed(error: unknown): void {
    const name = typeof error === "object" && error !== null ? (error as { name?: unknown }).name : null;
    if (name === "AbortError") this.call.finish("cancelled");
    else this.call.finish("error", transportErrorType(error));
  }

  waiting(active: boolean): void {
    this.call.waiting = active;
  }

  consuming(): void {
    this.call.waiting = true;
    this.call.heldByNobody();
  }

  holder(target: object): void {
    this.moved();
    this.call.heldBy(target);
  }

  protected moved(): void {
    this.call.waiting = false;
    this.call.lastMoved = sweeps.count;
  }
}

/** A streamed answer: events are read as they pass, in constant memory, until the one that ends the call. */
export class StreamSink extends Sink {
  private readonly reader: StreamReader;
  private readonly lines: LineSplitter;

  constructor(call: LiveCall) {
    super(call);
    const { family } = call.target.endpoint;
    this.reader = family.streamReader(call.response, call.reader);
    const sse = family.framing === "sse";
    const skims = this.reader.skims?.bind(this.reader);
    this.lines = new LineSplitter((line) => this.line(line, sse), sse ? skims : undefined);
  }

  chunk(bytes: Uint8Array): void {
    if (this.call.finished) return;
    this.moved();
    try {
      this.lines.push(bytes);
    } catch (error) {
      reportOnce(error);
    }
  }

  private line(line: string, sse: boolean): void {
    if (this.call.finished) return;
    let data = line;
    if (sse) {
      // Cohere v1 sends bare JSON lines; a line of an event stream never begins with a brace.
      if (line.startsWith("data:")) data = line.charCodeAt(5) === 32 ? line.slice(6) : line.slice(5);
      else if (line.charCodeAt(0) !== 123) return;
    }
    const effect = this.reader.event(data);
    if (effect === "content") this.call.firstContent();
    else if (effect === "end") this.finish();
  }

  end(): void {
    if (this.call.finished) return;
    guard(() => this.lines.end());
    if (this.call.finished) return;
    if (this.reader.complete()) this.finish();
    else this.call.finish("error", this.call.response.errorType ?? "stream_incomplete");
  }

  private finish(): void {
    const { errorType } = this.call.response;
    this.call.finish(errorType === null ? "ok" : "error", errorType);
  }

  json(): void {
    // A stream that is parsed as one JSON value fails in the application; there is nothing to read from it.
  }

  text(value: string): void {
    guard(() => this.lines.push(Buffer.from(value)));
  }
}

/** An answer that comes as one JSON body. */
export class WholeSink extends Sink {
  private chunks: Uint8Array[] = [];
  private size = 0;

  chunk(bytes: Uint8Array): void {
    this.moved();
    this.size += bytes.byteLength;
    if (this.size > MAX_WHOLE) this.chunks = [];
    // A copy: the application may transfer or reuse its buffer.
    else this.chunks.push(bytes.slice());
  }

  json(value: unknown): void {
    const body = asObject(value);
    if (body === null) return;
    guard(() => {
      const { family } = this.call.target.endpoint;
      family.readResponse(body, this.call.response, this.call.reader);
    });
  }

  text(value: string): void {
    const body = value.length > MAX_PARSE ? scanObject(value, SCANNED) : parseObject(value);
    if (body !== null) this.json(body);
  }

  end(): void {
    if (this.call.finished) return;
    if (this.chunks.length > 0) guard(() => this.text(Buffer.concat(this.chunks).toString("utf8")));
    this.chunks = [];
    const { errorType } = this.call.response;
    this.call.finish(errorType === null ? "ok" : "error", errorType);
  }
}

const SCANNED = ["id", "model", "usage", "service_tier"];

/** A refusal: a small body whose kind of error is wanted, whether the client reads it or lets it go. */
export class RefusalSink extends Sink {
  override readonly drains = true;
  private chunks: Uint8Array[] = [];
  private size = 0;
  private done = false;

  /** `onRead` is told once, with the provider's code if there is one; `taken` says that the client itself read the body. */
  constructor(
    call: LiveCall,
    private readonly onRead: (errorType: string | null, taken: boolean) => void,
  ) {
    super(call);
  }

  private taken = false;

  chunk(bytes: Uint8Array): void {
    this.size += bytes.byteLength;
    if (this.size <= MAX_PARSE) this.chunks.push(bytes.slice());
  }

  override consuming(): void {
    this.taken = true;
  }

  override holder(): void {
    // A refused attempt ends by its client, its retry or its deadline, whatever becomes of its body.
  }

  json(value: unknown): void {
    this.read(value);
  }

  text(value: string): void {
    this.read(value.length > MAX_PARSE ? null : parseObject(value));
  }

  end(): void {
    if (this.chunks.length > 0) this.text(Buffer.concat(this.chunks).toString("utf8"));
    else this.read(null);
  }

  override cancelled(): void {
    this.read(null);
  }

  override failed(): void {
    this.read(null);
  }

  private read(value: unknown): void {
    if (this.done) return;
    this.done = true;
    this.chunks = [];
    const body = asObject(value);
    const code = body === null ? null : guard(() => this.call.target.endpoint.family.readError(body));
    this.onRead(code ?? null, this.taken);
  }
}
