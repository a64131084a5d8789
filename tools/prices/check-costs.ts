import type { Call, CostLine } from "../../src/server/domain/call.js";
import { canonicalDecimal, parseMoney } from "../../src/server/domain/money.js";
import { unknownUsage } from "../../src/server/domain/usage.js";
import type { Usage, UsageClass } from "../../src/server/domain/usage.js";
import { operatorPricingSchema } from "../../src/server/pricing/operator-pricing.js";
import type { OperatorPricing } from "../../src/server/pricing/operator-pricing.js";
import { priceCall } from "../../src/server/pricing/price-call.js";
import type { PriceBook } from "../../src/server/pricing/price-book.js";
import { decimalText } from "../../src/sdk/src/usage/openrouter-usage.js";
import { ourName, ourProvider, theirName } from "./case-files.js";
import type { CostCase, Verdict } from "./case-files.js";
import { readerFor, unitsBeside } from "./case-usage.js";

type Fields = Readonly<Record<string, unknown>>;

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
const fields = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};

/** Tool calls that the reply's output items would show; case files leave the items out. */
const TOOL_CLASSES: Readonly<Record<string, UsageClass>> = {
  web_search: "webSearchRequests",
  google_search_prompt: "webSearchRequests",
  google_search_query: "webSearchRequests",
  file_search: "fileSearchCalls",
  container_session: "containerSessions",
  code_interpreter: "containerSessions",
  code_interpreter_session: "containerSessions",
};

interface Prepared {
  call: Call;
  operator: OperatorPricing;
  remarks: string[];
}

/** The call that a case describes, its usage read by the wrapper's own readers. */
function prepare(test: CostCase): Prepared {
  const remarks: string[] = [];
  const request = test.request;
  const response = test.response ?? {};
  const provider = vendorOf(test);
  const raw = response["usage"] ?? response["usageMetadata"];
  const rawFields = fields(raw);
  const { read, operation } = readerFor(provider, test.api);
  const reading = read(raw);
  const usage: Usage = {
    ...unknownUsage(),
    inputTotal: reading.inputTotal,
    outputTotal: reading.outputTotal,
  };
  for (const [name, value] of Object.entries({
    ...reading.usage,
    ...unitsBeside(request, response, test.api),
  })) {
    if (value !== undefined) usage[name as UsageClass] = value;
  }
  for (const line of test.expect.lines) {
    const name = TOOL_CLASSES[line.rate_class];
    const asked = Array.isArray(request["tools"]) && request["tools"].length > 0;
    if (name !== undefined && usage[name] === null && asked) {
      usage[name] = Number.parseInt(line.quantity, 10);
      remarks.push(
        `the case holds no output items: ${line.quantity} ${line.rate_class} calls taken as given`,
      );
    }
  }
  const status = refusedStatus(response);
  const tier =
    text(response["service_tier"]) ??
    text(rawFields["service_tier"]) ??
    text(rawFields["serviceTier"]) ??
    text(rawFields["trafficType"]) ??
    text(fields(response["serviceTier"])["type"]) ??
    text(request["service_tier"]) ??
    text(fields(request["serviceTier"])["type"]);
  const call: Call = {
    ...blankCall(test.at),
    operation,
    provider,
    providerStated: false,
    host: text(request["base_url_host"]) ?? text(request["host"]),
    requestModel: text(request["model"]),
    responseModel: text(response["model"]) ?? text(response["modelVersion"]),
    serviceTier: tier,
    batch: request["batch"] === true,
    outcome: status === null ? "ok" : "error",
    httpStatus: status,
    usage,
    usageSource: reading.quality === "unknown" ? "none" : "provider",
    usageQuality: reading.quality,
    usageRule: reading.rule,
    billable: status === null,
    dimensions: {
      geo:
        text(rawFields["inference_geo"]) ?? text(response["inference_geo"]) ?? text(request["inference_geo"]),
      region: text(request["location"]) ?? text(request["region"]),
      speed: text(rawFields["speed"]) ?? text(response["speed"]) ?? text(request["speed"]),
      deployment: text(request["deployment"]),
      variant: variantOf(request),
    },
    providerReportedCost: decimalText(rawFields["cost"]),
  };
  return { call, operator: operatorOf(test), remarks };
}

/** HTTP status of a refused call, or null when it was answered. */
function refusedStatus(response: Fields): number | null {
  for (const name of ["http_status", "status_code", "status", "httpStatus"]) {
    const value = response[name];
    if (typeof value === "number" && value >= 400) return value;
  }
  return response["error"] !== undefined && response["error"] !== null && response["usage"] == null
    ? 400
    : null;
}

function variantOf(request: Fields): Record<string, string> {
  const variant: Record<string, string> = {};
  for (const name of ["size", "quality", "resolution"]) {
    const value = text(request[name]);
    if (value !== null) variant[name] = value;
  }
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
    if (row.kind === "rates" || row.kind === "gpu_hour")
      return { ...base, kind: row.kind, rates: row.rates ?? {} };
    if (row.kind === "multiplier") {
      return {
        ...base,
        kind: row.kind,
        value: row.value ?? "1",
        classes: row.classes ?? null,
        stack: row.stack ?? false,
      };
    }
    if (row.kind === "commit") return { ...base, kind: "commitment" };
    return { ...base, kind: row.kind };
  });
  return operatorPricingSchema.parse({
    overrides,
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
  const endpoint = text(test.request["base_url_host"]) ?? text(test.request["host"]);
  return test.provider === "self-hosted" && endpoint !== null ? [{ endpoint, pool: vendorOf(test) }] : [];
}

function blankCall(at: string): Call {
  return {
    traceId: "0".repeat(32),
    spanId: "0".repeat(16),
    parentSpanId: null,
    startTimeUnixNano: BigInt(Date.parse(at)) * 1_000_000n,
    durationMs: 1,
    timeToFirstChunkMs: null,
    operation: "chat",
    provider: "",
    clientFlavor: null,
    host: null,
    requestModel: null,
    responseModel: null,
    serviceTier: null,
    batch: false,
    streaming: false,
    responseId: null,
    requestId: null,
    outcome: "ok",
    httpStatus: 200,
    errorType: null,
    finishReasons: [],
    attempts: [],
    attemptCount: 1,
    retryCount: 0,
    rateLimits: [],
    usage: unknownUsage(),
    usageSource: "none",
    usageQuality: "unknown",
    usageRule: "",
    billable: true,
    dimensions: { geo: null, region: null, speed: null, deployment: null, variant: {} },
    providerReportedCost: null,
    attribution: {
      service: null,
      environment: null,
      user: null,
      team: null,
      feature: null,
      session: null,
      customer: null,
      tags: {},
    },
    source: { scope: "prices:check", scopeVersion: "", dialect: "case" },
  };
}

const same = (a: string | null, b: string | null): boolean =>
  a === null || b === null ? a === b : parseMoney(a) === parseMoney(b);

/** Case files name the price of written tokens by its five-minute kind, and variants of a unit class in its name. */
function theirClass(line: CostLine, expected: CostCase["expect"]["lines"]): string {
  const names = expected.map((row) => row.rate_class);
  if (names.includes(line.class)) return line.class;
  const synonyms: Readonly<Record<string, RegExp>> = {
    cache_write: /^cache_write/,
    image: /^image:/,
    request: /^request/,
    web_search: /^web_search/,
    google_search_query: /^(google_search|web_search|grounded)/,
    google_search_prompt: /^(google_search|grounded)/,
    container_session: /^(container|code_interpreter)/,
    audio_second: /^audio_(second|minute)/,
    character: /^(input_)?character/,
    page: /page/,
    video_second: /video/,
    search_query: /search/,
    search_unit: /search/,
    output_citation: /citation/,
  };
  return names.find((name) => synonyms[line.class]?.test(name) === true) ?? line.class;
}

/** Price of one unit as an exact fraction over a common denominator: `0.36 per 3600` equals `0.006 per 60`. */
function samePrice(price: string, per: number, otherPrice: string, otherPer: string): boolean {
  return parseMoney(price) * BigInt(otherPer) === parseMoney(otherPrice) * BigInt(per);
}

function product(values: readonly string[]): string {
  let scaled = 1_000_000_000_000_000_000n;
  for (const value of values) scaled = (scaled * parseMoney(value)) / 1_000_000_000_000_000_000n;
  return scaled.toString();
}

function sameLine(
  line: CostLine,
  expected: CostCase["expect"]["lines"],
  row: CostCase["expect"]["lines"][number],
): boolean {
  return (
    theirClass(line, expected) === row.rate_class &&
    canonicalDecimal(line.quantity) === canonicalDecimal(row.quantity) &&
    samePrice(line.unitPrice, line.per, row.rate_usd, row.per) &&
    product(line.factors.map(({ factor }) => factor)) ===
      product(row.multipliers.map(({ value }) => value)) &&
    same(line.amount, row.amount_usd)
  );
}

/** The lines differ as sets; lines of zero quantity say nothing and are left out on both sides. */
function lineDifferences(lines: readonly CostLine[], expected: CostCase["expect"]["lines"]): string[] {
  const used = (quantity: string) => parseMoney(quantity) !== 0n;
  const ours = lines.filter(({ quantity }) => used(quantity));
  const theirs = expected.filter(({ quantity }) => used(quantity));
  const missing = theirs.filter((row) => !ours.some((line) => sameLine(line, expected, row)));
  const extra = ours.filter((line) => !theirs.some((row) => sameLine(line, expected, row)));
  return [
    ...missing.map(
      (row) =>
        `expected line ${row.rate_class} ${row.quantity} x ${row.rate_usd}/${row.per} = ${row.amount_usd}`,
    ),
    ...extra.map(
      (line) =>
        `our line ${line.class} ${line.quantity} x ${line.unitPrice}/${String(line.per)}${line.factors.map(({ factor }) => ` x ${factor}`).join("")} = ${line.amount} (${line.rateId})`,
    ),
  ];
}

/** What differs between the engine's answer and a case: status, reason, total, model and lines, exactly. Never throws for a valid case. */
export function checkCost(test: CostCase, book: PriceBook): Verdict {
  const { call, operator, remarks } = prepare(test);
  const priced = priceCall(call, { book, operator });
  const { cost } = priced;
  const differences: string[] = [];
  const expectReason = test.expect.reason;
  if (cost.status !== test.expect.status)
    differences.push(
      `status ${cost.status}, expected ${test.expect.status} (our reason: ${String(cost.reason)})`,
    );
  if (cost.reason !== expectReason && !sameReason(cost.reason, expectReason)) {
    differences.push(`reason ${String(cost.reason)}, expected ${String(expectReason)}`);
  }
  const total = cost.status === "priced" ? cost.total : null;
  const known = cost.status === "partial" ? cost.total : null;
  if (!same(total, test.expect.cost_usd))
    differences.push(`cost ${String(total)}, expected ${String(test.expect.cost_usd)}`);
  if (!same(known, test.expect.known_part_usd)) {
    differences.push(`known part ${String(known)}, expected ${String(test.expect.known_part_usd)}`);
  }
  const name = priced.pricedModel === null ? null : theirName(priced.pricedModel);
  if (test.canonical !== null && name !== test.canonical)
    differences.push(`model ${String(name)}, expected ${test.canonical}`);
  differences.push(...lineDifferences(cost.lines, test.expect.lines));
  return { id: test.id, grade: test.grade, differences, remarks };
}

/** A call at a host that nobody mapped is `endpoint_unmapped` here; case files know it as a provider without prices. */
function sameReason(ours: string | null, theirs: string | null): boolean {
  return (
    ours === "endpoint_unmapped" && (theirs === "no_price_for_provider" || theirs === "provider_ambiguous")
  );
}
