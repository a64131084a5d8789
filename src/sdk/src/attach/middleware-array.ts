import { observeExchange } from "../observed-fetch.js";
import type { RequestInitLike } from "../http-types.js";
import { chainOfOptions, hookEntry } from "./entry-hooks.js";
import type { AttachStrategy } from "./strategy.js";
import { className, member } from "./strategy.js";

type Next = (request: RequestInitLike & { url: string }) => unknown;
type Middleware = (
  request: RequestInitLike & { url: string },
  next: Next,
  context?: { options?: object },
) => unknown;

/**
 * Anthropic 0.137 and later, its Bedrock and Vertex clients: a public array of middleware, copied at construction, read at every call and
 * shared with clones. Requests arrive there in the canonical `/v1/messages` form whatever the backend.
 */
export const middlewareArray: AttachStrategy = {
  name: "middleware-array",
  fits: (client) => Array.isArray(member(client, "middleware")),
  flavor(client) {
    const name = className(client);
    if (/bedrock/i.test(name)) return "anthropic.bedrock";
    return /vertex/i.test(name) ? "anthropic.vertex" : "anthropic";
  },
  attach(client, observer) {
    const middleware: Middleware = (request, next, context) => {
      const options = context?.options;
      // Token exchanges of the client pass here as well; they are no calls.
      if (options === undefined) return next(request);
      const send = (_url: unknown, init?: RequestInitLike): unknown =>
        next(init === undefined || init === request ? request : { ...init, url: request.url });
      return observeExchange(observer, send, request.url, request, {
        chain: hooked ? chainOfOptions(options) : null,
      });
    };
    const hooked = hookEntry(client);
    (client as { middleware: Middleware[] }).middleware.push(middleware);
  },
};
