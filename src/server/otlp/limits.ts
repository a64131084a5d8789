/** Bounds of one decoded export request. What lies beyond is dropped or rejected, never half read. */
export interface DecodeLimits {
  /** Spans, log records or data points; further ones are rejected and counted. */
  readonly items: number;
  /** Distinct attributes of one span, event, log record or resource; further ones are dropped. */
  readonly attributes: number;
  /** Events of one span; further ones are dropped. */
  readonly events: number;
  /** Bytes of one text or bytes value; a longer one is kept as null: present, not read. */
  readonly valueBytes: number;
  /** Levels of arrays and maps inside one value; deeper ones are kept as null. */
  readonly depth: number;
  /** Elements of one array or map value; further ones are dropped. */
  readonly elements: number;
}

/** A 20 MiB request holds about 100,000 of the smallest real spans; the longest known usage text (a provider's raw JSON) is a few KiB. */
export const DEFAULT_LIMITS: DecodeLimits = Object.freeze({
  items: 100_000,
  attributes: 8192,
  events: 256,
  valueBytes: 64 * 1024,
  depth: 16,
  elements: 4096,
});

/** Tells which attributes are worth keeping, by name. Asked once per distinct name in most cases: must be pure. */
export type AttributeFilter = (key: string) => boolean;

export const keepEverything: AttributeFilter = () => true;

export interface DecodeOptions {
  readonly limits: DecodeLimits;
  readonly keepAttribute: AttributeFilter;
}

export const DEFAULT_OPTIONS: DecodeOptions = Object.freeze({
  limits: DEFAULT_LIMITS,
  keepAttribute: keepEverything,
});
