import { Module } from "@nestjs/common";
import { AnalyticsModule } from "../storage/analytics/analytics.module.js";
import { BudgetSpendQuery } from "./budget-spend.query.js";
import { BudgetStandings } from "./budget-standings.js";
import { CallQuery } from "./call.query.js";
import { CallsController } from "./calls.controller.js";
import { CallsQuery } from "./calls.query.js";
import { DataQualityController } from "./data-quality.controller.js";
import { DataQualityQuery } from "./data-quality.query.js";
import { DimensionsController } from "./dimensions.controller.js";
import { DimensionValuesQuery } from "./dimension-values.query.js";
import { PanelSqlRunner } from "./panel-sql.js";
import { RollupPlanner } from "./rollups/rollup-planner.js";
import { SpendController } from "./spend.controller.js";
import { SpendQuery } from "./spend.query.js";
import { SummaryController } from "./summary.controller.js";
import { SummaryQuery } from "./summary.query.js";
import { TopCallsQuery } from "./top-calls.query.js";
import { UnpricedQuery } from "./unpriced.query.js";

const questions = [
  BudgetSpendQuery,
  BudgetStandings,
  CallQuery,
  CallsQuery,
  DataQualityQuery,
  DimensionValuesQuery,
  PanelSqlRunner,
  RollupPlanner,
  SpendQuery,
  SummaryQuery,
  TopCallsQuery,
  UnpricedQuery,
];

/** Questions about the ledger, and the API that asks them. */
@Module({
  imports: [AnalyticsModule],
  controllers: [
    CallsController,
    DataQualityController,
    DimensionsController,
    SpendController,
    SummaryController,
  ],
  providers: questions,
  exports: questions,
})
export class QueryModule {}
