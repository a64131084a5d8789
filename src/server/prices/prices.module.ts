import { Module } from "@nestjs/common";
import { IngestModule } from "../ingest/ingest.module.js";
import { QueryModule } from "../query/query.module.js";
import { AdjustmentsController } from "./adjustments.controller.js";
import { AutomaticRepricing } from "./automatic-repricing.js";
import { ClosedPeriods } from "./closed-periods.service.js";
import { ActiveBook } from "./book/active-book.js";
import { BookAgeAlert } from "./book/book-age-alert.js";
import { BookRefresh } from "./book/book-refresh.service.js";
import { BookStatus } from "./book/book-status.js";
import { BookStore } from "./book/book-store.js";
import { BooksController } from "./book/books.controller.js";
import { CommitmentsController } from "./commitments.controller.js";
import { CurrenciesController } from "./currencies.controller.js";
import { CurrenciesService } from "./currencies.service.js";
import { EndpointsController } from "./endpoints.controller.js";
import { EndpointsService } from "./endpoints.service.js";
import { EstimateService } from "./estimate.service.js";
import { ModelNames } from "./model-names.js";
import { OperatorPrices } from "./operator-prices.js";
import { OverridesController } from "./overrides.controller.js";
import { OverridesService } from "./overrides.service.js";
import { PeriodsController } from "./periods.controller.js";
import { PriceAuditController } from "./price-audit.controller.js";
import { PriceAuditLog } from "./price-audit.service.js";
import { PricesController } from "./prices.controller.js";
import { RepriceController } from "./reprice.controller.js";
import { RepricingCalls } from "./repricing-calls.js";
import { RepricingJobs } from "./repricing-jobs.js";
import { RepricingRollback } from "./repricing-rollback.js";
import { RepricingRunner } from "./repricing-runner.js";
import { RepricingService } from "./repricing.service.js";
import { RepricingWork } from "./repricing-work.js";
import { PriceSchedules } from "./schedule/price-schedules.service.js";
import { ScheduledCalls } from "./schedule/scheduled-calls.js";
import { UnpricedController } from "./unpriced.controller.js";
import { UnpricedService } from "./unpriced.service.js";

/** The operator's side of pricing: list, calculator, own prices, endpoint maps, re-pricing. */
@Module({
  imports: [IngestModule, QueryModule],
  controllers: [
    PriceAuditController,
    PricesController,
    OverridesController,
    EndpointsController,
    RepriceController,
    UnpricedController,
    PeriodsController,
    AdjustmentsController,
    CommitmentsController,
    CurrenciesController,
    BooksController,
  ],
  providers: [
    AutomaticRepricing,
    EndpointsService,
    EstimateService,
    ModelNames,
    OperatorPrices,
    OverridesService,
    ActiveBook,
    BookAgeAlert,
    BookRefresh,
    BookStatus,
    BookStore,
    ClosedPeriods,
    CurrenciesService,
    PriceSchedules,
    ScheduledCalls,
    PriceAuditLog,
    RepricingRollback,
    RepricingCalls,
    RepricingJobs,
    RepricingRunner,
    RepricingService,
    RepricingWork,
    UnpricedService,
  ],
  exports: [OperatorPrices, BookStatus],
})
export class PricesModule {}
