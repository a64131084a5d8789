import type { Readable } from "node:stream";
import { AppError } from "../domain/errors.js";
import { type ByteLease, overloaded } from "./inflight-bytes.js";

export interface BodyLimits {
  /** Largest body in bytes, inclusive. */
  maxBytes: number;
  /** Milliseconds in which the whole body must have arrived. */
  timeoutMs: number;
}

/** What an unread body may still send before its connection is cut. */
const DRAIN: BodyLimits = { maxBytes: 64 * 1024 * 1024, timeoutMs: 30_000 };

/**
 * The whole body of a request. Its bytes are added to `lease` before they are kept. After a failure the rest is read and
 * dropped, within bounds, so that the answer can be read and the connection used again.
 * @throws AppError `payload_too_large`, `overloaded`, `invalid_request` (the sender went away), `unavailable` (too slow)
 */
export async function readBody(
  stream: Readable,
  declaredBytes: number | null,
  limits: BodyLimits,
  lease: ByteLease,
): Promise<Buffer> {
  try {
    if (declaredBytes !== null) {
      if (declaredBytes > limits.maxBytes) throw tooLarge(limits.maxBytes);
      lease.grow(declaredBytes);
    }
    return await collect(stream, limits, declaredBytes === null ? lease : null);
  } catch (error) {
    drain(stream);
    throw error;
  }
}

/** The error of a body above the limit. */
export function tooLarge(maxBytes: number): AppError {
  return new AppError("payload_too_large", `The body is larger than ${maxBytes} bytes.`, { maxBytes });
}

/** Reads to the end; grows `lease` per chunk unless the whole is already counted (null). */
function collect(stream: Readable, limits: BodyLimits, lease: ByteLease | null): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let received = 0;
    const timer = setTimeout(
      () => settle(new AppError("unavailable", "The body did not arrive in time.")),
      limits.timeoutMs,
    );
    const onData = (chunk: Buffer): void => {
      received += chunk.length;
      if (received > limits.maxBytes) return settle(tooLarge(limits.maxBytes));
      if (lease?.tryGrow(chunk.length) === false) return settle(overloaded());
      chunks.push(chunk);
    };
    const onEnd = (): void => settle(null);
    const onGone = (): void => settle(new AppError("invalid_request", "The sender closed the connection."));
    function settle(error: AppError | null): void {
      clearTimeout(timer);
      stream.off("data", onData).off("end", onEnd).off("error", onGone).off("close", onGone);
      if (error === null)
        resolve(chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks));
      else reject(error);
    }
    // The sender may have gone while its key was checked: then no event will follow.
    if (stream.destroyed) return onGone();
    stream.on("data", onData).on("end", onEnd).on("error", onGone).on("close", onGone);
  });
}

function drain(stream: Readable): void {
  if (stream.destroyed || stream.readableEnded) return;
  let left = DRAIN.maxBytes;
  const timer = setTimeout(() => stream.destroy(), DRAIN.timeoutMs);
  timer.unref();
  stream.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) stream.destroy();
  });
  // The answer has been decided; a broken connection only ends the draining.
  stream.on("error", () => clearTimeout(timer));
  stream.once("close", () => clearTimeout(timer));
}
