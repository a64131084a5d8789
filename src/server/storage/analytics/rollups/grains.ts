import { createHash } from "node:crypto";

/** The public views whose rows add up, of which rollups are kept. */
export const STATS_VIEWS = ["call_stats", "limit_stats", "line_stats"] as const;
export type StatsView = (typeof STATS_VIEWS)[number];

export const HOUR = 3_600;
/** A quarter of a day: charts over weeks have buckets of six or twelve hours. */
export const QUARTER = 21_600;
export const DAY = 86_400;

/**
 * How a measure of several rows becomes one: added up, the least, the greatest, the value at the greatest of another measure, arrays
 * added up place by place, or classes with their counts added up class by class (its counts are another measure).
 */
export type Merge =
  | "sum"
  | "min"
  | "max"
  | "places"
  | "classes"
  | { latestBy: string }
  | { countsOf: string };

interface Measure {
  merge: Merge;
  /** Of no row at all: 0, null or no elements. */
  none: "0" | "NULL" | "[]";
}

const each = (names: string, measure: Measure): [string, Measure][] =>
  names.split(" ").map((name) => [name, measure]);

const COUNTS =
  "calls ok_calls errors cancelled_calls abandoned_calls streamed_calls billable_calls priced_calls missing_calls exact_usage_calls " +
  "sized_calls retries attempts_made attempted_calls attempts_seen attempts_429 attempts_2xx attempts_4xx attempts_5xx " +
  "attempts_unanswered cache_read_tokens cache_write_tokens media_tool_tokens";
const AMOUNTS =
  "cost unfinished_cost unattributed_cost cache_saving amount input_uncached cache_write_5m cache_write_1h cache_write_other output " +
  "output_reasoning input_total output_total cacheable_input cached_input priced_tokens answered_input reasoned_output";
/** The greatest value of one call: says where the calls at the top of a list can be. */
const HIGHEST = "highest_cost highest_duration highest_input highest_output highest_attempts";
const CLASSES = ["duration", "first_chunk", "speed", "recording"];

/** Every measure of the views by its column. */
export const MEASURES: ReadonlyMap<string, Measure> = new Map([
  ...each(COUNTS, { merge: "sum", none: "0" }),
  ...each(AMOUNTS, { merge: "sum", none: "NULL" }),
  ...each("first_time least_left least_feature", { merge: "min", none: "NULL" }),
  ...each("last_time latest_left_time latest_limit_time", { merge: "max", none: "NULL" }),
  ...each(HIGHEST, { merge: "max", none: "NULL" }),
  ...each("latest_left", { merge: { latestBy: "latest_left_time" }, none: "NULL" }),
  ...each("latest_limit", { merge: { latestBy: "latest_limit_time" }, none: "NULL" }),
  ...each("duration_spread input_spread cost_spread", { merge: "places", none: "[]" }),
  ...CLASSES.flatMap((name) => [
    ...each(`${name}_classes`, { merge: "classes", none: "[]" }),
    ...each(`${name}_counts`, { merge: { countsOf: `${name}_classes` }, none: "[]" }),
  ]),
]);

/** Rows of a view that agree in all dimensions and in the slot of their start, kept as one row. */
export interface Grain {
  name: string;
  view: StatsView;
  /** Length of a slot in seconds; slots start at multiples of it since the epoch. */
  slot: typeof HOUR | typeof QUARTER | typeof DAY;
  dimensions: readonly string[];
  measures: readonly string[];
  /** The grain of hours that has the same columns, from which a coarser one is added up; null when it is counted from the view. */
  finer: Grain | null;
}

const SPEND = "calls cost unfinished_cost unattributed_cost priced_calls missing_calls billable_calls errors";
const TIMES = "first_time last_time";
const ALL = [...MEASURES.keys()].filter((name) => !/^(amount|least_|latest_)/.test(name)).join(" ");

interface Columns {
  dimensions: string;
  measures: string;
}

/** Sums of hours and, from them, of longer slots: coarsest first. */
function ladder(
  name: string,
  view: StatsView,
  slots: readonly Grain["slot"][],
  { dimensions, measures }: Columns,
): Grain[] {
  const columns = { dimensions: dimensions.split(" "), measures: measures.split(" ") };
  const hours: Grain = { name, view, slot: HOUR, ...columns, finer: null };
  return [...slots.map((slot): Grain => ({ ...hours, slot, finer: hours })), hours];
}

/** Sums of days alone, of what has about as many values in an hour as calls. */
function days(name: string, { dimensions, measures }: Columns): Grain[] {
  const columns = { dimensions: dimensions.split(" "), measures: measures.split(" ") };
  return [{ name, view: "call_stats", slot: DAY, ...columns, finer: null }];
}

/** Every rollup. A question is answered from the first name whose grains have all it needs. */
export const GRAINS: readonly Grain[] = [
  ...ladder("model", "call_stats", [DAY, QUARTER], {
    dimensions: "environment provider model",
    measures: ALL,
  }),
  ...ladder("customer", "call_stats", [DAY, QUARTER], {
    dimensions: "environment customer",
    measures: SPEND,
  }),
  ...days("user", { dimensions: "environment user", measures: SPEND }),
  ...days("session", { dimensions: "environment session", measures: `${SPEND} ${TIMES} least_feature` }),
  ...ladder("feature", "call_stats", [DAY, QUARTER], {
    dimensions: "environment provider model service team feature",
    measures: ALL,
  }),
  ...days("invoice", {
    dimensions: "environment team feature customer",
    measures: `${SPEND} input_total output_total`,
  }),
  ...ladder("detail", "call_stats", [DAY, QUARTER], {
    dimensions:
      "environment provider model request_model response_model priced_model host outcome error_type http_status billable cost_status cost_reason " +
      "usage_source usage_quality scope scope_version",
    measures: `${SPEND} ${TIMES} input_total output_total`,
  }),
  ...ladder("size", "call_stats", [DAY, QUARTER], {
    dimensions: "environment provider model input_size",
    measures: "calls duration_classes duration_counts",
  }),
  ...ladder("limit", "limit_stats", [DAY, QUARTER], {
    dimensions: "environment provider model feature kind",
    measures: "least_left latest_left latest_left_time latest_limit latest_limit_time",
  }),
  ...ladder("line", "line_stats", [DAY, QUARTER], {
    dimensions: "environment provider model class unit_price per",
    measures: `amount ${TIMES}`,
  }),
];

/** Columns that tell rows of every view apart. */
const COMMON =
  "project start_time provider model request_model response_model operation service_tier client_flavor host service environment user team " +
  "feature session customer tags outcome error_type cost_status streaming batch";

/** Every column of a view: those of no rollup too, so that a statement that names one is answered from the rows. Never throws. */
export function columnsOf(view: StatsView): ReadonlySet<string> {
  const own = GRAINS.filter((one) => one.view === view);
  return new Set([...COMMON.split(" "), ...own.flatMap((one) => [...one.dimensions, ...one.measures])]);
}

/** Raised when a migration changes what a column of the views means: rollups of another definition count as not there. */
const REVISION = 2;

/** Tells the rows of this definition of a grain from those of another one. */
export function storedName(one: Grain): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([REVISION, one]))
    .digest("hex");
  return `${one.name}-${digest.slice(0, 12)}`;
}

/** The same for all grains together. */
export const ROLLUP_DEFINITION = createHash("sha256")
  .update(GRAINS.map(storedName).join())
  .digest("hex")
  .slice(0, 16);
