import type { Attempt, Attribution, Operation, Outcome, PriceDimensions, RateLimit } from "../domain/call.js";
import type { UnitClass, Usage, UsageQuality, UsageSource } from "../domain/usage.js";

/** Token numbers as an instrumentation wrote them, before it is decided which contain which. Null = not written. */
export interface ReportedUsage {
  /** Input as written: with or without cache tokens, that is for the rules to say. */
  input: number | null;
  output: number | null;
  total: number | null;
  /** Input that is stated to exclude cache tokens. */
  uncached: number | null;
  /** Output that is stated to exclude reasoning. */
  textOutput: number | null;
  cacheRead: number | null;
  /** All cache writes, whatever their lifetime. */
  cacheWrite: number | null;
  cacheWrite5m: number | null;
  cacheWrite1h: number | null;
  reasoning: number | null;
  inputAudio: number | null;
  inputImage: number | null;
  inputVideo: number | null;
  inputTool: number | null;
  outputAudio: number | null;
  outputImage: number | null;
  units: Partial<Record<UnitClass, number>>;
  /** The cache numbers came under names older than convention 1.40, which did not say whether input contains them. */
  legacyCacheNames: boolean;
}

export function noReportedUsage(): ReportedUsage {
  return {
    input: null,
    output: null,
    total: null,
    uncached: null,
    textOutput: null,
    cacheRead: null,
    cacheWrite: null,
    cacheWrite5m: null,
    cacheWrite1h: null,
    reasoning: null,
    inputAudio: null,
    inputImage: null,
    inputVideo: null,
    inputTool: null,
    outputAudio: null,
    outputImage: null,
    units: {},
    legacyCacheNames: false,
  };
}

/** Usage that needs no interpretation, because the sender is ours. */
export interface SettledUsage {
  usage: Usage;
  source: UsageSource;
  quality: UsageQuality;
  rule: string;
}

/** Lower-case hex; the parent is null where there is none. */
export interface RecordIds {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
}

/** What one dialect read off one span: still in the sender's vocabulary where a later step translates it. */
export interface Reading {
  /** `call`: a model call; `aggregate`: known to repeat its children; `none`: neither; `ignored`: and no ancestor of a call. */
  role: "call" | "aggregate" | "none" | "ignored";
  operation: Operation;
  /** Generation of the sender where one name covers several ways of counting, such as Vercel AI 5, 6, 7. */
  generation: string | null;
  /** As written by the sender. */
  provider: string | null;
  /** Billing vendor stated by the application itself; outranks everything. */
  providerOverride: string | null;
  clientFlavor: string | null;
  host: string | null;
  /** The sender writes a host without looking: it is not stored. */
  hostUntrusted: boolean;
  requestModel: string | null;
  responseModel: string | null;
  serviceTier: string | null;
  batch: boolean;
  /** Ids to know the record by instead of the span's own: several processes report it, each in a trace of its own. */
  ids: RecordIds | null;
  /** Null = not said. */
  streaming: boolean | null;
  responseId: string | null;
  requestId: string | null;
  timeToFirstChunkMs: number | null;
  /** Null: taken from the span status. */
  outcome: Outcome | null;
  httpStatus: number | null;
  errorType: string | null;
  /** As written by the sender. */
  finishReasons: string[];
  attempts: Attempt[];
  /** Null: one attempt, or as many as `attempts`. */
  attemptCount: number | null;
  rateLimits: RateLimit[];
  usage: ReportedUsage | null;
  settledUsage: SettledUsage | null;
  /** Nothing but a model and usage makes this span a call: its operation is not known. */
  inferred: boolean;
  /** The sender counted the tokens itself instead of reading them off the answer. */
  estimated: boolean;
  /** A known defect of the sender made a number on this span untrue; the text names it. */
  falsified: string | null;
  reportedCost: string | null;
  dimensions: Partial<PriceDimensions>;
  attribution: Partial<Attribution>;
}

export function emptyReading(): Reading {
  return {
    role: "none",
    operation: "other",
    generation: null,
    provider: null,
    providerOverride: null,
    clientFlavor: null,
    host: null,
    hostUntrusted: false,
    requestModel: null,
    responseModel: null,
    serviceTier: null,
    batch: false,
    ids: null,
    streaming: null,
    responseId: null,
    requestId: null,
    timeToFirstChunkMs: null,
    outcome: null,
    httpStatus: null,
    errorType: null,
    finishReasons: [],
    attempts: [],
    attemptCount: null,
    rateLimits: [],
    usage: null,
    settledUsage: null,
    inferred: false,
    estimated: false,
    falsified: null,
    reportedCost: null,
    dimensions: {},
    attribution: {},
  };
}

/** Parts of input or output, which say something alone only where they are not zero. */
const PARTS = [
  "cacheRead",
  "cacheWrite",
  "cacheWrite5m",
  "cacheWrite1h",
  "reasoning",
  "inputAudio",
  "inputTool",
  "outputAudio",
  "outputImage",
] as const;

const WHOLES = ["input", "uncached", "output", "textOutput", "total", "inputImage", "inputVideo"] as const;

/** Whether anything above zero was written. */
export function countsAnything(usage: ReportedUsage): boolean {
  return (
    WHOLES.some((name) => (usage[name] ?? 0) > 0) ||
    PARTS.some((name) => (usage[name] ?? 0) > 0) ||
    Object.keys(usage.units).length > 0
  );
}

/** Whether any token number was written. */
export function hasTokens(usage: ReportedUsage | null): usage is ReportedUsage {
  return (
    usage !== null &&
    (usage.input !== null ||
      usage.output !== null ||
      usage.total !== null ||
      usage.uncached !== null ||
      usage.textOutput !== null ||
      Object.keys(usage.units).length > 0 ||
      PARTS.some((name) => (usage[name] ?? 0) > 0))
  );
}

/** A field of {@link ReportedUsage} that holds one count. */
export type CountField = Exclude<keyof ReportedUsage, "units" | "legacyCacheNames">;

/** Takes from `source` what `usage` does not know, in the listed fields; units beside. Changes `usage`. */
export function fillUsage(
  usage: ReportedUsage,
  source: ReportedUsage | null,
  fields: readonly CountField[],
): void {
  if (source === null) return;
  for (const field of fields) usage[field] ??= source[field];
  usage.units = { ...source.units, ...usage.units };
}
