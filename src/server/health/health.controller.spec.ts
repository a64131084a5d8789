import { afterEach, describe, expect, it } from "@jest/globals";
import { FastifyAdapter, type NestFastifyApplication } from "@nestjs/platform-fastify";
import { Test } from "@nestjs/testing";
import { AppError } from "../domain/errors.js";
import { IngestMetrics } from "../ingest/ingest-metrics.js";
import { ANALYTICS_STORE } from "../storage/analytics/analytics-store.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { HealthController } from "./health.controller.js";
import { ProcessMetrics } from "./process-metrics.js";
import { ReadinessService } from "./readiness.service.js";

let app: NestFastifyApplication | undefined;

afterEach(() => app?.close());

interface Stores {
  analytics?: () => Promise<void>;
  control?: () => Promise<void>;
  starting?: boolean;
}

async function start({ analytics, control, starting }: Stores = {}): Promise<NestFastifyApplication> {
  const answers = async (): Promise<void> => undefined;
  const testing = await Test.createTestingModule({
    controllers: [HealthController],
    providers: [
      ReadinessService,
      ProcessMetrics,
      IngestMetrics,
      { provide: ANALYTICS_STORE, useValue: { ping: analytics ?? answers } },
      { provide: ControlDatabase, useValue: { ping: control ?? answers } },
    ],
  }).compile();
  app = testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  await app.listen(0, "127.0.0.1");
  if (starting !== true) app.get(ReadinessService).markReady();
  return app;
}

interface Answer {
  status: number;
  headers: Headers;
  body: string;
}

async function get(server: NestFastifyApplication, path: string): Promise<Answer> {
  const response = await fetch(`${await server.getUrl()}${path}`);
  return { status: response.status, headers: response.headers, body: await response.text() };
}

const fails = async (): Promise<void> => {
  throw new AppError("unavailable", "away");
};

describe("/healthz", () => {
  it("is 200 although no store answers", async () => {
    const answer = await get(await start({ analytics: fails, control: fails }), "/healthz");
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { status: "ok" }]);
  });
});

describe("/readyz", () => {
  it("is 200 when both stores answer", async () => {
    const answer = await get(await start(), "/readyz");
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      200,
      { status: "ready", checks: { analytics: "ok", control: "ok" } },
    ]);
  });

  it.each<[string, Stores, { analytics: string; control: string }]>([
    ["the ledger", { analytics: fails }, { analytics: "failed", control: "ok" }],
    ["the control store", { control: fails }, { analytics: "ok", control: "failed" }],
  ])("is 503 when %s does not answer", async (_name, stores, checks) => {
    const answer = await get(await start(stores), "/readyz");
    expect([answer.status, answer.headers.get("retry-after"), JSON.parse(answer.body)]).toEqual([
      503,
      "1",
      { status: "not_ready", checks },
    ]);
  });

  it("is 503 until all ports are open", async () => {
    const answer = await get(await start({ starting: true }), "/readyz");
    expect([answer.status, answer.body.includes('"starting"')]).toEqual([503, true]);
  });

  it("is 503 once the process is stopping", async () => {
    const server = await start();
    server.get(ReadinessService).markStopping();
    const answer = await get(server, "/readyz");
    expect([answer.status, answer.body.includes('"stopping"')]).toEqual([503, true]);
  });
});

describe("/metrics", () => {
  it("writes counters, labels and process figures as Prometheus text", async () => {
    const server = await start();
    const counted = server.get(IngestMetrics);
    counted.received = 12;
    counted.accepted = 10;
    counted.reject('odd "reason"\n', 2);
    counted.countDialect("genai");
    const answer = await get(server, "/metrics");
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const lines = answer.body.split("\n");
    expect(lines).toEqual(
      expect.arrayContaining([
        "# TYPE spanledger_spans_received_total counter",
        "spanledger_spans_received_total 12",
        "spanledger_spans_accepted_total 10",
        String.raw`spanledger_spans_rejected_total{reason="odd \"reason\"\n"} 2`,
        'spanledger_spans_by_dialect_total{dialect="genai"} 1',
        expect.stringMatching(/^process_resident_memory_bytes \d{7,}$/),
        expect.stringMatching(/^process_cpu_seconds_total \d/),
      ]),
    );
    const samples = lines.filter((line) => line !== "" && !line.startsWith("#"));
    for (const line of samples) expect(line).toMatch(/^[a-z_]+(\{.*\})? -?[\d.e+-]+$/);
  });
});
