import type { BudgetDefinition } from "../domain/budget.js";
import { canonicalDecimal } from "../domain/money.js";
import type { Budget } from "../storage/control/entities/budget.entity.js";

/** A stored budget as the rest of the server sees it. */
export function toDefinition(row: Budget): BudgetDefinition {
  return {
    id: row.id,
    project: row.projectId,
    name: row.name,
    limit: canonicalDecimal(row.limitAmount),
    unit: row.unit,
    period: row.period,
    customPeriod: row.customPeriod,
    timezone: row.timezone,
    scope: row.scope,
    thresholds: row.thresholds,
    unpriced: row.unpriced,
    channelIds: row.channelIds,
  };
}
