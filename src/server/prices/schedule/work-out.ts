import { divideHalfEven, formatMoney, parseMoney } from "../../domain/money.js";
import { TOKEN_PRICE_CLASSES } from "../../domain/price.js";
import type { ScheduleRow } from "../../storage/control/entities/price-schedule.entity.js";
import type { HourOfCalls, Span } from "./scheduled-calls.js";

const HOUR_MS = 3_600_000;

export interface GpuSettings {
  /** Decimal USD of one GPU for an hour. */
  hourlyCost: string;
  gpus: number;
  inputWeight: string;
  outputWeight: string;
}

/**
 * One row per hour: its cost over the weighted tokens of its calls, rounded once, half-even, at 1e-18 USD per million tokens. An hour
 * without tokens carries on the rates before it and names its cost as idle. Hours before the first call are left out. Never throws.
 * @param hours those with calls, in order
 * @param untilMs the first hour that is not over
 */
export function gpuSchedule(
  settings: GpuSettings,
  hours: readonly HourOfCalls[],
  untilMs: number,
): ScheduleRow[] {
  const first = hours[0];
  if (first === undefined) return [];
  const byStart = new Map(hours.map((hour) => [hour.startMs, hour]));
  const cost = parseMoney(settings.hourlyCost) * BigInt(settings.gpus);
  const rows: ScheduleRow[] = [];
  let rates: Record<string, string> | null = null;
  for (let fromMs = first.startMs; fromMs < untilMs; fromMs += HOUR_MS) {
    const hour = byStart.get(fromMs);
    const own = hour === undefined ? null : ratesOf(settings, cost, hour);
    rates = own ?? rates;
    rows.push({
      fromMs,
      toMs: fromMs + HOUR_MS,
      value: null,
      rates,
      calls: hour?.calls ?? 0,
      idleCost: own === null ? formatMoney(cost) : null,
    });
  }
  return rows;
}

function ratesOf(settings: GpuSettings, cost: bigint, hour: HourOfCalls): Record<string, string> | null {
  const [input, output] = [parseMoney(settings.inputWeight), parseMoney(settings.outputWeight)];
  const weighted = hour.inputTokens * input + hour.outputTokens * output;
  if (weighted === 0n) return null;
  const perMillion = (weight: bigint): string =>
    formatMoney(divideHalfEven(cost * weight * 1_000_000n, weighted));
  const [inputRate, outputRate] = [perMillion(input), perMillion(output)];
  return Object.fromEntries(
    TOKEN_PRICE_CLASSES.filter((name) => !name.includes("hour") && !name.includes("citation")).map((name) => [
      name,
      name.startsWith("output") ? outputRate : inputRate,
    ]),
  );
}

/** When each tier of a month begins, in order: the start of the month for the first, null for those not reached. */
export interface TierStart {
  value: string;
  fromMs: number | null;
}

/** The rows of a month, and the first tier again from its end on. Tiers that begin at one instant: the highest. Never throws. */
export function tierSchedule(month: Span, starts: readonly TierStart[]): ScheduleRow[] {
  const reached = starts.filter((tier): tier is TierStart & { fromMs: number } => tier.fromMs !== null);
  const rows = reached.flatMap((tier, index): ScheduleRow[] => {
    const toMs = reached[index + 1]?.fromMs ?? month.toMs;
    if (toMs <= tier.fromMs) return [];
    return [{ fromMs: tier.fromMs, toMs, value: tier.value, rates: null, calls: 0, idleCost: null }];
  });
  const [first] = starts;
  if (first === undefined) return rows;
  return [
    ...rows,
    { fromMs: month.toMs, toMs: month.toMs, value: first.value, rates: null, calls: 0, idleCost: null },
  ];
}
