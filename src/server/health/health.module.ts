import { Module } from "@nestjs/common";
import { IngestModule } from "../ingest/ingest.module.js";
import { AnalyticsModule } from "../storage/analytics/analytics.module.js";
import { HealthController } from "./health.controller.js";
import { ProcessMetrics } from "./process-metrics.js";
import { ReadinessService } from "./readiness.service.js";

/** `/healthz`, `/readyz`, `/metrics`. Needs the global ControlModule. */
@Module({
  imports: [AnalyticsModule, IngestModule],
  controllers: [HealthController],
  providers: [ReadinessService, ProcessMetrics],
  exports: [ReadinessService],
})
export class HealthModule {}
