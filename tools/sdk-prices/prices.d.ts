/** What a call would cost, from the price book that comes with this version of the package. Works offline; nothing is sent. */

/** Quantities are disjoint: `input` counts neither cached nor written tokens, `output` no reasoning. */
export interface PriceQuestion {
  /** Model id as sent to the provider, or `<provider>/<model>`. */
  model: string;
  /** Billing vendor, e.g. `openai`, `azure.ai.openai`, `aws.bedrock`; left out: the maker that lists the model. */
  provider?: string;
  /** Prompt tokens that are neither cached nor written to a cache. */
  input?: number;
  /** Prompt tokens read from a cache. */
  cached?: number;
  /** Generated tokens without reasoning. */
  output?: number;
  /** Further quantities by the names of the call record: `cacheWrite5m`, `outputReasoning`, `webSearchRequests`, ... */
  usage?: Partial<Record<UsageClass, number>>;
  /** Start of the call: the rates in force then. Now when left out. */
  at?: Date | string;
  /** As the provider names it: `flex`, `priority`, ... */
  serviceTier?: string;
  /** Through the batch API. */
  batch?: boolean;
  /** Anthropic: `fast`. */
  speed?: string;
  /** Where it runs: `us`, `eu`, ... */
  geo?: string;
  /** Cloud region or location. */
  region?: string;
  /** Size, quality, search_context of a rate. */
  variant?: Record<string, string>;
}

export type UsageClass =
  | "inputUncached"
  | "inputAudio"
  | "inputImage"
  | "inputVideo"
  | "inputTool"
  | "cacheRead"
  | "cacheReadAudio"
  | "cacheReadImage"
  | "cacheWrite5m"
  | "cacheWrite1h"
  | "cacheWriteOther"
  | "output"
  | "outputReasoning"
  | "outputAudio"
  | "outputImage"
  | "outputVideo"
  | "webSearchRequests"
  | "webFetchRequests"
  | "images"
  | "audioSeconds"
  | "pages"
  | "searchUnits"
  | "characters"
  | "searchQueries"
  | "citationTokens"
  | "fileSearchCalls"
  | "containerSessions"
  | "videoSeconds";

/** One rate's part of the cost. Money is exact decimal text in USD. */
export interface PriceLine {
  class: string;
  quantity: string;
  unitPrice: string;
  per: number;
  factors: { name: string; factor: string }[];
  amount: string;
  rateId: string;
  /** The arithmetic in words. */
  explanation: string;
}

export interface PriceEstimate {
  /** `partial`: `total` is the part that is known. `unpriced`: `total` is null, never 0. */
  status: "priced" | "partial" | "unpriced";
  /** Machine reason unless priced: `model_unknown`, `rate_class_unknown:<class>`, ... */
  reason: string | null;
  /** Exact decimal text, the sum of the lines; null = unknown. */
  total: string | null;
  currency: "USD";
  provider: string;
  pricedModel: string | null;
  matchRule: string | null;
  lines: PriceLine[];
  priceBook: string;
  /** A listed model that an unlisted name may mean. */
  suggestion: string | null;
}

/**
 * What a call would cost, line by line, by the rules that the Spanledger server prices with (list prices only: it knows no overrides).
 * An unknown model or rate is `unpriced` or `partial` with a reason.
 * @throws TypeError for a quantity that is not a finite number >= 0, no quantity at all, an empty model or an invalid time.
 */
export declare function estimatePrice(question: PriceQuestion): PriceEstimate;

/** Version of the bundled price book. Never throws. */
export declare function priceBookVersion(): string;
