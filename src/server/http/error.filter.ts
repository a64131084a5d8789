import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, Logger, Optional } from "@nestjs/common";
import { errorAnswer } from "./error-body.js";
import { requestIdFor, type RequestWithHeaders } from "./request-id.js";

interface EdgeRequest extends RequestWithHeaders {
  id?: unknown;
  method: string;
  url: string;
}

interface EdgeReply {
  sent: boolean;
  status(code: number): EdgeReply;
  header(name: string, value: string | number): EdgeReply;
  type(contentType: string): EdgeReply;
  send(body: unknown): unknown;
}

/** A room that answers its own errors, because another specification says how (OTLP). */
export interface RouteErrorResponder {
  /** Whether the room owns this path (no query string). */
  owns(path: string): boolean;
  /** Sends the whole answer. */
  respond(error: unknown, request: unknown, reply: unknown): void | Promise<void>;
}

/** Optional injection token: `readonly RouteErrorResponder[]`. */
export const ROUTE_ERROR_RESPONDERS = Symbol("ROUTE_ERROR_RESPONDERS");

/**
 * Maps every error to the API's error body. Errors of unknown kind are logged with the request id, their class and
 * their stack frames, without their message: it may quote content.
 */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  readonly #logger = new Logger("Http");

  constructor(
    @Optional()
    @Inject(ROUTE_ERROR_RESPONDERS)
    private readonly responders: readonly RouteErrorResponder[] | undefined,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void | Promise<void> {
    const http = host.switchToHttp();
    const request = http.getRequest<EdgeRequest>();
    const reply = http.getResponse<EdgeReply>();
    const path = pathOf(request.url);
    const owner = this.responders?.find((responder) => responder.owns(path));
    if (owner !== undefined) return owner.respond(error, request, reply);

    const requestId = typeof request.id === "string" ? request.id : requestIdFor(request);
    const answer = errorAnswer(error, requestId);
    if (answer.unexpected) {
      this.#logger.error(`${request.method} ${path} failed, request ${requestId}: ${describe(error)}`);
    }
    if (reply.sent) return;
    if (answer.retryAfterSeconds !== null) reply.header("retry-after", answer.retryAfterSeconds);
    if (answer.status === 401) reply.header("www-authenticate", 'Bearer realm="spanledger"');
    reply.status(answer.status).type("application/json; charset=utf-8").send(answer.body);
  }
}

function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frames = (error.stack ?? "").split("\n").filter((line) => line.trimStart().startsWith("at "));
  return [error.name, ...frames.slice(0, 8)].join("\n");
}
