import type { Call, Cost, CostLine } from "../domain/call.js";
import { TOKEN_CLASSES, UNIT_CLASSES, unknownUsage } from "../domain/usage.js";
import type { Usage, UsageClass } from "../domain/usage.js";
import { idForm, readModelId } from "./model-grammar.js";
import type { PriceBook } from "./price-book.js";
import { priceCall } from "./price-call.js";
import type { PricingContext } from "./price-call.js";
import { isSelfHosted, providerName } from "./provider-names.js";
import { STATED_CALL } from "./stated-call.js";
import { suggestModel } from "./suggest-model.js";

/** Vendors first, in this order, when a model is named without its provider; resellers and clouds only when nobody else lists it. */
export const MAKERS = [
  "openai",
  "anthropic",
  "gcp.gemini",
  "mistral_ai",
  "x_ai",
  "deepseek",
  "cohere",
  "perplexity",
  "voyage",
] as const;

/** A call to be priced before it is made. Quantities are disjoint: `input` counts neither cached nor written tokens, `output` no reasoning. */
export interface PriceQuestion {
  /** Model id as sent to the provider, or `<provider>/<model>`. */
  model: string;
  /** Billing vendor; left out: named by the model, else the first maker that lists it. */
  provider?: string;
  /** Short for `usage.inputUncached`. */
  input?: number;
  /** Short for `usage.cacheRead`. */
  cached?: number;
  /** Short for `usage.output`. */
  output?: number;
  /** Further quantities by the names of the call record. */
  usage?: Partial<Record<UsageClass, number>>;
  /** Start of the call, milliseconds since the epoch: the rates in force then. */
  atMs: number;
  serviceTier?: string;
  batch?: boolean;
  speed?: string;
  geo?: string;
  region?: string;
  variant?: Record<string, string>;
}

/** A line with its arithmetic in words. */
export interface ExplainedLine extends CostLine {
  /** `1000 input x 2.5 / 1000000 x 0.5 (batch) = 0.00125`. */
  explanation: string;
}

export interface PriceEstimate {
  provider: string;
  pricedModel: string | null;
  matchRule: string | null;
  cost: Omit<Cost, "lines"> & { lines: ExplainedLine[] };
  /** A listed model that an unlisted name may mean; never priced by itself. */
  suggestion: string | null;
}

/**
 * Who bills for a model named with or without its provider: `<provider>/<model>` names it, else the first maker that lists it, else the
 * only provider that does. Null when nobody or several resellers list it. Never throws.
 */
export function sellerOf(book: PriceBook, model: string): { provider: string; model: string } | null {
  const slash = model.indexOf("/");
  const prefix = slash > 0 ? providerName(model.slice(0, slash)) : "";
  if (book.providers.has(prefix) || isSelfHosted(prefix))
    return { provider: prefix, model: model.slice(slash + 1) };
  const lists = (provider: string) => {
    const ids = book.providers.get(provider)?.ids;
    return readModelId(provider, model).candidates.some(({ id }) => ids?.has(idForm(provider, id)) === true);
  };
  const holders = [...book.providers.keys()].filter(lists);
  const found =
    MAKERS.find((name) => holders.includes(name)) ?? (holders.length === 1 ? holders[0] : undefined);
  return found === undefined ? null : { provider: found, model };
}

/**
 * What a call would cost: the engine of the ingest path, its book and rules. Quantities left out are zero. An unknown model or rate is
 * `unpriced` or `partial` with a reason, never zero. Never throws for finite quantities >= 0.
 */
export function estimatePrice(question: PriceQuestion, context: PricingContext): PriceEstimate {
  const named =
    question.provider === undefined
      ? (sellerOf(context.book, question.model) ?? { provider: "", model: question.model })
      : { provider: providerName(question.provider), model: question.model };
  const priced = priceCall(questionCall(question, named), context);
  const { cost } = priced;
  const known = cost.status !== "unpriced";
  return {
    provider: priced.provider,
    pricedModel: priced.pricedModel,
    matchRule: priced.matchRule,
    cost: { ...cost, lines: cost.lines.map((line) => ({ ...line, explanation: explained(line) })) },
    suggestion: known
      ? null
      : suggestModel(context.book, named.provider === "" ? MAKERS : [priced.provider], [named.model]),
  };
}

function explained(line: CostLine): string {
  const factors = line.factors.map(({ name, factor }) => ` x ${factor} (${name})`).join("");
  return `${line.quantity} ${line.class} x ${line.unitPrice} / ${String(line.per)}${factors} = ${line.amount}`;
}

function usageOf(question: PriceQuestion): Usage {
  const given: Partial<Record<UsageClass, number>> = {
    ...(question.input === undefined ? {} : { inputUncached: question.input }),
    ...(question.cached === undefined ? {} : { cacheRead: question.cached }),
    ...(question.output === undefined ? {} : { output: question.output }),
    ...question.usage,
  };
  const usage: Usage = unknownUsage();
  for (const name of TOKEN_CLASSES) {
    const count = given[name] ?? 0;
    usage[name] = count;
    const total = name.startsWith("output") ? "outputTotal" : "inputTotal";
    usage[total] = (usage[total] ?? 0) + count;
  }
  for (const name of UNIT_CLASSES) usage[name] = given[name] ?? null;
  return usage;
}

function questionCall(question: PriceQuestion, named: { provider: string; model: string }): Call {
  return {
    ...STATED_CALL,
    startTimeUnixNano: BigInt(Math.trunc(question.atMs)) * 1_000_000n,
    provider: named.provider,
    providerStated: question.provider !== undefined,
    requestModel: named.model,
    responseModel: named.model,
    serviceTier: question.serviceTier ?? null,
    batch: question.batch === true,
    usage: usageOf(question),
    dimensions: {
      geo: question.geo ?? null,
      region: question.region ?? null,
      speed: question.speed ?? null,
      deployment: null,
      variant: { ...question.variant },
    },
  };
}
