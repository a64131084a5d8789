import type { Usage, UsageQuality, UsageSource } from "./usage.js";

export type Operation =
  | "chat"
  | "generate_content"
  | "text_completion"
  | "embeddings"
  | "image"
  | "audio"
  | "rerank"
  | "other";

export type Outcome = "ok" | "error" | "cancelled" | "abandoned";

/** One HTTP attempt of a call. `startTime` is RFC 3339 UTC; `index` counts from 0. */
export interface Attempt {
  index: number;
  startTime: string | null;
  durationMs: number | null;
  httpStatus: number | null;
  errorType: string | null;
  retryAfterMs: number | null;
}

export type RateLimitKind = "requests" | "tokens" | "input_tokens" | "output_tokens";

/** One limit window as the provider last reported it; `resetAt` is RFC 3339 UTC. */
export interface RateLimit {
  kind: RateLimitKind;
  limit: number | null;
  remaining: number | null;
  resetAt: string | null;
}

/** Who and what a call was for. Unknown is null; tags are free key-value pairs. */
export interface Attribution {
  service: string | null;
  environment: string | null;
  user: string | null;
  team: string | null;
  feature: string | null;
  session: string | null;
  customer: string | null;
  tags: Record<string, string>;
}

/** Facts beside model and usage that choose a rate. Kept raw, as reported by the provider (response before request). */
export interface PriceDimensions {
  /** Where the provider said the call ran, e.g. `us` (Anthropic inference_geo, Bedrock profile prefix). */
  geo: string | null;
  /** Cloud region, e.g. `eu-central-1`. */
  region: string | null;
  /** Anthropic `usage.speed`: standard | fast. */
  speed: string | null;
  /** Azure deployment name, Bedrock profile ARN: opaque names that only an operator can map. */
  deployment: string | null;
  /** Image size and quality, search context size: variant keys of a rate. */
  variant: Record<string, string>;
}

export type CostStatus = "priced" | "partial" | "unpriced" | "not_billable";
export type CostSource = "list" | "override" | "provider_reported" | "self_hosted";

/** One line of a call's cost. Money is decimal text in USD; `amount` is rounded once, half-even, at 1e-12. */
export interface CostLine {
  /** Price class, snake_case: input, output, cache_read, cache_write_1h, web_search, ... */
  class: string;
  quantity: string;
  unitPrice: string;
  /** Units the price is for, e.g. 1000000. */
  per: number;
  factors: { name: string; factor: string }[];
  amount: string;
  rateId: string;
}

export interface Cost {
  status: CostStatus;
  /** Machine reason when not fully priced: model_unknown, rate_class_unknown:<class>, usage_missing, ... */
  reason: string | null;
  /** Decimal USD: sum of the lines; for `partial` the known part; null when unpriced. */
  total: string | null;
  currency: "USD";
  lines: CostLine[];
  priceBook: string | null;
  source: CostSource;
  listTotal: string | null;
  providerReported: string | null;
}

/** A call as one span reported it, before pricing. Field names are the public contract (docs/api.md). */
export interface Call {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  /** Start in nanoseconds since the Unix epoch. */
  startTimeUnixNano: bigint;
  durationMs: number;
  timeToFirstChunkMs: number | null;
  operation: Operation;
  /** Billing vendor (OpenTelemetry provider names where they exist). */
  provider: string;
  /** True when the application named the vendor itself (`observe(client, { provider })`): settles a private host. Absent = false. */
  providerStated?: boolean;
  clientFlavor: string | null;
  host: string | null;
  requestModel: string | null;
  responseModel: string | null;
  serviceTier: string | null;
  batch: boolean;
  streaming: boolean;
  responseId: string | null;
  requestId: string | null;
  outcome: Outcome;
  httpStatus: number | null;
  errorType: string | null;
  finishReasons: string[];
  attempts: Attempt[];
  attemptCount: number;
  retryCount: number;
  rateLimits: RateLimit[];
  usage: Usage;
  usageSource: UsageSource;
  usageQuality: UsageQuality;
  usageRule: string;
  /** Whether this record, taken by itself, is a call that costs money. */
  billable: boolean;
  dimensions: PriceDimensions;
  /** Cost as the provider or a gateway stated it, decimal USD. */
  providerReportedCost: string | null;
  attribution: Attribution;
  source: { scope: string; scopeVersion: string; dialect: string };
}

/** A call with its cost and the model the price was found for. */
export interface PricedCall extends Call {
  pricedModel: string | null;
  matchRule: string | null;
  cost: Cost;
}
