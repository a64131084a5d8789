import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { NestFastifyApplication } from "@nestjs/platform-fastify";

/** Places of the page that only exist in the browser: each is answered with the same document. */
const PAGES = [
  "/",
  "/d/*",
  "/calls",
  "/calls/*",
  "/quality",
  "/periods",
  "/changes",
  "/prices",
  "/prices/overrides",
  "/prices/endpoints",
  "/prices/currencies",
  "/unpriced",
  "/reprice",
  "/budgets",
  "/alerts",
  "/channels",
  "/keys",
  "/start",
];

/** Assets carry a hash of their content in their name. */
const ASSET_CACHE = "public, max-age=31536000, immutable";
const DOCUMENT_CACHE = "no-cache";

/** Where the build puts the page: in `dist/web`, seen from the built server and from the sources alike. */
export function pageDirectory(): string | null {
  const candidates = ["../../web/", "../../../dist/web/"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  return candidates.find((directory) => existsSync(`${directory}assets`)) ?? null;
}

const NOT_BUILT = "The page is not built. Run `npm run build`, or use the API under /api/v1.\n";

/**
 * Serves the built page at `/` and its own paths; every other path is left to the API. Call before `app.init()`. Assets need no
 * login: they hold no data.
 */
export async function servePage(
  app: NestFastifyApplication,
  directory: string | null = pageDirectory(),
): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  if (directory === null) {
    fastify.get("/", (_request, reply) => reply.code(503).type("text/plain; charset=utf-8").send(NOT_BUILT));
    return;
  }
  await fastify.register(fastifyStatic, {
    root: directory,
    serve: false,
    cacheControl: false,
    etag: true,
    lastModified: false,
  });
  fastify.get("/assets/*", (request, reply) => {
    const { "*": name = "" } = request.params as { "*"?: string };
    return reply.header("cache-control", ASSET_CACHE).sendFile(`assets/${name}`);
  });
  fastify.get("/favicon.svg", (_request, reply) =>
    reply.header("cache-control", "public, max-age=86400").sendFile("favicon.svg"),
  );
  for (const path of PAGES) {
    fastify.get(path, (_request, reply) =>
      reply.header("cache-control", DOCUMENT_CACHE).sendFile("index.html"),
    );
  }
}
