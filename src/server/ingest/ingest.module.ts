import { Module } from "@nestjs/common";
import { NeighbourCalls } from "../storage/analytics/neighbour-calls.js";
import { TraceRecords } from "../storage/analytics/trace-records.js";
import { IngestMetrics } from "./ingest-metrics.js";
import { IngestService } from "./ingest.service.js";
import { PRICING_CONTEXT, PricingContextHolder } from "./pricing-context.js";

/** The spine, over the global store. LEDGER_LISTENERS is optional and comes from a global provider. */
@Module({
  providers: [
    IngestService,
    IngestMetrics,
    NeighbourCalls,
    TraceRecords,
    { provide: PRICING_CONTEXT, useFactory: () => new PricingContextHolder() },
  ],
  exports: [IngestService, IngestMetrics, PRICING_CONTEXT],
})
export class IngestModule {}
