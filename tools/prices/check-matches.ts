import type { PriceBook } from "../../src/server/pricing/price-book.js";
import { matchModel } from "../../src/server/pricing/model-match.js";
import { operatorPricingSchema } from "../../src/server/pricing/operator-pricing.js";
import type { OperatorPricing } from "../../src/server/pricing/operator-pricing.js";
import { isGateway } from "../../src/server/pricing/provider-names.js";
import { settleProvider } from "../../src/server/pricing/settle-provider.js";
import { suggestModel } from "../../src/server/pricing/suggest-model.js";
import { ourName, ourProvider, theirName, theirProvider } from "./case-files.js";
import type { MatchCase, Verdict } from "./case-files.js";

type Fields = Readonly<Record<string, unknown>>;

const fields = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};
const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

const SELF_HOSTED = /^(vllm|ollama|sglang|tgi|self[-_]hosted|llama|lmstudio|triton|pool)/;

/** Operator maps of a case in our shapes. */
function operatorOf(test: MatchCase): OperatorPricing {
  const endpoints = Object.entries(fields(test.context["operator_endpoints"])).map(([endpoint, target]) => {
    const word = text(target) ?? text(fields(target)["provider"]) ?? text(fields(target)["pool"]) ?? "";
    return SELF_HOSTED.test(word) || fields(target)["pool"] !== undefined
      ? { endpoint, pool: word }
      : { endpoint, provider: ourProvider(word) };
  });
  const hint = ourProvider(test.provider_hint ?? "");
  const deployments = Object.entries(fields(test.context["operator_map"])).map(([name, target]) =>
    deploymentOf(name, target, hint),
  );
  return operatorPricingSchema.parse({ endpoints, deployments });
}

/** `<provider>/<model>` in our words, or null for an id alone. */
function canonicalOf(stated: string | null): string | null {
  return stated !== null && stated.includes("/") && !stated.startsWith("arn:") ? ourName(stated) : null;
}

/** A mapping of a case: what a name stands for, as text or with its facts. */
function deploymentOf(name: string, target: unknown, hint: string) {
  const facts = fields(target);
  const stated = text(target) ?? text(facts["model"]) ?? text(facts["profile"]);
  const canonical = canonicalOf(stated);
  const model = canonical === null ? stated : canonical.slice(canonical.indexOf("/") + 1);
  const zoned = model === null ? null : /^(us-gov|global|apac|us|eu|jp|au|ca):(.+)$/.exec(model);
  // An alias of a gateway keeps the vendor in its target.
  if (canonical !== null && (isGateway(hint) || hint === ""))
    return { provider: hint === "" ? "unknown" : hint, name, model: canonical };
  return {
    provider:
      text(facts["provider"]) === null
        ? (canonical?.slice(0, canonical.indexOf("/")) ?? hint)
        : ourProvider(String(facts["provider"])),
    name,
    model: zoned?.[2] ?? model,
    sku: text(facts["sku"]),
    zone: text(facts["zone"]) ?? text(facts["geo"]) ?? zoned?.[1] ?? null,
  };
}

/** What differs between our match and a case: canonical name, provider, geography, reason, suggestion, confidence. */
export function checkMatch(test: MatchCase, book: PriceBook): Verdict {
  const operator = operatorOf(test);
  const provider = test.provider_hint ?? "";
  const settlement = settleProvider(
    {
      provider,
      providerStated: false,
      host: test.server_address,
      requestModel: test.request_model,
      clientFlavor: null,
    },
    book,
    operator,
  );
  const match = matchModel(
    {
      host: test.server_address,
      responseModel: test.response_model,
      deployment: null,
      geo: null,
      region: null,
    },
    settlement,
    book,
    operator,
  );
  // A pool that nobody mapped has a name and no price: to the cases that is no match.
  const matched =
    match.kind === "listed" || (match.kind === "pool" && match.confidence !== "none") ? match : null;
  const differences: string[] = [];
  const remarks: string[] = [];
  const compare = (what: string, ours: string | null, theirs: string | null) => {
    if (ours !== theirs) differences.push(`${what} ${String(ours)}, expected ${String(theirs)}`);
  };
  const { expect } = test;
  compare("canonical", matched === null ? null : theirName(matched.canonical), expect.canonical);
  if (matched !== null) {
    const pool =
      matched.kind === "pool" ? matched.canonical.slice(0, matched.canonical.indexOf("/")) : matched.provider;
    compare("provider", theirProvider(pool), expect.billing_provider);
    compare("geo", matched.kind === "listed" ? matched.geo : null, expect.geo);
    if (matched.confidence !== expect.confidence) {
      remarks.push(
        `confidence ${matched.confidence}, expected ${expect.confidence} (${expect.rule}; our rule: ${matched.rule})`,
      );
    }
  }
  compare("reason", reasonOf(match, matched, expect.unpriced_reason), expect.unpriced_reason);
  if (matched === null) {
    const providers =
      settlement.reason === "provider_ambiguous"
        ? ["openai", "anthropic", "gcp.gemini", "mistral_ai"]
        : settlement.reason === "endpoint_unmapped"
          ? []
          : [settlement.provider];
    const suggestion = suggestModel(book, providers, [test.response_model, settlement.requestModel]);
    compare("suggestion", suggestion === null ? null : theirName(suggestion), expect.suggestion);
  }
  return { id: test.id, grade: test.grade, differences, remarks };
}

/** A host that nobody mapped is `endpoint_unmapped` here; case files know it as a provider without prices. */
function reasonOf(
  match: ReturnType<typeof matchModel>,
  matched: unknown,
  theirs: string | null,
): string | null {
  if (matched !== null) return null;
  const ours = match.kind === "none" ? match.reason : "no_price_for_provider";
  const older = theirs === "no_price_for_provider" || theirs === "provider_ambiguous";
  return ours === "endpoint_unmapped" && older ? theirs : ours;
}
