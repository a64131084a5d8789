import { Module } from "@nestjs/common";
import { IngestModule } from "../ingest/ingest.module.js";
import { AutomaticRepricing } from "./automatic-repricing.js";
import { EndpointsController } from "./endpoints.controller.js";
import { EndpointsService } from "./endpoints.service.js";
import { EstimateService } from "./estimate.service.js";
import { ModelNames } from "./model-names.js";
import { OperatorPrices } from "./operator-prices.js";
import { OverridesController } from "./overrides.controller.js";
import { OverridesService } from "./overrides.service.js";
import { PricesController } from "./prices.controller.js";
import { RepriceController } from "./reprice.controller.js";
import { RepricingCalls } from "./repricing-calls.js";
import { RepricingJobs } from "./repricing-jobs.js";
import { RepricingRunner } from "./repricing-runner.js";
import { RepricingService } from "./repricing.service.js";
import { RepricingWork } from "./repricing-work.js";

/** The operator's side of pricing: list, calculator, own prices, endpoint maps, re-pricing. */
@Module({
  imports: [IngestModule],
  controllers: [PricesController, OverridesController, EndpointsController, RepriceController],
  providers: [
    AutomaticRepricing,
    EndpointsService,
    EstimateService,
    ModelNames,
    OperatorPrices,
    OverridesService,
    RepricingCalls,
    RepricingJobs,
    RepricingRunner,
    RepricingService,
    RepricingWork,
  ],
  exports: [OperatorPrices],
})
export class PricesModule {}
