/** The API's JSON, as far as the page reads it (docs/api.md). Money is decimal text, times are RFC 3339, unknown is null. */

export interface BoardSummary {
  uid: string;
  title: string;
  description: string;
}

export interface PanelResult {
  refId: string;
  format: 0 | 1;
  from: string;
  to: string;
  intervalMs: number;
  columns: { name: string; type: string }[];
  rows: unknown[][];
  sql: string;
}

export interface VariableValue {
  value: string;
  text: string;
}

export interface CallAttempt {
  index: number;
  startTime: string | null;
  durationMs: number | null;
  httpStatus: number | null;
  errorType: string | null;
  retryAfterMs: number | null;
}

export interface CostLine {
  class: string;
  quantity: string;
  unitPrice: string;
  per: number;
  factors: { name: string; factor: string }[];
  amount: string;
  rateId: string;
}

export interface RateLimit {
  kind: string;
  limit: number | null;
  remaining: number | null;
  resetAt: string | null;
}

export interface LedgerCall {
  id: string;
  traceId: string;
  spanId: string;
  otherSpanIds: string[];
  startTime: string;
  durationMs: number;
  timeToFirstChunkMs: number | null;
  operation: string;
  provider: string;
  clientFlavor: string | null;
  host: string | null;
  requestModel: string | null;
  responseModel: string | null;
  pricedModel: string | null;
  matchRule: string | null;
  serviceTier: string | null;
  batch: boolean;
  streaming: boolean;
  responseId: string | null;
  requestId: string | null;
  outcome: string;
  httpStatus: number | null;
  errorType: string | null;
  finishReasons: string[];
  attempts: CallAttempt[];
  attemptCount: number;
  retryCount: number;
  rateLimits: RateLimit[];
  usage: Record<string, number | null>;
  usageSource: string;
  usageQuality: string;
  usageRule: string;
  billable: boolean;
  cost: {
    status: "priced" | "partial" | "unpriced" | "not_billable";
    reason: string | null;
    total: string | null;
    lines: CostLine[];
    priceBook: string | null;
    source: string;
    listTotal: string | null;
    providerReported: string | null;
  };
  attribution: {
    service: string | null;
    environment: string | null;
    user: string | null;
    team: string | null;
    feature: string | null;
    session: string | null;
    customer: string | null;
    tags: Record<string, string>;
  };
  source: { scope: string; scopeVersion: string; dialect: string };
}

export interface CallPage {
  data: LedgerCall[];
  nextCursor: string | null;
}
