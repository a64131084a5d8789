import { Controller, Get, Header, Inject, Optional, Res } from "@nestjs/common";
import { Public } from "../auth/public.decorator.js";
import { GAUGE_SOURCES, type GaugeSource } from "../domain/gauge.js";
import { IngestMetrics } from "../ingest/ingest-metrics.js";
import { writeLedgerMetrics } from "./ledger-metrics.js";
import { ProcessMetrics } from "./process-metrics.js";
import { PROMETHEUS_TEXT, PrometheusText } from "./prometheus-text.js";
import { ReadinessService, type ReadinessReport } from "./readiness.service.js";

/** What is used of a Fastify reply. */
interface Reply {
  status(code: number): Reply;
  header(name: string, value: number): Reply;
}

/** For process managers, balancers and Prometheus; open to all, without figures of any project. */
@Controller()
@Public()
export class HealthController {
  constructor(
    private readonly readiness: ReadinessService,
    private readonly process: ProcessMetrics,
    private readonly ingest: IngestMetrics,
    @Optional() @Inject(GAUGE_SOURCES) private readonly sources: readonly GaugeSource[] = [],
  ) {}

  /** The process runs; says nothing about its stores. */
  @Get("healthz")
  @Header("cache-control", "no-store")
  alive(): { status: "ok" } {
    return { status: "ok" };
  }

  /** 200 when spans can be stored, else 503 with what fails. */
  @Get("readyz")
  @Header("cache-control", "no-store")
  async ready(@Res({ passthrough: true }) reply: Reply): Promise<ReadinessReport> {
    const report = await this.readiness.report();
    if (report.status !== "ready") reply.status(503).header("retry-after", 1);
    return report;
  }

  @Get("metrics")
  @Header("cache-control", "no-store")
  @Header("content-type", PROMETHEUS_TEXT)
  metrics(): string {
    const text = new PrometheusText();
    writeLedgerMetrics(this.ingest, text);
    for (const { kind, name, help, value, labels } of this.sources.flatMap((source) => source.gauges()))
      text[kind](name, help, [{ value, ...(labels === undefined ? {} : { labels }) }]);
    this.process.writeTo(text);
    return text.toString();
  }
}
