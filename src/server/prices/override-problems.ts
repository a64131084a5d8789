import { formatMoney, isAmount, parseMoney } from "../domain/money.js";
import type { PriceOverride } from "../pricing/operator-pricing.js";

/** Nothing costs as much per million tokens or per unit: such a figure is a slip, e.g. cents for dollars. */
const MAX_RATE = parseMoney("10000");
const MAX_FACTOR = parseMoney("100");
const MAX_SUM = parseMoney("1000000000");

/** What is wrong with a price that fits the engine's schema, one text per problem that starts with the field. Never throws. */
export function overrideProblems(
  override: PriceOverride,
  settings: Readonly<Record<string, unknown>>,
): string[] {
  const problems: string[] = [];
  const { effectiveFrom, effectiveTo } = override;
  if (effectiveTo !== null && Date.parse(effectiveFrom) >= Date.parse(effectiveTo))
    problems.push("effectiveTo: must be after effectiveFrom");
  if (override.kind === "rates") problems.push(...rateProblems(override.rates, override.currency));
  if (override.kind === "multiplier") problems.push(...factorProblems("value", override.value));
  if (override.kind === "gpu_hour") problems.push(...gpuProblems(settings));
  if (override.kind === "volume_tiers") problems.push(...tierProblems(settings["tiers"]));
  if (override.kind === "commitment" && settings["amount"] !== undefined)
    problems.push(...amountProblems("amount", settings["amount"], MAX_SUM));
  return problems;
}

function rateProblems(rates: Readonly<Record<string, string | undefined>>, currency: string): string[] {
  // A unit of some currencies is worth less than a ten-thousandth of a dollar.
  const max = currency === "USD" ? MAX_RATE : MAX_SUM;
  const entries = Object.entries(rates);
  if (entries.length === 0) return ["rates: must name at least one class"];
  return entries.flatMap(([name, price]) =>
    price !== undefined && parseMoney(price) > max
      ? [
          `rates.${name}: ${price} ${currency} is more than ${formatMoney(max)} per million tokens or per unit`,
        ]
      : [],
  );
}

function factorProblems(name: string, value: string): string[] {
  return parseMoney(value) > MAX_FACTOR ? [`${name}: a factor above 100 is not a price`] : [];
}

function amountProblems(name: string, value: unknown, max: bigint): string[] {
  if (typeof value !== "string" || !isAmount(value))
    return [`${name}: must be a decimal text >= 0 with at most 18 places`];
  return parseMoney(value) > max ? [`${name}: ${value} is too large`] : [];
}

function gpuProblems(settings: Readonly<Record<string, unknown>>): string[] {
  const problems = [
    ...amountProblems("hourlyCost", settings["hourlyCost"], MAX_RATE),
    ...amountProblems("inputWeight", settings["inputWeight"], MAX_FACTOR),
    ...amountProblems("outputWeight", settings["outputWeight"], MAX_FACTOR),
  ];
  if (problems.length > 0) return problems;
  const weights = [String(settings["inputWeight"]), String(settings["outputWeight"])].map(parseMoney);
  return weights.every((weight) => weight === 0n) ? ["inputWeight: one of the weights must be above 0"] : [];
}

function tierProblems(tiers: unknown): string[] {
  const list = tiers as readonly { from: string; value: string }[];
  if (list.length === 0) return ["tiers: must hold at least one tier"];
  const problems = list.flatMap(({ from, value }, index) => [
    ...amountProblems(`tiers.${index}.from`, from, parseMoney("1000000000000")),
    ...(isAmount(value)
      ? factorProblems(`tiers.${index}.value`, value)
      : [`tiers.${index}.value: must be a decimal text >= 0 with at most 18 places`]),
  ]);
  if (problems.length > 0) return problems;
  const starts = list.map(({ from }) => parseMoney(from));
  if (starts[0] !== 0n) return ["tiers.0.from: the first tier must start at 0"];
  const isRising = starts.every((start, index) => index === 0 || start > (starts[index - 1] ?? 0n));
  return isRising ? [] : ["tiers: must rise in from"];
}
