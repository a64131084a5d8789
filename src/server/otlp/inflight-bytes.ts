import { OverloadedError } from "../domain/errors.js";

/** Bytes held by one request; grows as they arrive. */
export interface ByteLease {
  /** Bytes it holds now. */
  readonly bytes: number;
  /** Adds bytes; false, and nothing added, when the process already holds too many. */
  tryGrow(bytes: number): boolean;
  /** Adds bytes. @throws OverloadedError when the process already holds too many. */
  grow(bytes: number): void;
  /** Gives all bytes back; further calls do nothing. */
  release(): void;
}

/** Counts the bytes of all unacknowledged requests, so that memory stays bounded whatever the number of senders. */
export class InflightBytes {
  #held = 0;

  constructor(private readonly limit: number) {}

  /** Bytes held now. */
  get held(): number {
    return this.#held;
  }

  lease(): ByteLease {
    let mine = 0;
    let open = true;
    const tryGrow = (bytes: number): boolean => {
      if (!open || bytes <= 0) return true;
      // A request larger than the whole limit may pass alone: the body limit bounds it.
      if (this.#held > mine && this.#held + bytes > this.limit) return false;
      this.#held += bytes;
      mine += bytes;
      return true;
    };
    return {
      get bytes() {
        return mine;
      },
      tryGrow,
      grow: (bytes) => {
        if (!tryGrow(bytes)) throw overloaded();
      },
      release: () => {
        this.#held -= mine;
        mine = 0;
        open = false;
      },
    };
  }
}

export function overloaded(): OverloadedError {
  return new OverloadedError("Too many unacknowledged bytes are being received.", 1);
}
