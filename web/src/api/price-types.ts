/** The API's JSON of prices, mappings and re-pricing (docs/pricing.md). Money is decimal text, times are RFC 3339. */
import type { BookState } from "./book-types.js";
import type { LedgerCall } from "./types.js";

export interface Rate {
  id: string;
  provider: string;
  model: string;
  class: string;
  price: string;
  currency: string;
  per: number;
  unit: string;
  tier: string;
  geo: string | null;
  minPromptTokens: number;
  minInclusive?: boolean;
  variant: Record<string, string> | null;
  effectiveFrom: string | null;
  effectiveTo: string | null;
  utcWindows: unknown;
  source: string;
  sourceUrl: string | null;
  sourceSeenAt: string | null;
  status: string;
}

export interface PriceList {
  data: Rate[];
  nextCursor: string | null;
  priceBook: string;
  book?: BookState;
}

export interface Estimate {
  provider: string;
  model: string;
  at: string;
  pricedModel: string | null;
  matchRule: string | null;
  cost: LedgerCall["cost"];
  suggestion: string | null;
}

export interface UnpricedGroup {
  provider: string;
  host: string | null;
  requestModel: string | null;
  responseModel: string | null;
  serviceTier: string | null;
  status: "unpriced" | "partial";
  reason: string | null;
  calls: number;
  inputTokens: number | null;
  outputTokens: number | null;
  firstSeen: string | null;
  lastSeen: string | null;
  suggestions?: string[];
  actions?: string[];
}

export interface Repricing {
  id: string;
  status: "running" | "done" | "failed" | "rolling_back" | "rolled_back";
  cause: string;
  from: string | null;
  to: string | null;
  filter: Record<string, unknown>;
  total: number;
  calls: number;
  changed: number;
  kept: number;
  before: string;
  after: string;
  unpricedBefore: number;
  unpricedAfter: number;
  error: string | null;
  author: string;
  createdAt: string;
  finishedAt: string | null;
}

export interface RepricingDelta {
  provider: string;
  model: string | null;
  calls: number;
  before: string;
  after: string;
  delta: string;
  unpricedBefore: number;
  unpricedAfter: number;
}

export interface RepricingPreview {
  /** False when there were more calls than a preview looks at. */
  complete: boolean;
  total: number;
  calls: number;
  changed: number;
  before: string;
  after: string;
  unpricedBefore: number;
  unpricedAfter: number;
  deltas: RepricingDelta[];
}

export interface Override {
  id: string;
  project: string | null;
  kind: string;
  match: string;
  rates?: Record<string, string>;
  value?: string;
  /** Of a commitment. */
  amount?: string;
  period?: string;
  effectiveFrom: string;
  effectiveTo: string | null;
  reason: string | null;
  author: string;
  createdAt: string;
  closedAt: string | null;
  closedBy: string | null;
}

export interface EndpointMapping {
  id: string;
  project: string | null;
  endpoint?: string | null;
  deployment?: string | null;
  provider: string | null;
  pool?: string | null;
  model?: string | null;
  author: string;
  createdAt: string;
}
