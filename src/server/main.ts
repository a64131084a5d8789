import "reflect-metadata";
import { NestFactory } from "@nestjs/core";
import { FastifyAdapter, type NestFastifyApplication } from "@nestjs/platform-fastify";
import { AppModule } from "./app.module.js";
import type { AppConfig } from "./config/app-config.js";
import { AppError } from "./domain/errors.js";
import { ReadinessService } from "./health/readiness.service.js";
import { configureHttpEdge } from "./http/http-edge.js";
import { requestIdFor } from "./http/request-id.js";
import { IngestService } from "./ingest/ingest.service.js";
import { type LockedStores, openStores } from "./open-stores.js";
import { OtlpGrpcServer } from "./otlp/otlp-grpc.server.js";
import { registerOtlpParsers } from "./otlp/otlp-parsers.js";
import { FacadeServer } from "./query/facade/facade.server.js";
import { PinoLogger } from "./pino-logger.js";
import { serveApiDocs } from "./serve-api-docs.js";
import { servePage } from "./dashboards/serve-page.js";

/** Senders get this long to finish what they are sending when the server stops. */
const DRAIN_MS = 2500;

export interface RunningServer {
  /** Where page, API and OTLP/HTTP are. */
  readonly url: string;
  /** Null when off, or when the port was taken. */
  readonly grpcPort: number | null;
  /** ClickHouse HTTP for SQL clients; null when off, with a ClickHouse server, or when the port was taken. */
  readonly facadePort: number | null;
  /** Stops in order: intake, drain, timers, stores, lock. Resolves when nothing is open any more. Idempotent. */
  close(): Promise<void>;
}

/**
 * A running server. `progress` is told each step in words.
 * @throws AppError `conflict` when the data directory or the HTTP port is taken, `unavailable` when a store is away.
 */
export async function startServer(
  config: AppConfig,
  progress: (step: string) => void = () => undefined,
): Promise<RunningServer> {
  progress("opening the ledger and the control store");
  const stores = await openStores(config);
  try {
    return await startApplication(config, stores, progress);
  } catch (error) {
    await stores.close();
    throw error;
  }
}

async function startApplication(
  config: AppConfig,
  stores: LockedStores,
  progress: (step: string) => void,
): Promise<RunningServer> {
  progress("starting the application");
  const app = await createApplication(config, stores);
  try {
    progress("listening");
    const url = await listen(app, config);
    const grpc = await app.get(OtlpGrpcServer).start();
    const facade = await app.get(FacadeServer).start();
    app.get(ReadinessService).markReady();
    let closing: Promise<void> | undefined;
    return {
      url,
      grpcPort: grpc?.port ?? null,
      facadePort: facade?.port ?? null,
      close: () => (closing ??= shutDown(app, stores)),
    };
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** Milliseconds in which a whole request, headers and body, must have arrived; what comes later is answered 408. */
const REQUEST_TIMEOUT_MS = 90_000;

async function createApplication(config: AppConfig, stores: LockedStores): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    genReqId: requestIdFor,
    forceCloseConnections: "idle",
    return503OnClosing: true,
    // Fastify turns Node's limit off: a request that trickles in would hold its connection for ever.
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: 200 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(config, stores), adapter, {
    logger: new PinoLogger(config.logLevel),
    abortOnError: false,
  });
  registerOtlpParsers(app, config);
  await configureHttpEdge(app, config);
  serveApiDocs(app);
  await servePage(app);
  await app.init();
  return app;
}

async function listen(app: NestFastifyApplication, config: AppConfig): Promise<string> {
  try {
    await app.listen(config.port, config.host);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new AppError(
      "conflict",
      `Port ${config.port} is in use. Set SPANLEDGER_PORT to another port, or stop the program that holds it.`,
    );
  }
  const address = app.getHttpServer().address() as { port: number };
  const host = config.host.includes(":") ? `[${config.host}]` : config.host;
  return `http://${host === "0.0.0.0" ? "127.0.0.1" : host}:${address.port}`;
}

/** The order matters: nothing may arrive after the drain, nothing may write after the stores are closed. */
async function shutDown(app: NestFastifyApplication, stores: LockedStores): Promise<void> {
  app.get(ReadinessService).markStopping();
  await Promise.all([app.get(OtlpGrpcServer).stop(DRAIN_MS), app.get(FacadeServer).stop()]);
  // Closes the HTTP server first, then runs the shutdown hooks: the group commit drains, timers and the outbox stop.
  await app.close();
  await app.get(IngestService).close();
  await stores.close();
}
