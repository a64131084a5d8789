import { Module } from "@nestjs/common";
import { AnalyticsModule } from "../storage/analytics/analytics.module.js";
import { IngestMetrics } from "./ingest-metrics.js";
import { IngestService } from "./ingest.service.js";
import { PRICING_CONTEXT, PricingContextHolder } from "./pricing-context.js";

/** The spine. LEDGER_LISTENERS is optional and comes from a global provider. */
@Module({
  imports: [AnalyticsModule],
  providers: [
    IngestService,
    IngestMetrics,
    { provide: PRICING_CONTEXT, useFactory: () => new PricingContextHolder() },
  ],
  exports: [IngestService, IngestMetrics, PRICING_CONTEXT],
})
export class IngestModule {}
