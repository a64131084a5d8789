import { Duplex } from "node:stream";
import { callbackify } from "node:util";
import type { EngineGate } from "./engine-gate.js";
import { cutClientBatch, MAX_FRAME_BYTES, ReadyForQueryScanner } from "./postgres-frames.js";

/** The part of PGlite that the stream needs: wire protocol in, wire protocol out. */
export interface ProtocolEngine {
  execProtocolRawStream(
    message: Uint8Array,
    options: { onRawData: (data: Uint8Array) => void },
  ): Promise<void>;
}

export interface PgliteStreamOptions {
  /** A transaction that is idle this long while others wait is rolled back and its connection destroyed. Default 15 000. */
  maxIdleInTransactionMs?: number;
}

const ROLLBACK = simpleQuery("ROLLBACK");

/**
 * A socket look-alike between the `pg` client and an in-process engine with one session. It runs complete groups of
 * protocol frames and keeps the gate until the server reports an idle transaction, so that connections of a pool take
 * turns as if each had its own session. Destroying it inside a transaction rolls back.
 */
export class PgliteStream extends Duplex {
  readonly #scanner = new ReadyForQueryScanner();
  readonly #maxIdleMs: number;
  #pending: Buffer = Buffer.alloc(0);
  #started = false;
  #inTransaction = false;
  #running: Promise<void> | null = null;
  #idleTimer: NodeJS.Timeout | null = null;

  constructor(
    private readonly engine: ProtocolEngine,
    private readonly gate: EngineGate,
    options: PgliteStreamOptions = {},
  ) {
    super({ allowHalfOpen: false });
    this.#maxIdleMs = options.maxIdleInTransactionMs ?? 15_000;
  }

  /** `net.Socket` surface used by `pg`. The engine is in this process: connecting is immediate. */
  connect(): this {
    process.nextTick(() => {
      if (!this.destroyed) this.emit("connect");
    });
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {
    // Answers are pushed as they come; the client reads as fast as it can and statements are small.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    callbackify(() => this.#receive(chunk))(callback);
  }

  override _writev(
    chunks: { chunk: Buffer; encoding: BufferEncoding }[],
    callback: (error?: Error | null) => void,
  ): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), "utf8", callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.push(null);
    callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#stopIdleTimer();
    this.gate.withdraw(this);
    callbackify(() => this.#abandon())((failure) => callback(error ?? failure));
  }

  async #receive(chunk: Buffer): Promise<void> {
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const batch = cutClientBatch(bytes, this.#started);
    if (batch.rest.length > MAX_FRAME_BYTES) throw new RangeError("Too many unanswered Postgres frames.");
    this.#pending = batch.rest;
    if (batch.execute !== null) {
      this.#started = true;
      await this.#execute(batch.execute);
    }
    if (batch.terminated) this.push(null);
  }

  async #execute(frames: Buffer): Promise<void> {
    this.#stopIdleTimer();
    await this.gate.acquire(this);
    if (this.destroyed) {
      this.gate.release(this);
      return;
    }
    this.#running = this.#run(frames);
    try {
      await this.#running;
    } finally {
      this.#running = null;
      this.#settle();
    }
  }

  async #run(frames: Buffer): Promise<void> {
    this.#scanner.reset();
    await this.engine.execProtocolRawStream(frames, {
      onRawData: (data) => {
        this.#scanner.scan(data);
        // The engine reuses its memory for the next answer: copy before handing on.
        if (!this.destroyed) this.push(Buffer.from(data));
      },
    });
    if (this.#scanner.status !== null) this.#inTransaction = this.#scanner.status !== "I";
  }

  /** After a group: give the gate back when idle, else watch that the open transaction does not starve the others. */
  #settle(): void {
    if (this.destroyed) return;
    if (this.#scanner.status !== null && !this.#inTransaction) {
      this.gate.release(this);
      return;
    }
    this.#idleTimer = setTimeout(() => this.#endIdleTransaction(), this.#maxIdleMs);
    this.#idleTimer.unref();
  }

  #endIdleTransaction(): void {
    if (this.gate.waiting === 0) {
      this.#settle();
      return;
    }
    const waited = `${this.#maxIdleMs} ms`;
    this.destroy(new Error(`A transaction was idle for ${waited} while others waited; it was rolled back.`));
  }

  /** Waits for a running group, rolls an open transaction back and gives the gate to the next. */
  async #abandon(): Promise<void> {
    // Its failure was already reported to whoever wrote the statement.
    await this.#running?.catch(() => undefined);
    if (!this.gate.isHeldBy(this)) return;
    try {
      if (this.#inTransaction) {
        await this.engine.execProtocolRawStream(ROLLBACK, { onRawData: () => undefined });
      }
    } finally {
      this.#inTransaction = false;
      this.gate.release(this);
    }
  }

  #stopIdleTimer(): void {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
  }
}

function simpleQuery(sql: string): Buffer {
  const text = Buffer.from(`${sql}\0`, "utf8");
  const frame = Buffer.alloc(5 + text.length);
  frame.write("Q", 0, "latin1");
  frame.writeInt32BE(4 + text.length, 1);
  text.copy(frame, 5);
  return frame;
}
