import type { Call, Cost, CostLine } from "../domain/call.js";
import { formatMoney, lineAmount, parseMoney } from "../domain/money.js";
import { INPUT_CLASSES, OUTPUT_CLASSES, type Usage } from "../domain/usage.js";
import type { ChosenOverrides } from "./choose-override.js";
import { linesOf } from "./cost-lines.js";
import type { PriceBook } from "./price-book.js";
import type { RatePlan } from "./select-rate.js";
import type { RatedUsage } from "./usage-lines.js";

/** What a call costs nothing for, or cannot be known to cost. */
export function withoutLines(
  status: "unpriced" | "not_billable",
  reason: string | null,
  reported: string | null,
  book: PriceBook,
): Cost {
  return {
    status,
    reason,
    total: null,
    currency: "USD",
    lines: [],
    priceBook: book.version,
    source: "list",
    listTotal: null,
    providerReported: reported,
  };
}

/** A cost stated by the provider or gateway stands where it is the bill (OpenRouter), or where ours is not known. */
export function reportedCost(own: Cost, reported: string): Cost {
  const line: CostLine = {
    class: "provider_reported",
    quantity: "1",
    unitPrice: reported,
    per: 1,
    factors: [],
    amount: formatMoney(lineAmount(1n, parseMoney(reported), 1n)),
    rateId: "provider_reported",
  };
  return {
    ...own,
    status: "priced",
    reason: null,
    total: line.amount,
    lines: [line],
    source: "provider_reported",
    listTotal: own.status === "priced" ? own.total : null,
  };
}

/** Status, reason, lines and total of a call whose rates are chosen. Never throws. */
export function settleCost(
  call: Call,
  rated: RatedUsage,
  plan: RatePlan,
  chosen: ChosenOverrides,
  book: PriceBook,
  reported: string | null,
): Cost {
  if (!rated.reported) return withoutLines("unpriced", "usage_missing", reported, book);
  const reason = reasonOf(call, rated, plan);
  if (rated.quantities.length === 0) {
    return withoutLines("unpriced", reason ?? "usage_missing", reported, book);
  }
  const { lines, total } = linesOf(rated, plan, chosen);
  return {
    status: reason === null ? "priced" : "partial",
    reason,
    total,
    currency: "USD",
    lines,
    priceBook: book.version,
    source: "list",
    listTotal: total,
    providerReported: reported,
  };
}

const GENERATING: ReadonlySet<string> = new Set(["chat", "generate_content", "text_completion"]);

/** Why the lines are not the whole cost, or null when they are. */
function reasonOf(call: Call, rated: RatedUsage, plan: RatePlan): string | null {
  if (rated.unconverted) return "currency_rate_missing";
  const missing = rated.missing[0];
  if (missing !== undefined) {
    if (plan.outOfDate) return "no_price_at_date";
    return plan.quarantined.has(missing) ? "row_quarantined" : `rate_class_unknown:${missing}`;
  }
  if (call.usageQuality === "conflict") return "usage_inconsistent";
  const { usage } = call;
  if (GENERATING.has(call.operation) && plan.hasTokenRates) {
    const noInput = usage.inputUncached === null && usage.inputTotal === null;
    const noOutput = usage.output === null && usage.outputTotal === null;
    if (noInput || noOutput) return "usage_missing";
    if (partsUnknown(call)) return "usage_split_unknown";
  }
  return null;
}

/** Whether tokens were used that no class accounts for: the sender dropped the cache split, so the lines are less than the cost. */
function partsUnknown({ usage, usageQuality }: Call): boolean {
  if (usage.inputTotal !== null && isLess(usage, INPUT_CLASSES, usage.inputTotal)) return true;
  if (usage.outputTotal !== null && isLess(usage, OUTPUT_CLASSES, usage.outputTotal)) return true;
  return usage.inputTotal === null && usageQuality === "partial";
}

/** Whether the classes add up to less than the total; stops as soon as they reach it, mostly at the first. */
function isLess(usage: Usage, classes: readonly (keyof Usage)[], total: number): boolean {
  let sum = 0;
  for (const name of classes) {
    sum += usage[name] ?? 0;
    if (sum >= total) return false;
  }
  return sum < total;
}
