/** The API's JSON of what keeps prices right: price book files, currencies, closed periods, the change log (docs/pricing.md). */

export interface BookState {
  version: string;
  source: "bundled" | "refreshed";
  released: string;
  ageDays: number;
  stale: boolean;
  lastCheckAt: string | null;
  lastSuccessAt: string | null;
  lastError: string | null;
  /** Changed rates that wait for a decision. */
  held: number;
  /** Where newer books are looked for. */
  urls: string[];
}

/** A price in force that would move; `rate` is `<provider>/<model>|<conditions as JSON>`. */
export interface RateMove {
  rate: string;
  from: string;
  to: string;
}

export interface BookFile {
  id: string;
  version: string | null;
  url: string;
  status: "active" | "held" | "previous" | "refused" | "rolled_back";
  signed: boolean;
  message: string | null;
  changes: {
    addedModels?: number;
    addedRates?: number;
    changedRates?: number;
    heldRates?: RateMove[];
    rejectedRates?: RateMove[];
  };
  fetchedAt: string;
  activatedAt: string | null;
  decidedBy: string | null;
}

export interface RefreshResult {
  url: string;
  status: "applied" | "held" | "unchanged" | "refused" | "failed";
  message: string | null;
}

export interface CurrencyEntry {
  id: string;
  /** Null: it holds for every project. */
  project: string | null;
  currency: string;
  usd: string;
  effectiveFrom: string;
  reason: string | null;
  author: string;
  createdAt: string;
}

export interface ClosedPeriod {
  id: string;
  from: string | null;
  to: string;
  reason: string | null;
  closedAt: string;
  closedBy: string;
  reopenedAt: string | null;
  reopenedBy: string | null;
}

export interface Adjustment {
  repricing: string;
  period: string;
  provider: string;
  model: string | null;
  calls: number;
  before: string;
  after: string;
  delta: string;
  bookedAt: string;
  reversedAt: string | null;
}

export interface Adjustments {
  data: Adjustment[];
  totals: { calls: number; delta: string };
  truncated: boolean;
}

export interface ChangeEntry {
  id: string;
  project: string | null;
  author: string;
  action: string;
  subject: string;
  reason: string | null;
  details: Record<string, unknown>;
  createdAt: string;
}

/** A month of a volume tier, or an hour of a GPU pool. */
export interface ScheduleRow {
  from: string;
  to: string;
  value: string | null;
  rates: Record<string, string> | null;
  calls: number;
  idleCost: string | null;
}
