import { AppError } from "../domain/errors.js";
import type { QueryParams } from "../storage/analytics/analytics-store.js";

/** What spend can be grouped and filtered by: name in the API to expression over the view `calls`. */
const COLUMNS = {
  model: "model",
  requestModel: "request_model",
  responseModel: "response_model",
  provider: "provider",
  feature: "feature",
  team: "team",
  user: "user",
  customer: "customer",
  service: "service",
  environment: "environment",
  session: "session",
  operation: "operation",
  outcome: "outcome",
  serviceTier: "service_tier",
  costStatus: "cost_status",
  errorType: "error_type",
  clientFlavor: "client_flavor",
  host: "host",
} as const;

export type ColumnDimension = keyof typeof COLUMNS;
/** A column dimension, or `tag:<key>` for a free tag. */
export type Dimension = ColumnDimension | `tag:${string}`;

export const COLUMN_DIMENSIONS = Object.keys(COLUMNS) as ColumnDimension[];

const MAX_TAG_KEY_LENGTH = 200;

/** Rows whose dimension is one of the values; the empty text stands for "not given". */
export interface DimensionFilter {
  dimension: Dimension;
  values: readonly string[];
}

/** Whether a text names a dimension. Never throws. */
export function isDimension(name: string): name is Dimension {
  if (Object.hasOwn(COLUMNS, name)) return true;
  return name.startsWith("tag:") && name.length > 4 && name.length <= MAX_TAG_KEY_LENGTH;
}

/** SQL conditions with their bound parameters; all of them must hold. */
export interface Conditions {
  conditions: string[];
  params: QueryParams;
}

/**
 * Conditions of filters over the view `calls`. Never throws.
 */
export function filterConditions(filters: readonly DimensionFilter[]): Conditions {
  const conditions: string[] = [];
  const params: Record<string, string | readonly string[]> = {};
  for (const [index, filter] of filters.entries()) {
    const expression = dimensionText(filter.dimension, `filter_key_${index}`);
    conditions.push(`${expression} IN {filter_${index}:Array(String)}`);
    params[`filter_${index}`] = filter.values;
    if (filter.dimension.startsWith("tag:")) params[`filter_key_${index}`] = filter.dimension.slice(4);
  }
  return { conditions, params };
}

/** Grouping expressions with aliases `dim_0`, `dim_1`, … and their bound parameters; not given is NULL. Never throws. */
export function groupColumns(dimensions: readonly Dimension[]): {
  columns: string[];
  aliases: string[];
  params: QueryParams;
} {
  const params: Record<string, string> = {};
  const columns = dimensions.map((dimension, index) => {
    if (dimension.startsWith("tag:")) params[`group_key_${index}`] = dimension.slice(4);
    return `nullIf(${dimensionText(dimension, `group_key_${index}`)}, '') AS dim_${index}`;
  });
  return { columns, aliases: dimensions.map((_, index) => `dim_${index}`), params };
}

/** What boards show for calls without a value. */
const ABSENT = "(none)";
const ABSENT_MODEL = "(unknown)";

/**
 * A dimension as boards show it, as SQL text over any public view, and what stands for "not given" in it. A tag's key is bound to
 * `keyParam`. Never throws.
 */
export function shownDimension(dimension: Dimension, keyParam: string): { text: string; absent: string } {
  const absent = dimension === "model" ? ABSENT_MODEL : ABSENT;
  return { text: `coalesce(nullIf(${dimensionText(dimension, keyParam)}, ''), '${absent}')`, absent };
}

function dimensionText(dimension: Dimension, keyParam: string): string {
  if (dimension.startsWith("tag:")) return `tags[{${keyParam}:String}]`;
  return `ifNull(toString(${COLUMNS[dimension as ColumnDimension]}), '')`;
}

/**
 * The filters of a stored scope, e.g. of a budget: dimension or `tags` to one value or several. Unset parts (null, undefined,
 * empty list) filter nothing.
 * @throws AppError `invalid_request` for a name that is no dimension or a value that is no text.
 */
export function filtersOfScope(scope: Readonly<Record<string, unknown>>): DimensionFilter[] {
  const filters: DimensionFilter[] = [];
  for (const [name, value] of Object.entries(scope)) {
    if (value === null || value === undefined || name === "project") continue;
    if (name === "tags" && typeof value === "object") {
      const tags = Object.entries(value as Record<string, unknown>);
      filters.push(...filtersOfScope(Object.fromEntries(tags.map(([key, text]) => [`tag:${key}`, text]))));
      continue;
    }
    if (!isDimension(name))
      throw new AppError("invalid_request", `Not a dimension: ${name}`, { dimension: name });
    const values = textList(name, value);
    if (values.length > 0) filters.push({ dimension: name, values });
  }
  return filters;
}

function textList(name: string, value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.every((item) => typeof item === "string")) return list;
  throw new AppError("invalid_request", `The values of ${name} must be text`, { dimension: name });
}
