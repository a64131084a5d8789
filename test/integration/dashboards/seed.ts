import type {
  Attempt,
  Attribution,
  CostLine,
  PriceDimensions,
  PricedCall,
} from "../../../src/server/domain/call.js";
import type { LedgerRow } from "../../../src/server/domain/ledger-row.js";
import { type Usage, unknownUsage } from "../../../src/server/domain/usage.js";

/** A small reproducible random source, 0 inclusive to 1 exclusive (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Feature {
  name: string | null;
  model: string | null;
  provider: string;
  weight: number;
  inputTokens: number;
  outputTokens: number;
  cached: number;
  retries: number;
  /** Share of calls whose first chunk was seen. */
  streamed: number;
  /** Price per million tokens in micro-dollars; null: the book does not know the model. */
  price: number | null;
}

/** Few enough to read, different enough that every panel has something to show. A quote and a backslash are in the names. */
const FEATURES: readonly Feature[] = [
  {
    name: "support-chat",
    model: "gpt-4.1",
    provider: "openai",
    weight: 5,
    inputTokens: 6_000,
    outputTokens: 400,
    cached: 0,
    retries: 0.01,
    streamed: 0.6,
    price: 2_000_000,
  },
  {
    name: "doc-search",
    model: "claude-sonnet-4-5",
    provider: "anthropic",
    weight: 4,
    inputTokens: 9_000,
    outputTokens: 600,
    cached: 0.85,
    retries: 0.02,
    streamed: 0.6,
    price: 3_000_000,
  },
  {
    name: "nightly-agent",
    model: "gpt-4.1-mini",
    provider: "openai",
    weight: 3,
    inputTokens: 2_500,
    outputTokens: 900,
    cached: 0.2,
    retries: 0.6,
    streamed: 0,
    price: 400_000,
  },
  {
    name: "o'brien's \\ test",
    model: "claude-haiku-4-5",
    provider: "anthropic",
    weight: 1,
    inputTokens: 800,
    outputTokens: 200,
    cached: 0,
    retries: 0,
    streamed: 0.6,
    price: 1_000_000,
  },
  {
    name: null,
    model: "in-house-7b",
    provider: "self_hosted",
    weight: 1,
    inputTokens: 1_200,
    outputTokens: 300,
    cached: 0,
    retries: 0,
    streamed: 0.6,
    price: null,
  },
];

const NO_DIMENSIONS: PriceDimensions = {
  geo: null,
  region: null,
  speed: null,
  deployment: null,
  variant: {},
};

const USERS = ["ada", "grace", "alan", "x' OR 1=1 --", null] as const;

const hex = (value: number, length: number): string => value.toString(16).padStart(length, "0");

function pick<T>(items: readonly T[], random: number): T {
  const item = items[Math.floor(random * items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

const decimal = (pico: bigint): string =>
  `${pico / 1_000_000_000_000n}.${String(pico % 1_000_000_000_000n).padStart(12, "0")}`;

/** What each class costs, as a multiple of uncached input. */
const PRICE_FACTORS = [
  ["input", "inputUncached", 100n],
  ["cache_read", "cacheRead", 10n],
  ["cache_write_5m", "cacheWrite5m", 125n],
  ["output", "output", 400n],
  ["output_reasoning", "outputReasoning", 400n],
] as const;

/** Cost lines of a usage at micro-dollars per million input tokens, and their exact sum in units of 1e-12 USD. */
function priced(usage: Usage, microPerMillion: number): { lines: CostLine[]; total: bigint } {
  const lines = PRICE_FACTORS.flatMap(([name, field, percent]) => {
    const quantity = usage[field] ?? 0;
    const unit = (BigInt(microPerMillion) * percent) / 100n;
    if (quantity === 0) return [];
    const amount = decimal(BigInt(quantity) * unit);
    const unitPrice = decimal(unit * 1_000_000n);
    return [
      {
        class: name,
        quantity: String(quantity),
        unitPrice,
        per: 1_000_000,
        factors: [],
        amount,
        rateId: "test",
      },
    ];
  });
  const total = PRICE_FACTORS.reduce(
    (sum, [, field, percent]) =>
      sum + (BigInt(usage[field] ?? 0) * (BigInt(microPerMillion) * percent)) / 100n,
    0n,
  );
  return { lines, total };
}

function attemptsOf(startMs: number, durationMs: number, retries: number, isError: boolean): Attempt[] {
  const share = durationMs / (retries + 1);
  return Array.from({ length: retries + 1 }, (_, index) => {
    const isLast = index === retries;
    return {
      index,
      startTime: new Date(startMs + index * share).toISOString(),
      durationMs: share * 0.8,
      httpStatus: isLast && !isError ? 200 : 429,
      errorType: isLast && !isError ? null : "rate_limit_exceeded",
      retryAfterMs: isLast ? null : 500,
    };
  });
}

/** Disjoint token classes that add up to the totals. */
function usageOf(feature: Feature, random: () => number): Usage {
  const input = Math.round(feature.inputTokens * (0.5 + random()));
  const output = Math.round(feature.outputTokens * (0.3 + random() * 1.4));
  const cached = random() < feature.cached ? Math.round(input * 0.8) : 0;
  const written = feature.provider === "anthropic" && cached === 0 ? Math.round(input * 0.3) : 0;
  const reasoning = feature.model === "gpt-4.1" ? Math.round(output * 0.4) : 0;
  return {
    ...unknownUsage(),
    inputUncached: input - cached - written,
    cacheRead: cached,
    cacheWrite5m: written,
    output: output - reasoning,
    outputReasoning: reasoning,
    inputTotal: input,
    outputTotal: output,
  };
}

function pricingOf(
  feature: Feature,
  usage: Usage,
  isBillable: boolean,
): Pick<PricedCall, "pricedModel" | "matchRule" | "cost"> {
  const cost = isBillable && feature.price !== null ? priced(usage, feature.price) : null;
  const total = cost === null ? null : decimal(cost.total);
  return {
    pricedModel: cost === null ? null : feature.model,
    matchRule: cost === null ? null : "exact",
    cost: {
      status: cost !== null ? "priced" : isBillable ? "unpriced" : "not_billable",
      reason: cost === null && isBillable ? "model_unknown" : null,
      total,
      currency: "USD",
      lines: cost?.lines ?? [],
      priceBook: cost === null ? null : "test",
      source: "list",
      listTotal: total,
      providerReported: null,
    },
  };
}

function attributionOf(feature: Feature, random: () => number): Attribution {
  return {
    service: "shop",
    environment: random() < 0.9 ? "production" : "staging",
    user: pick(USERS, random()),
    team: "web",
    feature: feature.name,
    session: `s${Math.floor(random() * 40)}`,
    customer: random() < 0.5 ? pick(["acme", "globex"], random()) : null,
    tags: {},
  };
}

const WEIGHTED = FEATURES.flatMap((feature) => Array.from({ length: feature.weight }, () => feature));

function callOf(index: number, startMs: number, random: () => number): PricedCall {
  const feature = pick(WEIGHTED, random());
  const isError = random() < 0.03;
  const retries = random() < feature.retries ? 1 + Math.floor(random() * 3) : 0;
  const durationMs = 300 + random() * 4_000 + retries * 800;
  const reported = usageOf(feature, random);
  const usage = isError ? unknownUsage() : reported;
  return {
    traceId: hex(index + 1, 32),
    spanId: hex(index + 1, 16),
    parentSpanId: null,
    startTimeUnixNano: BigInt(Math.round(startMs)) * 1_000_000n,
    durationMs,
    timeToFirstChunkMs: random() < feature.streamed ? durationMs * 0.2 : null,
    operation: "chat",
    provider: feature.provider,
    clientFlavor: feature.provider,
    host: null,
    requestModel: feature.model,
    responseModel: feature.model,
    serviceTier: null,
    batch: false,
    streaming: random() < 0.6,
    responseId: `resp_${index}`,
    requestId: null,
    outcome: isError ? "error" : random() < 0.02 ? "abandoned" : "ok",
    httpStatus: isError ? 429 : 200,
    errorType: isError ? "rate_limit_exceeded" : null,
    finishReasons: isError ? [] : ["stop"],
    attempts: attemptsOf(startMs, durationMs, retries, isError),
    attemptCount: retries + 1,
    retryCount: retries,
    rateLimits: [{ kind: "requests", limit: 500, remaining: Math.floor(random() * 500), resetAt: null }],
    usage,
    usageSource: isError ? "none" : "provider",
    usageQuality: isError ? "unknown" : "exact",
    usageRule: "test",
    billable: !isError,
    dimensions: NO_DIMENSIONS,
    providerReportedCost: null,
    attribution: attributionOf(feature, random),
    source: { scope: "@spanledger/sdk", scopeVersion: "0.1.0", dialect: "spanledger" },
    ...pricingOf(feature, usage, !isError),
  };
}

/**
 * `count` calls of one project spread evenly over the `days` before `endMs`, the same for the same arguments. Ids start at
 * `firstId`, so that two projects never share one.
 */
export function seedRows(options: {
  project: string;
  count: number;
  days: number;
  endMs: number;
  firstId?: number;
}): LedgerRow[] {
  const random = randomFrom(42);
  const spanMs = options.days * 86_400_000;
  return Array.from({ length: options.count }, (_, index) => {
    const startMs = options.endMs - spanMs + ((index + 0.5) / options.count) * spanMs;
    const call = callOf((options.firstId ?? 0) + index, startMs, random);
    return {
      project: options.project,
      version: 1n,
      callId: `call_${options.project}_${index}`,
      role: "call" as const,
      roleReason: null,
      otherSpanIds: [],
      call,
      delivered: null,
      ingestedAtMs: Math.round(startMs + call.durationMs) + 400,
    };
  });
}
