import type { PriceOverride } from "../storage/control/entities/price-override.entity.js";

/** The public JSON of an operator's price. Never throws. */
export function overrideResponse(row: PriceOverride): object {
  return {
    id: row.id,
    project: row.projectId,
    kind: row.kind,
    match: row.match["name"],
    ...row.definition,
    effectiveFrom: row.effectiveFrom.toISOString(),
    effectiveTo: row.effectiveTo?.toISOString() ?? null,
    reason: row.reason === "" ? null : row.reason,
    author: row.author,
    createdAt: row.createdAt.toISOString(),
    closedAt: row.revokedAt?.toISOString() ?? null,
    closedBy: row.revokedBy,
  };
}
