import { MAKERS } from "../pricing/estimate.js";
import { suggestModel } from "../pricing/suggest-model.js";
import { idForm, readModelId } from "../pricing/model-grammar.js";
import type { PriceBook } from "../pricing/price-book.js";
import type { UnpricedGroup } from "../query/unpriced.query.js";

export type FixAction = "alias" | "rates" | "free" | "endpoint" | "self_hosted";

/** What helps a person to give a group a price. */
export interface UnpricedHints {
  /** Names that were looked up whole, `<provider>/<model>`. */
  candidates: string[];
  /** The most similar listed names, nearest first. Never used for money. */
  suggestions: string[];
  /** Fixes that can give the group a price. */
  actions: FixAction[];
}

const MAX_SUGGESTIONS = 3;
/** Reasons by what a person can do about them; a reason that is not here cannot be priced by anybody's word. */
const ACTIONS: Readonly<Record<string, readonly FixAction[]>> = {
  model_unknown: ["alias", "rates", "free"],
  no_price_for_provider: ["rates", "free"],
  no_price_at_date: ["rates", "free"],
  row_quarantined: ["rates", "free"],
  currency_rate_missing: ["rates", "free"],
  tier_unknown: ["rates", "free"],
  commitment_tier: ["rates", "free"],
  rate_class_unknown: ["rates", "free"],
  endpoint_unmapped: ["endpoint", "self_hosted"],
  provider_ambiguous: ["alias", "endpoint", "self_hosted"],
};

type Names = Pick<UnpricedGroup, "provider" | "host" | "requestModel" | "responseModel">;

/** Candidates, suggestions and possible fixes of a group. Never throws. */
export function hintsOf(book: PriceBook, group: Names & Pick<UnpricedGroup, "reason">): UnpricedHints {
  const names = [group.responseModel, group.requestModel].filter((name) => name !== null && name !== "");
  const candidates = new Set<string>();
  for (const name of names) {
    for (const { id } of readModelId(group.provider, name ?? "").candidates)
      candidates.add(`${group.provider}/${id}`);
  }
  const reason = group.reason?.split(":")[0] ?? "";
  return {
    candidates: [...candidates],
    suggestions: suggestionsFor(book, group, reason, [...candidates]),
    actions: possible(ACTIONS[reason] ?? [], group),
  };
}

/** Listed models that the group may mean; of a gateway's alias, the model that the reply named, at the first maker that lists it. */
function suggestionsFor(
  book: PriceBook,
  group: Names,
  reason: string,
  candidates: readonly string[],
): string[] {
  if (reason === "model_unknown") return similarModels(book, group.provider, candidates);
  if (reason !== "provider_ambiguous") return [];
  const found = suggestModel(book, MAKERS, [group.responseModel, group.requestModel]);
  return found === null ? [] : [found];
}

function possible(actions: readonly FixAction[], group: Names): FixAction[] {
  const name = pricedName(group);
  const known = {
    alias: (group.requestModel ?? group.responseModel) !== null,
    rates: name !== null,
    free: name !== null,
    endpoint: group.host !== null,
    self_hosted: group.host !== null,
  };
  return actions.filter((action) => known[action]);
}

/** The model name that a stated price must carry to hold for the group; null when there is none that the account did not choose. Never throws. */
export function pricedName({ provider, requestModel, responseModel }: Names): string | null {
  const byRequest = provider === "aws.bedrock" || provider === "gcp.vertex_ai" || provider === "cloudflare";
  const order = byRequest
    ? [requestModel, responseModel]
    : provider === "azure.ai.openai"
      ? [responseModel]
      : [responseModel, requestModel];
  const name = order.find((text) => text !== null && text !== "") ?? null;
  return name === null || readModelId(provider, name).opaque !== null ? null : name;
}

function similarModels(book: PriceBook, provider: string, candidates: readonly string[]): string[] {
  const known = book.providers.get(provider);
  if (known === undefined) return [];
  const best = new Map<string, number>();
  for (const candidate of candidates) {
    const form = idForm(provider, candidate.slice(provider.length + 1));
    for (const [listed, { model }] of known.ids) {
      const far = farness(form, listed);
      if (far === null) continue;
      const name = `${provider}/${model.model}`;
      best.set(name, Math.min(far, best.get(name) ?? Infinity));
    }
  }
  return [...best]
    .toSorted(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))
    .slice(0, MAX_SUGGESTIONS)
    .map(([name]) => name);
}

const DATE = /-(?:\d{4}-\d{2}-\d{2}|\d{8}|\d{4})$/;

/** How far apart two ids are, dates left out, or null when they are not similar. */
function farness(form: string, listed: string): number | null {
  const [a, b] = [form.replace(DATE, ""), listed.replace(DATE, "")];
  const limit = Math.max(1, Math.floor(Math.max(a.length, b.length) / 3));
  if (Math.abs(a.length - b.length) > limit) return null;
  const far = distance(a, b);
  return far > limit ? null : far;
}

function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const swap = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(swap, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
