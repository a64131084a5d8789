import { canonicalDecimal } from "../domain/money.js";
import {
  type CurrencyEntry,
  currencyEntrySchema,
  type DeploymentMapping,
  deploymentMappingSchema,
  type EndpointMapping,
  endpointMappingSchema,
  NO_OPERATOR_PRICING,
  type OperatorPricing,
  type PriceOverride,
  priceOverrideSchema,
  type ScheduleRow,
} from "../pricing/operator-pricing.js";
import type { CurrencyRate } from "../storage/control/entities/currency-rate.entity.js";
import type { EndpointMap } from "../storage/control/entities/endpoint-map.entity.js";
import type { PriceSchedule } from "../storage/control/entities/price-schedule.entity.js";
import type { PriceOverride as OverrideRow } from "../storage/control/entities/price-override.entity.js";

/** The engine's override of a stored row, or null for a row that never held (voided) or that the schema no longer takes. Never throws. */
export function overrideOf(row: OverrideRow, schedule: readonly ScheduleRow[] = []): PriceOverride | null {
  if (row.effectiveTo !== null && row.effectiveTo <= row.effectiveFrom) return null;
  const parsed = priceOverrideSchema.safeParse({
    ...engineSettings(row, schedule),
    id: row.id,
    project: row.projectId,
    kind: row.kind,
    match: row.match["name"],
    effectiveFrom: row.effectiveFrom.toISOString(),
    effectiveTo: row.effectiveTo?.toISOString() ?? null,
    reason: row.reason === "" ? null : row.reason,
    author: row.author,
  });
  return parsed.success ? parsed.data : null;
}

/** The part of a stored definition that the engine takes; the rest is for the job that works the price out. */
function engineSettings(
  { kind, definition }: OverrideRow,
  schedule: readonly ScheduleRow[],
): Record<string, unknown> {
  switch (kind) {
    case "gpu_hour":
      return { rates: {}, schedule };
    case "volume_tiers": {
      const tiers = definition["tiers"] as readonly { value: string }[] | undefined;
      return { value: tiers?.[0]?.value ?? definition["value"], schedule };
    }
    case "commitment":
      return {};
    default:
      return definition;
  }
}

/** The engine's endpoint mapping of a stored row, or null when the row is about a deployment. Never throws. */
export function endpointOf(row: EndpointMap): EndpointMapping | null {
  if (row.deployment !== null) return null;
  const parsed = endpointMappingSchema.safeParse({
    endpoint: row.host,
    provider: row.provider === "self_hosted" ? null : row.provider,
    pool: row.definition["pool"] ?? null,
  });
  return parsed.success ? parsed.data : null;
}

/** The engine's deployment mapping of a stored row, or null when the row is about an endpoint. Never throws. */
export function deploymentOf(row: EndpointMap): DeploymentMapping | null {
  if (row.deployment === null) return null;
  const parsed = deploymentMappingSchema.safeParse({
    provider: row.provider,
    name: row.deployment,
    model: row.model,
    sku: row.definition["sku"] ?? null,
    zone: row.definition["zone"] ?? null,
  });
  return parsed.success ? parsed.data : null;
}

/** The engine's entry of a stored row, or null for one that the schema no longer takes. Never throws. */
function currencyOf(row: CurrencyRate): CurrencyEntry | null {
  const parsed = currencyEntrySchema.safeParse({
    currency: row.currency,
    usd: canonicalDecimal(row.usd),
    effectiveFrom: row.effectiveFrom.toISOString(),
    project: row.projectId,
  });
  return parsed.success ? parsed.data : null;
}

/** The engine's schedules by override, from the stored months in order of time. Never throws. */
export function engineSchedules(
  months: readonly PriceSchedule[],
): ReadonlyMap<string, readonly ScheduleRow[]> {
  const schedules = new Map<string, ScheduleRow[]>();
  for (const { overrideId, rows } of months) {
    const known = schedules.get(overrideId) ?? [];
    schedules.set(overrideId, known);
    known.push(...rows.map(({ fromMs, value, rates }) => ({ fromMs, value, rates })));
  }
  return schedules;
}

/** What holds for one project (null: for those without rows of their own): its rows before those for all. Never throws. */
export function operatorPricingOf(
  project: string | null,
  overrides: readonly OverrideRow[],
  maps: readonly EndpointMap[],
  schedules: ReadonlyMap<string, readonly ScheduleRow[]> = new Map(),
  currencies: readonly CurrencyRate[] = [],
): OperatorPricing {
  const holds = (row: { projectId: string | null }) => row.projectId === null || row.projectId === project;
  const own = <Row extends { projectId: string | null }>(rows: readonly Row[]) =>
    rows.filter(holds).toSorted((a, b) => Number(a.projectId === null) - Number(b.projectId === null));
  const present = <T>(value: T | null): T[] => (value === null ? [] : [value]);
  return {
    ...NO_OPERATOR_PRICING,
    overrides: overrides.filter(holds).flatMap((row) => present(overrideOf(row, schedules.get(row.id)))),
    endpoints: distinct(
      own(maps).flatMap((row) => present(endpointOf(row))),
      ({ endpoint }) => endpoint,
    ),
    deployments: own(maps).flatMap((row) => present(deploymentOf(row))),
    currencies: own(currencies).flatMap((row) => present(currencyOf(row))),
  };
}

function distinct<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  const seen = new Map<string, T>();
  for (const item of items)
    if (!seen.has(nameOf(item).toLowerCase())) seen.set(nameOf(item).toLowerCase(), item);
  return [...seen.values()];
}
