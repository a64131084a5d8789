import { open } from "node:fs/promises";
import { type Dispatcher, request } from "undici";
import { AppError } from "../../domain/errors.js";
import { MAX_BOOK_BYTES } from "./book-document.js";

/** What was read, or null when it is the same as before. */
export interface FetchedBook {
  bytes: Uint8Array;
  etag: string | null;
}

const FETCH_MS = 30_000;
const MAX_SIGNATURE_BYTES = 1024;
const USER_AGENT = "spanledger";

/**
 * Reads a book. `etag` is what the last answer carried; null is returned when the server says that nothing changed.
 * @throws AppError `unavailable` (unreachable, refused address, redirect, other status, too slow), `invalid_request` (too large).
 */
export async function fetchBook(
  url: string,
  etag: string | null,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<FetchedBook | null> {
  if (url.startsWith("file:")) return { bytes: await readLocal(url, MAX_BOOK_BYTES), etag: null };
  const headers = etag === null ? {} : { "if-none-match": etag };
  const answer = await get(url, headers, MAX_BOOK_BYTES, dispatcher, signal);
  return answer.status === 304 ? null : { bytes: answer.bytes, etag: answer.etag };
}

/** The detached signature of a book: the same path with `.sig`. @throws as `fetchBook` */
export async function fetchSignature(
  url: string,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<string> {
  const place = new URL(url);
  place.pathname += ".sig";
  if (place.protocol === "file:")
    return Buffer.from(await readLocal(place.href, MAX_SIGNATURE_BYTES)).toString("utf8");
  const { bytes } = await get(place.href, {}, MAX_SIGNATURE_BYTES, dispatcher, signal);
  return Buffer.from(bytes).toString("utf8");
}

async function readLocal(url: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const file = await open(new URL(url), "r");
    try {
      const buffer = Buffer.alloc(maxBytes + 1);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      if (bytesRead > maxBytes) throw tooLarge(maxBytes);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? "unknown reason";
    throw new AppError("unavailable", `The file cannot be read: ${code}`, {}, { cause: error });
  }
}

async function get(
  url: string,
  headers: Readonly<Record<string, string>>,
  maxBytes: number,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<{ status: number; bytes: Uint8Array; etag: string | null }> {
  try {
    const answer = await request(url, {
      method: "GET",
      headers: { accept: "application/json", "user-agent": USER_AGENT, ...headers },
      dispatcher,
      signal: AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]),
    });
    const { statusCode: status } = answer;
    if (status !== 200) {
      await answer.body.dump({ limit: 64 * 1024 });
      if (status === 304) return { status, bytes: new Uint8Array(), etag: null };
      const what = status >= 300 && status < 400 ? "a redirect, which is not followed" : `status ${status}`;
      throw new AppError("unavailable", `The server answered with ${what}.`);
    }
    const { etag } = answer.headers;
    return {
      status,
      bytes: await limited(answer.body, maxBytes),
      etag: typeof etag === "string" ? etag : null,
    };
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("unavailable", `The book cannot be read: ${reasonOf(error)}`, {}, { cause: error });
  }
}

async function limited(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(maxBytes: number): AppError {
  return new AppError("invalid_request", `The download is larger than ${maxBytes} bytes.`);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown reason";
  const { code } = error as NodeJS.ErrnoException;
  if (code === "refused_address") return error.message;
  if (error.name === "TimeoutError" || code === "UND_ERR_BODY_TIMEOUT") return "it took too long";
  if (
    code === "UND_ERR_SOCKET" ||
    code === "UND_ERR_ABORTED" ||
    code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH"
  )
    return "the connection broke off before its end";
  if (code === "UND_ERR_RES_EXCEEDED_MAX_SIZE") return "it is too large";
  return code ?? error.message;
}
