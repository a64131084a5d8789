import { promisify } from "node:util";
import * as zlib from "node:zlib";
import { AppError } from "../domain/errors.js";
import type { ByteLease } from "./inflight-bytes.js";
import { tooLarge } from "./request-body.js";

type Inflate = (body: Buffer, maxBytes: number, sizeHint: number) => Promise<Buffer>;

const gunzip = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.gunzip);
/** deflate never expands a byte to more than this many (https://zlib.net/zlib_tech.html, read 2026-11-22). */
const MAX_DEFLATE_RATIO = 1032;
const MIN_CHUNK = 1024;

const inflateGzip: Inflate = (body, maxBytes, sizeHint) =>
  gunzip(body, {
    maxOutputLength: maxBytes,
    // One more byte than expected, so that the end is seen without a second output chunk.
    chunkSize: Math.max(MIN_CHUNK, sizeHint + 1),
  });

type ZstdDecompress = (
  body: Buffer,
  options: { maxOutputLength: number },
  done: (error: Error | null, result: Buffer) => void,
) => void;

/** Node has zstd from 22.15 on; older ones answer 415. */
function zstdInflate(): Inflate | undefined {
  const native: unknown = Reflect.get(zlib, "zstdDecompress");
  if (typeof native !== "function") return undefined;
  const decompress = promisify(native as ZstdDecompress);
  return (body, maxBytes) => decompress(body, { maxOutputLength: maxBytes });
}

const zstd = zstdInflate();
const INFLATERS: ReadonlyMap<string, Inflate> = new Map([
  ["gzip", inflateGzip],
  ["x-gzip", inflateGzip],
  ...(zstd === undefined ? [] : ([["zstd", zstd]] as const)),
]);

/** Encodings that a request may use, for `Accept-Encoding`. */
export const ACCEPTED_ENCODINGS = zstd === undefined ? "gzip" : "gzip, zstd";

/** Whether a Content-Encoding header is one we read; nothing and `identity` are. */
export function isKnownEncoding(header: string | undefined): boolean {
  const name = encodingName(header);
  return name === "identity" || INFLATERS.has(name);
}

/**
 * The body as the sender meant it; its bytes are added to `lease`.
 * @throws AppError `unsupported_media_type` (encoding), `payload_too_large` (beyond `maxBytes` once inflated),
 * `invalid_request` (corrupt), `overloaded`
 */
export async function decodeContent(
  body: Buffer,
  header: string | undefined,
  maxBytes: number,
  lease: ByteLease,
): Promise<Buffer> {
  const name = encodingName(header);
  if (name === "identity" || body.length === 0) return body;
  const inflate = INFLATERS.get(name);
  if (inflate === undefined) {
    throw new AppError("unsupported_media_type", `Content-Encoding must be one of: ${ACCEPTED_ENCODINGS}.`);
  }
  const hint = name === "zstd" ? 0 : gzipSizeHint(body, maxBytes);
  lease.grow(hint);
  const inflated = await inflateOrRefuse(inflate, body, maxBytes, hint);
  lease.grow(inflated.length - hint);
  return inflated;
}

async function inflateOrRefuse(
  inflate: Inflate,
  body: Buffer,
  maxBytes: number,
  hint: number,
): Promise<Buffer> {
  try {
    return await inflate(body, maxBytes, hint);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(maxBytes);
    throw new AppError(
      "invalid_request",
      "The compressed body is corrupt or cut short.",
      {},
      { cause: error },
    );
  }
}

function encodingName(header: string | undefined): string {
  const name = (header ?? "").trim().toLowerCase();
  return name === "" ? "identity" : name;
}

/**
 * Inflated size as the last four bytes of gzip state it (RFC 1952), capped by what the input can hold and by the limit.
 * Only a hint: it may lie.
 */
function gzipSizeHint(body: Buffer, maxBytes: number): number {
  const stated = body.length >= 18 ? body.readUInt32LE(body.length - 4) : 0;
  return Math.min(stated, body.length * MAX_DEFLATE_RATIO, maxBytes);
}
