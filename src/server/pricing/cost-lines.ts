import type { CostLine } from "../domain/call.js";
import {
  canonicalDecimal,
  formatMoney,
  formatSteps,
  fromSteps,
  lineAmount,
  parseFactor,
} from "../domain/money.js";
import type { Factor, Money } from "../domain/money.js";
import type { PriceClass } from "../domain/price.js";
import type { ChosenOverrides } from "./choose-override.js";
import type { CompiledRate } from "./price-book.js";
import type { NamedFactor, RatePlan } from "./select-rate.js";
import type { RatedUsage } from "./usage-lines.js";

export interface Lines {
  lines: CostLine[];
  /** Decimal text: the exact sum of the lines. */
  total: string;
}

/** One exact line per rate, factors of the list on token classes and the operator's where they hold, and the sum. Never throws. */
export function linesOf(rated: RatedUsage, plan: RatePlan, chosen: ChosenOverrides): Lines {
  const lines: CostLine[] = [];
  let total = 0n;
  for (const { rate, count } of rated.quantities) {
    const factors = factorsFor(rate, plan, chosen, rated.fx?.get(rate.currency));
    if (factors.length === 0 && rate.unitSteps !== null && Number.isSafeInteger(count)) {
      const steps = BigInt(count) * rate.unitSteps;
      total += steps;
      lines.push(lineOf(rate, String(count), [], formatSteps(steps)));
      continue;
    }
    const { quantity, amount } = exactAmount(rate, count, factors);
    total += amount / STEP;
    lines.push(
      lineOf(
        rate,
        quantity,
        factors.map(({ name, text }) => ({ name, factor: text })),
        formatMoney(amount),
      ),
    );
  }
  return { lines, total: formatSteps(total) };
}

const STEP = fromSteps(1n);

function lineOf(
  rate: CompiledRate,
  quantity: string,
  factors: CostLine["factors"],
  amount: string,
): CostLine {
  return {
    class: rate.class,
    quantity,
    unitPrice: rate.price,
    per: rate.per,
    factors,
    amount,
    rateId: rate.id,
  };
}

function exactAmount(
  rate: CompiledRate,
  count: number,
  factors: readonly NamedFactor[],
): { quantity: string; amount: Money } {
  const fractions = factors.length === 0 ? NO_FRACTIONS : factors.map(({ factor }) => factor);
  if (Number.isSafeInteger(count)) {
    const amount = lineAmount(BigInt(count), rate.priceUnits, rate.perUnits, fractions);
    return { quantity: String(count), amount };
  }
  const quantity = millionths(count);
  const amount = lineAmount(quantity, rate.priceUnits, rate.perUnits * MILLION, fractions);
  return { quantity: formatMoney(quantity * MILLION * MILLION), amount };
}

const MILLION = 1_000_000n;

/** A count that is not whole (seconds of audio), in millionths: the finest that the ledger stores. */
function millionths(count: number): bigint {
  const scaled = Math.round(count * 1_000_000);
  return Number.isFinite(scaled) ? BigInt(scaled) : 0n;
}

const NO_FACTORS: readonly NamedFactor[] = [];
const NO_FRACTIONS: readonly Factor[] = [];

function factorsFor(
  rate: CompiledRate,
  plan: RatePlan,
  chosen: ChosenOverrides,
  fx: NamedFactor | undefined,
): readonly NamedFactor[] {
  const listed = !rate.isToken ? NO_FACTORS : rate.tier === "standard" ? plan.factors : plan.tierFactors;
  const { winner, stacked } = chosen;
  if (winner === null && stacked.length === 0 && fx === undefined) return listed;
  const factors = [...listed];
  if (winner?.kind === "multiplier" && covers(winner.classes, rate.class))
    factors.push(named(winner.id, winner.value));
  if (winner?.kind === "volume_tiers") factors.push(named(winner.id, winner.value));
  for (const override of stacked) {
    if (covers(override.classes, rate.class)) factors.push(named(override.id, override.value));
  }
  if (fx !== undefined) factors.push(fx);
  return factors;
}

function covers(classes: readonly PriceClass[] | null, name: PriceClass): boolean {
  return classes === null || classes.includes(name);
}

function named(id: string, value: string): NamedFactor {
  return { name: `override:${id}`, text: canonicalDecimal(value), factor: parseFactor(value) };
}
