import { type DynamicModule, Global, Module } from "@nestjs/common";
import { AlertsModule } from "./alerts/alerts.module.js";
import { AuthModule } from "./auth/auth.module.js";
import { BudgetMonitor } from "./budgets/budget-monitor.js";
import { BudgetsModule } from "./budgets/budgets.module.js";
import type { AppConfig } from "./config/app-config.js";
import { ConfigModule } from "./config/config.module.js";
import { DashboardsModule } from "./dashboards/dashboards.module.js";
import { GAUGE_SOURCES, type GaugeSource } from "./domain/gauge.js";
import { LEDGER_LISTENERS } from "./domain/ledger-listener.js";
import { HealthModule } from "./health/health.module.js";
import { ROUTE_ERROR_RESPONDERS } from "./http/error.filter.js";
import { HttpModule } from "./http/http.module.js";
import { OtlpExceptionFilter } from "./otlp/otlp-exception.filter.js";
import { OtlpModule } from "./otlp/otlp.module.js";
import { BookStatus } from "./prices/book/book-status.js";
import { PricesModule } from "./prices/prices.module.js";
import { ProjectsModule } from "./projects/projects.module.js";
import { FacadeModule } from "./query/facade/facade.module.js";
import { QueryModule } from "./query/query.module.js";
import { AnalyticsModule } from "./storage/analytics/analytics.module.js";
import type { AnalyticsStore } from "./storage/analytics/analytics-store.js";
import { RollupKeeper } from "./storage/analytics/rollups/rollup-keeper.js";
import type { ControlDatabase } from "./storage/control/control-database.js";
import { ControlModule } from "./storage/control/control.module.js";

/** Where a room may not import another, the two meet here. */
@Global()
@Module({
  imports: [BudgetsModule, OtlpModule, PricesModule],
  providers: [
    { provide: LEDGER_LISTENERS, useFactory: (budgets: BudgetMonitor) => [budgets], inject: [BudgetMonitor] },
    {
      provide: GAUGE_SOURCES,
      useFactory: (books: BookStatus): GaugeSource[] => [books],
      inject: [BookStatus],
    },
    {
      provide: ROUTE_ERROR_RESPONDERS,
      useFactory: (otlp: OtlpExceptionFilter) => [otlp],
      inject: [OtlpExceptionFilter],
    },
  ],
  exports: [GAUGE_SOURCES, LEDGER_LISTENERS, ROUTE_ERROR_RESPONDERS],
})
class WiringModule {}

export interface OpenStores {
  analytics: AnalyticsStore;
  control: ControlDatabase;
}

/** Wiring only: which rooms there are, over stores that are already open. */
@Module({})
export class AppModule {
  static forRoot(config: AppConfig, stores: OpenStores): DynamicModule {
    return {
      module: AppModule,
      providers: [RollupKeeper],
      imports: [
        ConfigModule.forRoot(config),
        ControlModule.forRoot(stores.control),
        AnalyticsModule.forRoot(stores.analytics),
        HttpModule,
        AuthModule,
        WiringModule,
        OtlpModule,
        QueryModule,
        FacadeModule,
        DashboardsModule,
        BudgetsModule,
        AlertsModule,
        ProjectsModule,
        PricesModule,
        HealthModule,
      ],
    };
  }
}
