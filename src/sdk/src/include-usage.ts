import type { ChunkFilter } from "./body-sink.js";
import type { RequestInitLike } from "./http-types.js";
import type { Endpoint } from "./wire/family.js";
import { asArray, asObject, parseObject } from "./wire/json.js";

/** The request with `stream_options.include_usage` set, or null when it does not stream or already asks for usage. */
export function askForUsage(endpoint: Endpoint, init: RequestInitLike | undefined): RequestInitLike | null {
  if (endpoint.family.name !== "openai-chat" || typeof init?.body !== "string") return null;
  if (!init.body.includes('"stream"')) return null;
  const body = parseObject(init.body);
  if (body === null || body["stream"] !== true) return null;
  const options = asObject(body["stream_options"]);
  if (options?.["include_usage"] === true) return null;
  const text = JSON.stringify({ ...body, stream_options: { ...options, include_usage: true } });
  return { ...init, body: text, headers: withLength(init.headers, text) };
}

/** openai 4 sets the length itself; a wrong one would cut the request. Other clients leave it to the transport. */
function withLength(headers: unknown, text: string): unknown {
  if (typeof headers !== "object" || headers === null) return headers;
  const name = Object.keys(headers).find((key) => key.toLowerCase() === "content-length");
  return name === undefined ? headers : { ...headers, [name]: String(Buffer.byteLength(text)) };
}

/** Takes the usage chunk that was asked for out of the stream. Holds back only an unfinished event. */
export class UsageChunkFilter implements ChunkFilter {
  private held: Buffer = Buffer.alloc(0);
  private passing = false;

  push(bytes: Uint8Array): Uint8Array {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.passing) return bytes;
    const all = this.held.byteLength === 0 ? chunk : Buffer.concat([this.held, chunk]);
    // An event beyond this size is no usage chunk, and from there on nothing is held back.
    this.passing = all.byteLength > MAX_EVENT && all.indexOf("\n\n") === -1;
    if (this.passing) return this.takeHeld(all);
    const out: Buffer[] = [];
    let start = 0;
    for (let end = eventEnd(all, 0); end !== -1; end = eventEnd(all, start)) {
      const event = all.subarray(start, end);
      if (!isUsageChunk(event)) out.push(event);
      start = end;
    }
    this.held = Buffer.from(all.subarray(start));
    return out.length === 1 && out[0] !== undefined ? out[0] : Buffer.concat(out);
  }

  end(): Uint8Array {
    return this.takeHeld(this.held);
  }

  private takeHeld(all: Buffer): Uint8Array {
    this.held = Buffer.alloc(0);
    return all;
  }
}

const MAX_EVENT = 1_048_576;

/** The index after the blank line that ends the event starting at `from`; -1 when it is unfinished. */
function eventEnd(buffer: Buffer, from: number): number {
  const lf = buffer.indexOf("\n\n", from);
  const crlf = buffer.indexOf("\r\n\r\n", from);
  if (lf === -1 && crlf === -1) return -1;
  return crlf === -1 || (lf !== -1 && lf < crlf) ? lf + 2 : crlf + 4;
}

function isUsageChunk(event: Buffer): boolean {
  if (event.indexOf('"usage"') === -1) return false;
  const text = event.toString("utf8");
  const data = text.slice(text.indexOf("data:") + 5);
  const chunk = parseObject(data);
  return (
    chunk !== null &&
    Array.isArray(chunk["choices"]) &&
    asArray(chunk["choices"]).length === 0 &&
    asObject(chunk["usage"]) !== null
  );
}
