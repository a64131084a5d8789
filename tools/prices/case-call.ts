import { decimalText } from "../../src/sdk/src/usage/openrouter-usage.js";
import type { Call } from "../../src/server/domain/call.js";
import { unknownUsage } from "../../src/server/domain/usage.js";
import type { Usage, UsageClass } from "../../src/server/domain/usage.js";
import { operatorPricingSchema } from "../../src/server/pricing/operator-pricing.js";
import type { OperatorPricing } from "../../src/server/pricing/operator-pricing.js";
import { STATED_CALL } from "../../src/server/pricing/stated-call.js";
import { ourName, ourProvider } from "./case-files.js";
import type { CostCase } from "./case-files.js";
import { readerFor, unitsBeside } from "./case-usage.js";

type Fields = Readonly<Record<string, unknown>>;

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
const isPresent = (value: unknown): boolean => value !== undefined && value !== null;
const fields = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};

/** Built-in tools as requests name them, and the usage that one call of each is. */
const TOOLS: readonly [RegExp, UsageClass][] = [
  [/^(web_search|web_search_preview|google_search|google_search_retrieval|live_search)/, "webSearchRequests"],
  [/^file_search/, "fileSearchCalls"],
  [/^(code_interpreter|container)/, "containerSessions"],
];

/** Tools that a case lists without telling how often they were called: taken as called once. */
export type AssumedTools = ReadonlySet<UsageClass>;

export interface Prepared {
  call: Call;
  operator: OperatorPricing;
  assumed: AssumedTools;
}

/** The tier as served, else as asked for. */
function tierOf(request: Fields, response: Fields, usage: Fields): string | null {
  const places = [
    response["service_tier"],
    usage["service_tier"],
    usage["serviceTier"],
    usage["trafficType"],
    fields(response["serviceTier"])["type"],
    request["service_tier"],
    fields(request["serviceTier"])["type"],
  ];
  return places.map(text).find((tier) => tier !== null) ?? null;
}

const firstText = (...values: unknown[]): string | null =>
  values.map(text).find((value) => value !== null) ?? null;

/** The case's usage by the wrapper's own readers, with billed units that stand outside the usage object. */
function usageOf(test: CostCase, provider: string, raw: unknown) {
  const response = test.response ?? {};
  const { read, operation } = readerFor(provider, test.api);
  const reading = read(raw);
  const usage: Usage = {
    ...unknownUsage(),
    inputTotal: reading.inputTotal,
    outputTotal: reading.outputTotal,
  };
  const units = unitsBeside(test.request, response, test.api);
  for (const [name, value] of Object.entries({ ...reading.usage, ...units })) {
    if (value !== undefined) usage[name as UsageClass] = value;
  }
  const assumed = new Set<UsageClass>();
  const tools = Array.isArray(test.request["tools"]) ? (test.request["tools"] as readonly unknown[]) : [];
  for (const tool of tools) {
    const word = text(tool) ?? text(fields(tool)["type"]) ?? "";
    const name = TOOLS.find(([pattern]) => pattern.test(word))?.[1];
    if (name === undefined || usage[name] !== null || Array.isArray(response["output"])) continue;
    usage[name] = 1;
    assumed.add(name);
  }
  return { usage, reading, operation, assumed };
}

/** The call that a case describes, and what the operator said about it. */
export function prepareCase(test: CostCase): Prepared {
  const request = test.request;
  const response = test.response ?? {};
  const provider = vendorOf(test);
  const raw = response["usage"] ?? response["usageMetadata"];
  const counts = fields(raw);
  const { usage, reading, operation, assumed } = usageOf(test, provider, raw);
  const status = refusedStatus(response);
  const call: Call = {
    ...STATED_CALL,
    startTimeUnixNano: BigInt(Date.parse(test.at)) * 1_000_000n,
    operation,
    provider,
    host: hostOf(test),
    requestModel: text(request["model"]),
    responseModel: firstText(response["model"], response["modelVersion"]),
    serviceTier: tierOf(request, response, counts),
    batch: request["batch"] === true,
    outcome: status === null ? "ok" : "error",
    httpStatus: status,
    usage,
    usageSource: reading.quality === "unknown" ? "none" : "provider",
    usageQuality: reading.quality,
    usageRule: reading.rule,
    billable: status === null,
    dimensions: {
      geo: firstText(counts["inference_geo"], response["inference_geo"], request["inference_geo"]),
      region: firstText(request["location"], request["region"]),
      speed: firstText(counts["speed"], response["speed"], request["speed"]),
      deployment: text(request["deployment"]),
      variant: variantOf(request),
    },
    providerReportedCost: decimalText(counts["cost"]),
  };
  return { call, operator: operatorOf(test), assumed };
}

/** HTTP status of a refused call, or null when it was answered. */
function refusedStatus(response: Fields): number | null {
  for (const [name, value] of Object.entries(response)) {
    if (/status/i.test(name) && typeof value === "number" && value >= 400) return value;
  }
  const refused = isPresent(response["error"]) || response["type"] === "error";
  return refused && !isPresent(response["usage"]) ? 400 : null;
}

function variantOf(request: Fields): Record<string, string> {
  const variant: Record<string, string> = {};
  for (const name of ["size", "quality", "resolution"]) {
    const value = text(request[name]);
    if (value !== null) variant[name] = value;
  }
  if (isPresent(request["document_annotation_format"]) || isPresent(request["bbox_annotation_format"]))
    variant["annotation"] = "yes";
  const context =
    text(request["search_context_size"]) ??
    text(fields(request["web_search_options"])["search_context_size"]) ??
    text(request["search_context"]);
  if (context !== null) variant["search_context"] = context;
  return variant;
}

/** What the operator said: the case's overrides, and its Azure deployment facts as a deployment mapping. */
function operatorOf(test: CostCase): OperatorPricing {
  const { request } = test;
  const deployment = text(request["deployment"]);
  const sku = text(request["deployment_sku"]);
  const overrides = (test.overrides ?? []).map((row) => {
    const base = {
      id: row.id,
      match: ourName(row.match),
      effectiveFrom: row.effective_from,
      effectiveTo: row.effective_to,
    };
    if (row.kind === "rates")
      return { ...base, kind: row.kind, rates: row.rates ?? {}, currency: row.currency ?? "USD" };
    if (row.kind === "gpu_hour") return { ...base, kind: row.kind, rates: row.rates ?? {} };
    if (row.kind === "volume_tiers") return { ...base, kind: row.kind, value: row.value ?? "1" };
    if (row.kind === "multiplier") {
      return {
        ...base,
        kind: row.kind,
        value: row.value ?? "1",
        classes: row.classes ?? null,
        stack: row.stack ?? false,
      };
    }
    if (row.kind === "free") return { ...base, kind: "zero" };
    if (row.kind === "commit") return { ...base, kind: "commitment" };
    return { ...base, kind: row.kind };
  });
  return operatorPricingSchema.parse({
    overrides,
    currencies: (test.currencies ?? []).map(({ currency, usd, effective_from: effectiveFrom }) => ({
      currency,
      usd,
      effectiveFrom,
    })),
    endpoints: endpointsOf(test),
    deployments:
      deployment === null || sku === null
        ? []
        : [{ provider: ourProvider(test.provider), name: deployment, sku, zone: text(request["data_zone"]) }],
  });
}

/** The provider word of a case; a self-hosted one is named by its server kind or pool, as telemetry does. */
function vendorOf(test: CostCase): string {
  if (test.provider !== "self-hosted") return ourProvider(test.provider);
  return test.canonical?.split("/")[0] ?? /^[a-z]+/.exec(test.api)?.[0] ?? "self_hosted";
}

/** A self-hosted pool at a host is one that the operator mapped. */
function endpointsOf(test: CostCase): { endpoint: string; pool: string }[] {
  const endpoint = hostOf(test);
  return test.provider === "self-hosted" && endpoint !== null ? [{ endpoint, pool: vendorOf(test) }] : [];
}

/** The host a case names; a self-hosted pool without one stands at a name of ours. */
function hostOf(test: CostCase): string | null {
  const named = firstText(test.request["base_url_host"], test.request["host"]);
  return (
    named ?? (test.provider === "self-hosted" && !test.api.startsWith("ollama") ? "pool.internal" : null)
  );
}
