/** What a client sent so far, cut into the largest run of frames the engine can answer on its own. */
export interface ClientBatch {
  /** Frames to execute now, ending in one that makes the server answer; null when more bytes are needed. */
  execute: Buffer | null;
  /** Bytes kept for later. */
  rest: Buffer;
  /** The client said goodbye after `execute`. */
  terminated: boolean;
}

const TERMINATE = 0x58; // X
/** Frames after which the server answers: Query, Sync, Flush, FunctionCall, CopyDone, CopyFail. */
const ANSWERED = new Set([0x51, 0x53, 0x48, 0x46, 0x63, 0x66]);
const CANCEL_REQUEST = 80877102;
/** A frame larger than this is refused: nobody sends a 64 MiB statement to the control store. */
export const MAX_FRAME_BYTES = 64 * 1024 * 1024;

/**
 * Cuts client bytes at the last answered frame. `started` is false until the untyped startup packet was executed.
 * @throws RangeError when a frame's length is impossible or above `MAX_FRAME_BYTES`.
 * @see https://www.postgresql.org/docs/18/protocol-message-formats.html (read 2026-11-25)
 */
export function cutClientBatch(bytes: Buffer, started: boolean): ClientBatch {
  let offset = 0;
  let end = 0;
  if (!started) {
    if (bytes.length < 8) return { execute: null, rest: bytes, terminated: false };
    const length = frameLength(bytes, 0, 8);
    if (bytes.readInt32BE(4) === CANCEL_REQUEST) {
      return { execute: null, rest: Buffer.alloc(0), terminated: true };
    }
    if (bytes.length < length) return { execute: null, rest: bytes, terminated: false };
    offset = length;
    end = length;
  }
  while (bytes.length - offset >= 5) {
    const type = bytes[offset];
    const length = 1 + frameLength(bytes, offset + 1, 4);
    if (bytes.length - offset < length) break;
    if (type === TERMINATE) return batch(bytes, end, bytes.length, true);
    offset += length;
    if (type !== undefined && ANSWERED.has(type)) end = offset;
  }
  return batch(bytes, end, end, false);
}

function batch(bytes: Buffer, end: number, restFrom: number, terminated: boolean): ClientBatch {
  return { execute: end === 0 ? null : bytes.subarray(0, end), rest: bytes.subarray(restFrom), terminated };
}

function frameLength(bytes: Buffer, offset: number, minimum: number): number {
  const length = bytes.readInt32BE(offset);
  if (length < minimum || length > MAX_FRAME_BYTES) {
    throw new RangeError(`A Postgres frame of ${length} bytes is out of bounds.`);
  }
  return length;
}

/** Transaction state of a session: I idle, T in a transaction, E in a failed one. */
export type TransactionStatus = "I" | "T" | "E";

const READY_FOR_QUERY = 0x5a; // Z

/** Follows the server's answer, split anywhere, and remembers the last ReadyForQuery. */
export class ReadyForQueryScanner {
  readonly #head = Buffer.alloc(6);
  #headLength = 0;
  #skip = 0;
  #status: TransactionStatus | null = null;

  /** State of the last ReadyForQuery since `reset`, or null when none was seen. */
  get status(): TransactionStatus | null {
    return this.#status;
  }

  reset(): void {
    this.#status = null;
  }

  /** Reads the next bytes of the answer. Never throws. */
  scan(chunk: Uint8Array): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, chunk.length - offset);
        this.#skip -= step;
        offset += step;
        continue;
      }
      const wanted = this.#head[0] === READY_FOR_QUERY && this.#headLength > 0 ? 6 : 5;
      this.#head[this.#headLength++] = chunk[offset++] ?? 0;
      if (this.#headLength === wanted && wanted === 6) this.#finishReady();
      else if (this.#headLength === 5 && this.#head[0] !== READY_FOR_QUERY) this.#finishHeader();
    }
  }

  #finishReady(): void {
    const letter = String.fromCharCode(this.#head[5] ?? 0);
    this.#status = letter === "T" || letter === "E" ? letter : "I";
    this.#headLength = 0;
  }

  #finishHeader(): void {
    this.#skip = Math.max(0, this.#head.readInt32BE(1) - 4);
    this.#headLength = 0;
  }
}
