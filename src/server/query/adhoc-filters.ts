import { z } from "zod";
import { AppError } from "../domain/errors.js";
import type { QueryParams } from "../storage/analytics/analytics-store.js";
import { READABLE_VIEWS } from "../storage/analytics/project-tables.js";
import { COLUMN_DIMENSIONS, isDimension, shownDimension } from "./dimensions.js";
import { sqlTokens } from "./sql-tokens.js";

/** How a filter compares, as Grafana writes it: equal, one of, matches a regular expression (RE2), and their opposites. */
export const ADHOC_OPERATORS = ["=", "!=", "=|", "!=|", "=~", "!~"] as const;
export type AdhocOperator = (typeof ADHOC_OPERATORS)[number];

const MAX_FILTERS = 20;
const MAX_VALUES = 100;
const MAX_VALUE_LENGTH = 1_000;
const MAX_PATTERN_LENGTH = 200;

const value = z.string().max(MAX_VALUE_LENGTH);

/** Filters that a viewer puts beside the variables of a board; all of them must hold. */
export const adhocFiltersSchema = z
  .array(
    z.object({
      key: z.string().max(220),
      operator: z.enum(ADHOC_OPERATORS),
      value: z.union([value, z.array(value).min(1).max(MAX_VALUES)]),
    }),
  )
  .max(MAX_FILTERS);

export type AdhocFilter = z.infer<typeof adhocFiltersSchema>[number];

/** SQL whose every read of a public view is narrowed, and the values that it binds. */
export interface NarrowedSql {
  sql: string;
  params: QueryParams;
}

/**
 * The statement with the filters added to the WHERE of every public view it reads. Values are bound, never written into the text;
 * names come from the list of dimensions. `(none)` (of models `(unknown)`) and the empty text stand for "not given".
 * @throws AppError `invalid_request` for an unknown key or a pattern that is too long, `internal` when a view is read without a WHERE.
 */
export function narrowed(sql: string, filters: readonly AdhocFilter[]): NarrowedSql {
  if (filters.length === 0) return { sql, params: {} };
  const params: Record<string, string | readonly string[]> = {};
  const condition = filters.map((filter, index) => conditionOf(filter, index, params)).join(" AND ");
  let out = "";
  let copied = 0;
  for (const position of wherePositions(sql)) {
    out += `${sql.slice(copied, position)} ${condition} AND`;
    copied = position;
  }
  return { sql: out + sql.slice(copied), params };
}

function conditionOf(
  { key, operator, value: given }: AdhocFilter,
  index: number,
  params: Record<string, string | readonly string[]>,
): string {
  if (!isDimension(key)) throw unknownKey(key);
  if (key.startsWith("tag:")) params[`adhoc_key_${index}`] = key.slice(4);
  const { text, absent } = shownDimension(key, `adhoc_key_${index}`);
  const name = `adhoc_${index}`;
  const values = [given].flat();
  if (operator === "=~" || operator === "!~") {
    const pattern = values.length === 1 ? values[0] : undefined;
    if (pattern === undefined || pattern.length > MAX_PATTERN_LENGTH)
      throw new AppError("invalid_request", "adhocFilters: one pattern of at most 200 characters", { key });
    params[name] = pattern;
    return `${operator === "!~" ? "NOT " : ""}match(${text}, {${name}:String})`;
  }
  params[name] = values.map((one) => (one === "" ? absent : one));
  return `${text} ${operator.startsWith("!") ? "NOT IN" : "IN"} {${name}:Array(String)}`;
}

function unknownKey(key: string): AppError {
  const keys = [...COLUMN_DIMENSIONS, "tag:<key>"];
  return new AppError("invalid_request", `adhocFilters: ${key} is no dimension`, { key, keys });
}

/** The positions right behind the WHERE of each public view that is read. */
function wherePositions(sql: string): number[] {
  const tokens = sqlTokens(sql);
  const views: readonly string[] = READABLE_VIEWS;
  const positions: number[] = [];
  for (const [index, token] of tokens.entries()) {
    const table = tokens[index + 1];
    const where = tokens[index + 2];
    if (token.text.toLowerCase() !== "from" || token.kind !== "word" || table === undefined) continue;
    if (!views.includes(table.text)) continue;
    if (where?.text.toLowerCase() !== "where")
      throw new AppError("internal", "A view is read without a WHERE, so that it cannot be narrowed");
    positions.push(where.end);
  }
  return positions;
}
