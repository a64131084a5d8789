import { Module } from "@nestjs/common";
import { AlertsModule } from "../../src/server/alerts/alerts.module.js";
import { BudgetClaims } from "../../src/server/budgets/budget-claims.service.js";
import { BudgetInsight } from "../../src/server/budgets/budget-insight.js";
import { BudgetMonitor } from "../../src/server/budgets/budget-monitor.js";
import { BUDGET_SPEND_SOURCE, type BudgetSpendSource } from "../../src/server/budgets/budget-spend.js";
import { BudgetsController } from "../../src/server/budgets/budgets.controller.js";
import { BudgetsService } from "../../src/server/budgets/budgets.service.js";
import { StandingBoard } from "../../src/server/budgets/standing-board.js";
import { ProjectsModule } from "../../src/server/projects/projects.module.js";
import { BudgetStandings } from "../../src/server/query/budget-standings.js";
import type { ControlDatabase } from "../../src/server/storage/control/control-database.js";
import { type ControlApp, startControlApp } from "./control-app.js";

@Module({})
class BudgetsOnFakeLedgerModule {}

export interface BudgetApp extends ControlApp {
  monitor: BudgetMonitor;
}

const NOWHERE = { save: () => Promise.resolve(), shown: () => Promise.resolve([]) };

/** Budgets, alerts and projects over a given ledger: everything but ClickHouse is real. */
export async function startBudgetApp(
  database: ControlDatabase,
  ledger: BudgetSpendSource,
  env: Record<string, string> = { SPANLEDGER_WEBHOOK_ALLOW: "127.0.0.1" },
  standings: Pick<BudgetStandings, "save" | "shown"> = NOWHERE,
): Promise<BudgetApp> {
  const budgets = {
    module: BudgetsOnFakeLedgerModule,
    controllers: [BudgetsController],
    providers: [
      BudgetClaims,
      BudgetInsight,
      BudgetMonitor,
      BudgetsService,
      StandingBoard,
      { provide: BudgetStandings, useValue: standings },
      { provide: BUDGET_SPEND_SOURCE, useValue: ledger },
    ],
  };
  const app = await startControlApp({ database, env, imports: [budgets, AlertsModule, ProjectsModule] });
  return { ...app, monitor: app.app.get(BudgetMonitor) };
}
