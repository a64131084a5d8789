import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable, Logger } from "@nestjs/common";
import { errorAnswer } from "../http/error-body.js";
import type { RouteErrorResponder } from "../http/error.filter.js";
import { ACCEPTED_ENCODINGS } from "./content-encoding.js";
import { grpcCodeOf } from "./grpc-code.js";
import type { HttpReply, HttpRequest } from "./http-exchange.js";
import { encodingOf } from "./media-type.js";
import { isOtlpPath } from "./otlp-path.js";
import { MEDIA_TYPES, statusResponse } from "./otlp-response.js";

/** Seconds after which a sender may try again what failed for a reason we do not know. */
const RETRY_UNKNOWN_SECONDS = 2;

/**
 * Answers errors on the OTLP paths as the OTLP specification says: a google.rpc.Status in the request's encoding. Used by the
 * controller and, for what fails before it (parsing, guards, host checks), by the application's error filter.
 */
@Injectable()
@Catch()
export class OtlpExceptionFilter implements ExceptionFilter, RouteErrorResponder {
  readonly #logger = new Logger("Otlp");

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.respond(error, http.getRequest<HttpRequest>(), http.getResponse<HttpReply>());
  }

  owns(path: string): boolean {
    return isOtlpPath(path);
  }

  respond(error: unknown, request: HttpRequest, reply: HttpReply): void {
    const answer = errorAnswer(error, String(request.id));
    if (answer.unexpected) this.#log(error, request);
    if (reply.sent) return;
    // A 500 makes senders drop the data; what we do not understand may pass.
    const status = answer.status >= 500 ? 503 : answer.status;
    const retryAfter =
      status === 503 ? (answer.retryAfterSeconds ?? RETRY_UNKNOWN_SECONDS) : answer.retryAfterSeconds;
    if (retryAfter !== null) reply.header("retry-after", Math.max(1, Math.ceil(retryAfter)));
    if (status === 401) reply.header("www-authenticate", 'Bearer realm="spanledger"');
    if (status === 405) reply.header("allow", "POST");
    if (status === 415) reply.header("accept-encoding", ACCEPTED_ENCODINGS);
    const encoding = encodingOf(request.headers["content-type"]) ?? "json";
    reply
      .status(status)
      .header("content-type", MEDIA_TYPES[encoding])
      .send(statusResponse(encoding, grpcCodeOf(status), answer.body.error.message));
  }

  /** The class and stack frames only: a message may quote content. */
  #log(error: unknown, request: HttpRequest): void {
    const kind = error instanceof Error ? error.name : typeof error;
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    const frames = stack.split("\n").filter((line) => line.trimStart().startsWith("at "));
    this.#logger.error(
      `export failed, request ${String(request.id)}: ${[kind, ...frames.slice(0, 8)].join("\n")}`,
    );
  }
}
