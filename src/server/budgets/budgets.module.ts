import { Module } from "@nestjs/common";
import { QueryModule } from "../query/query.module.js";
import { BudgetClaims } from "./budget-claims.service.js";
import { BudgetInsight } from "./budget-insight.js";
import { BudgetMonitor } from "./budget-monitor.js";
import { BUDGET_SPEND_SOURCE } from "./budget-spend.js";
import { BudgetsController } from "./budgets.controller.js";
import { BudgetsService } from "./budgets.service.js";
import { LedgerSpendSource } from "./ledger-spend.source.js";
import { StandingBoard } from "./standing-board.js";

/** Budgets: definitions, status, and the monitor that fires their thresholds. */
@Module({
  imports: [QueryModule],
  controllers: [BudgetsController],
  providers: [
    BudgetClaims,
    BudgetInsight,
    BudgetMonitor,
    BudgetsService,
    StandingBoard,
    { provide: BUDGET_SPEND_SOURCE, useClass: LedgerSpendSource },
  ],
  exports: [BudgetMonitor, BudgetsService, BudgetInsight],
})
export class BudgetsModule {}
