import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Global, Module } from "@nestjs/common";
import { readConfig } from "../../../src/server/config/app-config.js";
import {
  LEDGER_LISTENERS,
  type LedgerChange,
  type LedgerListener,
} from "../../../src/server/domain/ledger-listener.js";
import type { Span } from "../../../src/server/domain/span.js";
import { IngestModule } from "../../../src/server/ingest/ingest.module.js";
import { IngestService } from "../../../src/server/ingest/ingest.service.js";
import { PricesModule } from "../../../src/server/prices/prices.module.js";
import { QueryModule } from "../../../src/server/query/query.module.js";
import { AnalyticsModule, openAnalytics } from "../../../src/server/storage/analytics/analytics.module.js";
import type { AnalyticsStore } from "../../../src/server/storage/analytics/analytics-store.js";
import type { ControlDatabase } from "../../../src/server/storage/control/control-database.js";
import { type ControlApp, startControlApp } from "../../support/control-app.js";
import { openControlStore } from "../../support/control-store.js";

/** Prices, ingest and queries on the embedded engines, over HTTP. */
export interface PriceApp extends ControlApp {
  store: AnalyticsStore;
  database: ControlDatabase;
  changes: LedgerChange[];
  ingest(spans: readonly Span[], project?: string): Promise<void>;
  /** Body of an answer; throws when the status is another one. */
  json<T>(method: string, path: string, body?: object, status?: number): Promise<T>;
  /** Everything in force but versions, by start. */
  ledger(): Promise<string[]>;
  /** Starts the application anew on the same stores. */
  restart(): Promise<void>;
}

export interface Stores {
  store: AnalyticsStore;
  database: ControlDatabase;
  close(): Promise<void>;
}

export async function openPriceStores(): Promise<Stores> {
  const directory = await mkdtemp(join(tmpdir(), "spanledger-prices-"));
  const store = await openAnalytics(readConfig({ SPANLEDGER_DATA_DIR: directory }));
  const database = await openControlStore();
  return {
    store,
    database,
    close: async () => {
      await database.close();
      await store.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export async function startPriceApp(
  { store, database }: Stores,
  env: Record<string, string> = {},
): Promise<PriceApp> {
  const changes: LedgerChange[] = [];
  const listener: LedgerListener = { onAcknowledged: (news) => changes.push(...news) };
  @Global()
  @Module({
    providers: [{ provide: LEDGER_LISTENERS, useValue: [listener] }],
    exports: [LEDGER_LISTENERS],
  })
  class ListenersModule {}
  const start = () =>
    startControlApp({
      database,
      env,
      imports: [AnalyticsModule.forRoot(store), ListenersModule, IngestModule, QueryModule, PricesModule],
    });
  let app = await start();
  const self: PriceApp = {
    app: app.app,
    url: app.url,
    call: (...request) => app.call(...request),
    close: () => app.close(),
    store,
    database,
    changes,
    ingest: async (spans, project = "default") => {
      const result = await app.app.get(IngestService).accept(project, spans);
      if (result.rejected > 0) throw new Error(result.messages.join());
    },
    json: async <T>(method: string, path: string, body?: object, status?: number) => {
      const answer = await app.call(method, `/api/v1/${path}`, {}, body);
      const expected = status === undefined ? answer.statusCode < 300 : answer.statusCode === status;
      if (!expected) throw new Error(`${method} ${path}: ${answer.statusCode} ${answer.body}`);
      return (answer.body === "" ? undefined : JSON.parse(answer.body)) as T;
    },
    ledger: async () => {
      const rows = await store.select<Record<string, unknown>>(
        "SELECT * EXCEPT (version) FROM calls_raw FINAL ORDER BY start_time, span_id",
      );
      return rows.map((row) => JSON.stringify(row));
    },
    restart: async () => {
      await app.close();
      app = await start();
      self.app = app.app;
      self.url = app.url;
    },
  };
  return self;
}

export interface Job {
  id: string;
  status: string;
  total: number;
  calls: number;
  changed: number;
  kept: number;
  before: string;
  after: string;
  unpricedBefore: number;
  unpricedAfter: number;
  deltas: { provider: string; model: string; calls: number; delta: string }[];
}

/** The job when it has come to an end; asks again until then. */
export async function finished(app: PriceApp, id: string): Promise<Job> {
  for (let turn = 0; turn < 150; turn++) {
    const job = await app.json<Job>("GET", `reprice/${id}`);
    if (job.status !== "running" && job.status !== "rolling_back") return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the job does not end: ${JSON.stringify(await app.json("GET", `reprice/${id}`))}`);
}
