import type { Call } from "../domain/call.js";
import type { RuleSet } from "../domain/price.js";
import type { ModelMatch } from "./model-match.js";
import type { PriceOverride } from "./operator-pricing.js";

/** Who bills, what is priced and what the operator may say about it: all that does not depend on a call's time and usage. */
export interface Resolved {
  provider: string;
  match: ModelMatch;
  ruleSet: RuleSet | null;
  overrides: readonly PriceOverride[];
}

interface Entry {
  call: Call;
  resolved: Resolved;
}

const MAX_ENTRIES = 20_000;

/**
 * Answers by the facts that decide them, bounded. Calls are found by model and compared field by field: on the ingest path this is
 * several times cheaper than a key made of all fields.
 */
export class ResolvedCache {
  readonly #byModel = new Map<string, Entry[]>();
  #size = 0;

  find(call: Call): Resolved | null {
    const entries = this.#byModel.get(call.responseModel ?? call.requestModel ?? "");
    if (entries === undefined) return null;
    for (const entry of entries) if (sameFacts(entry.call, call)) return entry.resolved;
    return null;
  }

  add(call: Call, resolved: Resolved): void {
    if (this.#size >= MAX_ENTRIES) {
      this.#byModel.clear();
      this.#size = 0;
    }
    const model = call.responseModel ?? call.requestModel ?? "";
    const entries = this.#byModel.get(model);
    // The facts alone are kept: a cached call must not keep its attempts and attribution alive.
    const entry = { call: factsOf(call), resolved };
    if (entries === undefined) this.#byModel.set(model, [entry]);
    else if (entries.length < MAX_PER_MODEL) entries.push(entry);
    else entries[this.#size % MAX_PER_MODEL] = entry;
    this.#size += 1;
  }
}

const MAX_PER_MODEL = 64;

function factsOf(call: Call): Call {
  return { ...call, attempts: [], rateLimits: [], finishReasons: [], attribution: NOBODY };
}

const NOBODY: Call["attribution"] = {
  service: null,
  environment: null,
  user: null,
  team: null,
  feature: null,
  session: null,
  customer: null,
  tags: {},
};

function sameFacts(a: Call, b: Call): boolean {
  return (
    a.provider === b.provider &&
    a.requestModel === b.requestModel &&
    a.responseModel === b.responseModel &&
    a.host === b.host &&
    a.clientFlavor === b.clientFlavor &&
    (a.providerStated === true) === (b.providerStated === true) &&
    a.dimensions.deployment === b.dimensions.deployment &&
    a.dimensions.geo === b.dimensions.geo &&
    a.dimensions.region === b.dimensions.region
  );
}
