import type { Call, Cost, PricedCall } from "../domain/call.js";
import { canonicalDecimal, isAmount } from "../domain/money.js";
import type { PriceTier, RuleSet } from "../domain/price.js";
import { INPUT_CLASSES } from "../domain/usage.js";
import { chooseOverrides, overridesFor } from "./choose-override.js";
import { convertible } from "./convert-currency.js";
import { linesOf } from "./cost-lines.js";
import { matchModel } from "./model-match.js";
import type { ListedModel, ModelMatch } from "./model-match.js";
import type { OperatorPricing } from "./operator-pricing.js";
import { overrideRates } from "./override-rates.js";
import type { PriceBook } from "./price-book.js";
import { ResolvedCache } from "./resolved-cache.js";
import type { Resolved } from "./resolved-cache.js";
import { selectRates } from "./select-rate.js";
import type { RatePlan } from "./select-rate.js";
import { reportedCost, settleCost, withoutLines } from "./settle-cost.js";
import { settleProvider } from "./settle-provider.js";
import { settleTier } from "./settle-tier.js";
import type { SettledTier } from "./settle-tier.js";
import { rateUsage } from "./usage-lines.js";
import type { RatedUsage } from "./usage-lines.js";
import { withCost } from "./with-cost.js";

/** What a call is priced with. Books and operator data are immutable: a change is a new object. */
export interface PricingContext {
  book: PriceBook;
  operator: OperatorPricing;
  /** Project of the call, for overrides that hold for one project; absent = none. */
  project?: string | null;
}

const resolvedByContext = new WeakMap<OperatorPricing, WeakMap<PriceBook, ResolvedCache>>();

/**
 * The call with its cost: provider settled, model matched, tier and rates chosen by its start, one exact line per rate. Unknown stays
 * null with a machine reason. Pure but for its caches; never throws.
 */
export function priceCall(call: Call, context: PricingContext): PricedCall {
  const resolved = resolve(call, context);
  const { match } = resolved;
  const cost = costOf(call, resolved, context);
  const unnamed = match.kind === "none" || (match.kind === "pool" && cost.status === "unpriced");
  return withCost(call, {
    provider: resolved.provider,
    pricedModel: unnamed ? null : match.canonical,
    matchRule: match.kind === "none" ? null : match.rule,
    cost,
  });
}

function resolve(call: Call, { book, operator }: PricingContext): Resolved {
  let byBook = resolvedByContext.get(operator);
  if (byBook === undefined) resolvedByContext.set(operator, (byBook = new WeakMap()));
  let known = byBook.get(book);
  if (known === undefined) byBook.set(book, (known = new ResolvedCache()));
  const found = known.find(call);
  if (found !== null) return found;
  const { dimensions } = call;
  const settlement = settleProvider(
    {
      provider: call.provider,
      providerStated: call.providerStated === true,
      host: call.host,
      requestModel: call.requestModel,
      clientFlavor: call.clientFlavor,
    },
    book,
    operator,
  );
  const match = matchModel(
    {
      host: call.host,
      responseModel: call.responseModel,
      deployment: dimensions.deployment,
      geo: dimensions.geo,
      region: dimensions.region,
    },
    settlement,
    book,
    operator,
  );
  const resolved: Resolved = {
    provider: match.provider,
    match,
    ruleSet: book.providers.get(match.provider)?.ruleSet ?? null,
    overrides: match.kind === "none" ? [] : overridesFor(operator, namesOf(match)),
  };
  known.add(call, resolved);
  return resolved;
}

function namesOf(match: Exclude<ModelMatch, { kind: "none" }>) {
  const slash = match.canonical.indexOf("/");
  const provider = match.canonical.slice(0, slash);
  return {
    canonical: match.canonical,
    plain: match.kind === "listed" ? `${provider}/${match.model.model}` : match.canonical,
    providers: match.kind === "pool" ? [provider, match.provider] : [provider],
  };
}

function costOf(call: Call, resolved: Resolved, context: PricingContext): Cost {
  const stated = call.providerReportedCost;
  const reported = stated !== null && isAmount(stated) ? canonicalDecimal(stated) : null;
  if (!call.billable) return withoutLines("not_billable", null, reported, context.book);
  const own = ownCost(call, resolved, context, reported);
  if (reported === null) return own;
  const replaces =
    own.source !== "override" &&
    own.source !== "self_hosted" &&
    (resolved.ruleSet?.reportedCostWins === true || own.status !== "priced");
  return replaces ? reportedCost(own, reported) : own;
}

function ownCost(call: Call, resolved: Resolved, context: PricingContext, reported: string | null): Cost {
  const { match } = resolved;
  if (match.kind === "none") return withoutLines("unpriced", match.reason, reported, context.book);
  const atMs = millisecondsOf(call.startTimeUnixNano);
  const chosen = chooseOverrides(resolved.overrides, atMs, context.project ?? null);
  const tier = settleTier(resolved.ruleSet, {
    serviceTier: call.serviceTier,
    batch: call.batch || (match.kind === "listed" && match.batch),
    speed: call.dimensions.speed,
  });
  const committed = tier === "commitment" || (match.kind === "listed" && match.commitment);
  if (chosen.winner === null) {
    if (committed) return withoutLines("unpriced", "commitment_tier", reported, context.book);
    if (match.kind === "pool")
      return withoutLines("unpriced", "no_price_for_provider", reported, context.book);
  }
  const plan = match.kind === "listed" ? planOf(call, match, resolved.ruleSet, tier, atMs) : null;
  const effective = overrideRates(plan, chosen, match.canonical);
  if (effective === null) {
    const reason = committed
      ? "commitment_tier"
      : tier === "unknown"
        ? "tier_unknown"
        : "no_price_for_provider";
    return withoutLines("unpriced", reason, reported, context.book);
  }
  const rated = ratedUsage(call, effective, resolved.ruleSet, context, atMs);
  const cost = settleCost(call, rated, effective, chosen, context.book, reported);
  if (chosen.winner === null && chosen.stacked.length === 0) return cost;
  const source = match.kind === "pool" ? "self_hosted" : "override";
  return {
    ...cost,
    source,
    listTotal: plan === null ? null : listTotal(call, plan, resolved.ruleSet, context, atMs),
  };
}

function millisecondsOf(nano: bigint): number {
  return Number(nano / 1_000_000n);
}

function planOf(
  call: Call,
  match: ListedModel,
  rules: RuleSet | null,
  tier: SettledTier,
  atMs: number,
): RatePlan | null {
  if (tier === "commitment" || tier === "unknown") return null;
  return selectRates(match.model, {
    atMs,
    tier,
    geo: match.geo,
    strictGeo: isStrict(rules, match.geo),
    promptTokens: promptTokens(call),
    variant: variantOf(call, match, rules),
    modifierKeys: modifierKeys(tier, match.geo, rules),
  });
}

/** Whether prices without geography do not hold in this one. */
function isStrict(rules: RuleSet | null, geo: string | null): boolean {
  if (rules === null || geo === null || rules.neutralGeos.includes(geo)) return false;
  return rules.strictGeo || rules.strictGeos.includes(geo);
}

const NO_KEYS: readonly string[] = [];

function modifierKeys(tier: PriceTier, geo: string | null, rules: RuleSet | null): readonly string[] {
  const keys: string[] = [];
  if (tier === "batch") keys.push("batch");
  if (tier === "fast") keys.push("speed:fast");
  if (geo !== null && rules !== null && rules.geoModifier !== null && !rules.neutralGeos.includes(geo)) {
    keys.push(`${rules.geoModifier}:${geo}`);
  }
  return keys.length === 0 ? NO_KEYS : keys;
}

function variantOf(call: Call, match: ListedModel, rules: RuleSet | null): Readonly<Record<string, string>> {
  if (match.model.variantKeys.length === 0) return call.dimensions.variant;
  return { ...rules?.defaultVariant, ...call.dimensions.variant };
}

function promptTokens({ usage }: Call): number {
  if (usage.inputTotal !== null) return usage.inputTotal;
  let sum = 0;
  for (const name of INPUT_CLASSES) sum += usage[name] ?? 0;
  return sum;
}

function ratedUsage(
  call: Call,
  plan: RatePlan,
  rules: RuleSet | null,
  { operator, project }: PricingContext,
  atMs: number,
): RatedUsage {
  const rated = rateUsage(call.usage, plan, rules?.writesAsInput ?? false);
  return plan.hasForeign ? convertible(rated, operator, atMs, project ?? null) : rated;
}

function listTotal(
  call: Call,
  plan: RatePlan,
  rules: RuleSet | null,
  context: PricingContext,
  atMs: number,
): string | null {
  const rated = ratedUsage(call, plan, rules, context, atMs);
  if (!rated.reported || rated.unconverted || rated.missing.length > 0) return null;
  return linesOf(rated, plan, { winner: null, stacked: [] }).total;
}
