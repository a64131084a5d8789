import helmet from "@fastify/helmet";
import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import type { AppConfig } from "../config/app-config.js";
import { requireLoopbackHost, requireSameSite } from "./request-origin.js";

/** The reader of the API's description, a foreign page, brings style elements of its own; nothing else may. */
function styleSources({ url = "" }: { url?: string | undefined }): string {
  return /^\/api\/docs(?:[/?]|$)/.test(url) ? "'self' 'unsafe-inline'" : "'self'";
}

/**
 * Puts the checks and headers of every HTTP answer in front of all routes, page assets and OTLP included: request id,
 * loopback Host in open mode, same-site changes, security headers, no CORS. Call it before `app.init()`, with
 * `requestIdFor` as Fastify's `genReqId`.
 */
export async function configureHttpEdge(app: NestFastifyApplication, config: AppConfig): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook("onRequest", (request, reply, done) => {
    reply.header("x-request-id", request.id);
    try {
      if (config.openMode) requireLoopbackHost(request);
      requireSameSite(request);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  await app.register(helmet, {
    // Plain http on a LAN is a supported way to run it; TLS and its headers are the proxy's.
    strictTransportSecurity: false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        // The page sets styles of single elements through the CSSOM, which needs no exception.
        styleSrc: [styleSources],
        imgSrc: ["'self'", "data:"],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
  });
}
