import type { LedgerRow } from "../../../domain/ledger-row.js";
import { count, httpStatus } from "../row-values.js";
import { MAX_KNOWN_TEXTS, objectOf, ParsedTexts, quoted, quotedList } from "./packed-text.js";
import { zeroMembers } from "./rare-usage.js";

/** A row, what its attempts add to its facts (members of JSON; null: nothing), and which rare usage classes are zero (`zeroUsage`). */
export interface FactSource {
  row: LedgerRow;
  tries: string | null;
  zeros: number;
}

type FactValue = string | number | true | null;

interface Fact {
  name: string;
  /** What tells one text from another; null when the text does not have the fact. */
  read: (source: FactSource) => FactValue;
  /** The members of JSON, if they are not just the name with the value. */
  write?: (source: FactSource) => string;
}

const fact = (name: string, read: (row: LedgerRow) => FactValue): Fact => ({
  name,
  read: ({ row }) => read(row),
});

/** Everything about a call that has few different values, most telling first. The names are those of the columns. */
const FACTS: readonly Fact[] = [
  fact("operation", ({ call }) => call.operation),
  fact("streaming", ({ call }) => (call.streaming ? true : null)),
  fact("http_status", ({ call }) => httpStatus(call.httpStatus)),
  fact("error_type", ({ call }) => call.errorType),
  {
    name: "finish_reasons",
    read: ({ row }) => reasonsKey(row.call.finishReasons),
    write: ({ row }) => `"finish_reasons":${quotedList(row.call.finishReasons)}`,
  },
  fact("attempt_count", ({ call }) => count(call.attemptCount, "attemptCount")),
  fact("retry_count", ({ call }) => count(call.retryCount, "retryCount")),
  { name: "tries", read: ({ tries }) => tries, write: ({ tries }) => tries ?? "" },
  {
    name: "zero usage",
    read: ({ zeros }) => (zeros === 0 ? null : zeros),
    write: ({ zeros }) => zeroMembers(zeros),
  },
  fact("scope", ({ call }) => call.source.scope),
  fact("scope_version", ({ call }) => call.source.scopeVersion),
  fact("dialect", ({ call }) => call.source.dialect),
  fact("host", ({ call }) => call.host),
  fact("client_flavor", ({ call }) => call.clientFlavor),
  fact("provider_stated", ({ call }) => (call.providerStated === true ? true : null)),
  fact("service_tier", ({ call }) => call.serviceTier),
  fact("batch", ({ call }) => (call.batch ? true : null)),
  fact("usage_source", ({ call }) => call.usageSource),
  fact("usage_quality", ({ call }) => call.usageQuality),
  fact("usage_rule", ({ call }) => call.usageRule),
  fact("match_rule", ({ call }) => call.matchRule),
  fact("geo", ({ call }) => call.dimensions.geo),
  fact("region", ({ call }) => call.dimensions.region),
  fact("speed", ({ call }) => call.dimensions.speed),
  fact("deployment", ({ call }) => call.dimensions.deployment),
  fact("cost_reason", ({ call }) => call.cost.reason),
  fact("cost_source", ({ call }) => call.cost.source),
  fact("price_book", ({ call }) => call.cost.priceBook),
  fact("role_reason", ({ roleReason }) => roleReason),
];

/** Tells any two lists apart. */
function reasonsKey(reasons: readonly string[]): string | null {
  const [only] = reasons;
  if (only === undefined) return null;
  return reasons.length === 1 && !only.startsWith("[") ? only : JSON.stringify(reasons);
}

interface KnownFacts {
  values: readonly FactValue[];
  text: string;
}

/** Texts by the model that was asked for; the ones of a model as last used. */
const known = new Map<string | null, KnownFacts[]>();
let knownCount = 0;
/** Beyond this a model's texts are not worth searching. */
const MAX_PER_MODEL = 64;

/**
 * A row's facts as JSON of one level, for a column of few different texts: `simpleJSONExtractString` reads it once for each of them.
 * The same text object for the same facts, mostly.
 * @throws AppError `invalid_request` naming a count that is none.
 */
export function factsText(source: FactSource): string {
  const model = source.row.call.requestModel;
  const candidates = known.get(model) ?? [];
  for (let index = 0; index < candidates.length; index += 1) {
    const candidate = candidates[index] as KnownFacts;
    if (!matches(candidate.values, source)) continue;
    if (index > 0) {
      candidates[index] = candidates[index - 1] as KnownFacts;
      candidates[index - 1] = candidate;
    }
    return candidate.text;
  }
  return learn(source, model, candidates);
}

function matches(values: readonly FactValue[], source: FactSource): boolean {
  for (let index = 0; index < FACTS.length; index += 1) {
    if (FACTS[index]?.read(source) !== values[index]) return false;
  }
  return true;
}

function learn(source: FactSource, model: string | null, candidates: KnownFacts[]): string {
  const values = FACTS.map(({ read }) => read(source));
  const text = objectOf(
    FACTS.map(({ name, write }, index) => {
      const value = values[index] ?? null;
      if (value === null) return "";
      return write?.(source) ?? `"${name}":${typeof value === "string" ? quoted(value) : String(value)}`;
    }),
  );
  if (knownCount >= MAX_KNOWN_TEXTS) {
    known.clear();
    knownCount = 0;
  }
  if (candidates.length < MAX_PER_MODEL) knownCount += 1;
  else candidates.pop();
  candidates.push({ values, text });
  known.set(model, candidates);
  return text;
}

/** Facts by their names, as read from a text. */
export type Facts = Readonly<Record<string, unknown>>;

const parsed = new ParsedTexts((text) => JSON.parse(text) as Facts);

/** The reverse of `factsText`. @throws SyntaxError for a text that is none. */
export function readFacts(text: string): Facts {
  return parsed.of(text);
}
