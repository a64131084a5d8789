import type { IncomingHttpHeaders } from "node:http";

/** What the receiver uses of a Fastify request. */
export interface HttpRequest {
  readonly id: unknown;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** What the receiver uses of a Fastify reply. */
export interface HttpReply {
  readonly sent: boolean;
  readonly statusCode: number;
  status(code: number): HttpReply;
  header(name: string, value: string | number): HttpReply;
  hasHeader(name: string): boolean;
  removeHeader(name: string): unknown;
  send(body: Buffer): unknown;
}

/** A request's Content-Length in bytes; null when it states none, as a chunked one. */
export function declaredLength({ headers }: Pick<HttpRequest, "headers">): number | null {
  const length = Number(headers["content-length"] ?? Number.NaN);
  return Number.isSafeInteger(length) && length >= 0 ? length : null;
}
