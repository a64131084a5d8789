import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { Inject, Injectable, Logger } from "@nestjs/common";
import { AuthService } from "../../auth/auth.service.js";
import { APP_CONFIG, type AppConfig } from "../../config/app-config.js";
import { AppError } from "../../domain/errors.js";
import { requireLoopbackHost, requireSameSite } from "../../http/request-origin.js";
import {
  ANALYTICS_STORE,
  type AnalyticsStore,
  type RawQueryStore,
} from "../../storage/analytics/analytics-store.js";
import { PUBLIC_SYSTEM_TABLES, READABLE_VIEWS } from "../../storage/analytics/project-tables.js";
import { SessionPool } from "../../storage/analytics/session-pool.js";
import { assertReadOnlySelect } from "../sql-guard.js";
import { facadeError } from "./facade-error.js";
import { contentTypeOf, splitFormat } from "./facade-format.js";
import { type FacadeQuery, facadeCredentials, readFacadeQuery } from "./facade-request.js";
import { HELLO_QUERY, helloBlock } from "./native-hello.js";

type FacadeConfig = Pick<AppConfig, "host" | "facadePort" | "openMode" | "clickhouseUrl">;
type Authorizer = Pick<AuthService, "authorize">;

/** Name of our database in the embedded engine; clients may write it before a view. */
const DATABASE = "spanledger";
const READABLE = [
  ...READABLE_VIEWS,
  ...READABLE_VIEWS.map((view) => `${DATABASE}.${view}`),
  ...PUBLIC_SYSTEM_TABLES,
];
/** Fewer than the engine's readers, so that SQL clients never hold up page and API. */
const MAX_RUNNING = 2;
const MAX_WAITING = 64;
const MAX_RESULT_BYTES = 64 * 1024 * 1024;
const MAX_HEADER_BYTES = 64 * 1024;
const MIN_GZIP_BYTES = 1024;
const SERVER_VERSION = "26.7.2.1";
/** What Grafana's plugin asks before it offers ad hoc filters (CHDatasource.ts, read 2026-11-25); the function itself stays refused. */
const VERSION_QUERY = "SELECT version()";
const VERSION_ANSWER = `SELECT '${SERVER_VERSION}' AS \`version()\``;
const pack = promisify(gzip);

interface Answer {
  bytes: Uint8Array;
  format: string;
  rowsRead: number;
  bytesRead: number;
}

/**
 * ClickHouse's HTTP interface over the embedded engine, for Grafana and SQL clients: read-only, one SELECT over the public views,
 * one project per key.
 */
@Injectable()
export class FacadeServer {
  readonly #logger = new Logger("Facade");
  readonly #slots = new SessionPool(
    Array.from({ length: MAX_RUNNING }, (_, index) => index),
    MAX_WAITING,
  );
  #server: Server | null = null;

  constructor(
    @Inject(APP_CONFIG) private readonly config: FacadeConfig,
    @Inject(AuthService) private readonly auth: Authorizer,
    @Inject(ANALYTICS_STORE) private readonly store: AnalyticsStore,
  ) {}

  /** Listens; the port, or null when turned off (0), with a ClickHouse server, or when the port is taken, which is only a warning. */
  async start(): Promise<{ port: number } | null> {
    const { store } = this;
    if (this.config.facadePort === 0 || !isRawQueryStore(store)) return null;
    return this.listen(store, this.config.facadePort);
  }

  /** The same on any port, 0 for a free one. */
  async listen(store: RawQueryStore, port: number): Promise<{ port: number } | null> {
    const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
      void this.#serve(store, request, response);
    });
    server.requestTimeout = 30_000;
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, this.config.host, resolve);
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      this.#logger.warn(`Port ${port} is in use: no SQL facade. Set SPANLEDGER_FACADE_PORT to another port.`);
      return null;
    }
    this.#server = server;
    return { port: (server.address() as AddressInfo).port };
  }

  /** Refuses new connections, cuts what still runs. Resolves when nothing is open any more. Idempotent. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  async #serve(store: RawQueryStore, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const left = new AbortController();
    response.once("close", () => left.abort());
    try {
      if (this.config.openMode) requireLoopbackHost(request);
      requireSameSite({ method: request.method ?? "GET", headers: request.headers });
      await this.#route(store, request, response, left.signal);
    } catch (error) {
      if (!left.signal.aborted) this.#fail(request, response, error);
    }
  }

  async #route(
    store: RawQueryStore,
    request: IncomingMessage,
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<void> {
    const url = new URL(request.url ?? "/", "http://facade");
    if (!["GET", "HEAD", "POST"].includes(request.method ?? "")) {
      throw new AppError("invalid_request", "Only GET and POST are offered");
    }
    if (
      url.pathname === "/ping" ||
      (url.pathname === "/" && request.method !== "POST" && url.search === "")
    ) {
      response.writeHead(200, { "content-type": "text/plain; charset=UTF-8" }).end("Ok.\n");
      return;
    }
    if (url.pathname !== "/") throw new AppError("not_found", "There is no such path");
    const { project } = await this.auth.authorize(facadeCredentials(request, url), "read");
    const query = await readFacadeQuery(request, url);
    await this.#send(response, query, await this.#answer(store, project, query, signal));
  }

  async #answer(
    store: RawQueryStore,
    project: string,
    query: FacadeQuery,
    signal: AbortSignal,
  ): Promise<Answer> {
    const asked = splitFormat(query.sql, query.defaultFormat);
    const { format } = asked;
    const sql = asked.sql.trim() === VERSION_QUERY ? VERSION_ANSWER : asked.sql;
    if (sql.trim() === HELLO_QUERY && format === "Native") {
      const bytes = helloBlock(query.clientRevision, "Spanledger", SERVER_VERSION);
      return { bytes, format, rowsRead: 1, bytesRead: bytes.length };
    }
    assertReadOnlySelect(sql, READABLE, Object.keys(query.rawParams));
    const slot = await this.#slots.acquire(signal);
    try {
      const result = await store.queryRaw(sql, format, {
        rawParams: query.rawParams,
        settings: query.settings,
        onlyProject: project,
        maxSeconds: query.maxSeconds,
        maxRows: query.maxRows,
        maxBytes: MAX_RESULT_BYTES,
        signal,
      });
      return { ...result, format };
    } finally {
      this.#slots.release(slot);
    }
  }

  async #send(response: ServerResponse, query: FacadeQuery, answer: Answer): Promise<void> {
    const isPacked = query.wantsGzip && answer.bytes.length >= MIN_GZIP_BYTES;
    const body = isPacked ? await pack(answer.bytes, { level: 1 }) : answer.bytes;
    response.writeHead(200, {
      "content-type": contentTypeOf(answer.format),
      "content-length": body.length,
      ...(isPacked ? { "content-encoding": "gzip" } : {}),
      "x-clickhouse-format": answer.format,
      "x-clickhouse-query-id": safeQueryId(query.queryId),
      "x-clickhouse-server-display-name": "Spanledger",
      "x-clickhouse-timezone": "UTC",
      "x-clickhouse-summary": JSON.stringify({
        read_rows: String(answer.rowsRead),
        read_bytes: String(answer.bytesRead),
        written_rows: "0",
        written_bytes: "0",
        result_bytes: String(answer.bytes.length),
      }),
    });
    response.end(body);
  }

  #fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const { status, code, text } = facadeError(error);
    if (status === 500 && !(error instanceof AppError))
      this.#logger.error(`A query failed: ${error instanceof Error ? error.name : typeof error}`);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    // What is left of a refused body is not read.
    const headers: Record<string, string | number> = {
      "content-type": "text/plain; charset=UTF-8",
      "x-clickhouse-exception-code": code,
      ...(status === 401 ? { "www-authenticate": 'Basic realm="spanledger"' } : {}),
      ...(status === 503 ? { "retry-after": 1 } : {}),
      ...(request.complete ? {} : { connection: "close" }),
    };
    response.writeHead(status, headers).end(text);
  }
}

/** A header must not carry what a client made up beyond plain characters. */
function safeQueryId(queryId: string | null): string {
  return queryId !== null && /^[\w.:-]{1,128}$/.test(queryId) ? queryId : randomUUID();
}

function isRawQueryStore(store: AnalyticsStore): store is AnalyticsStore & RawQueryStore {
  return "queryRaw" in store;
}
