import { z } from "zod";
import { AppError } from "../domain/errors.js";
import { COLUMN_DIMENSIONS, type DimensionFilter, isDimension } from "./dimensions.js";
import { instantFromText, knownTimeZone } from "./query-time.js";

/** Names and values of a query string: a repeated name has a list. */
export type QueryString = Readonly<Record<string, unknown>>;

/** A half-open span of time in nanoseconds since the epoch: `from` inclusive, `to` exclusive. */
export interface TimeRange {
  fromNano: bigint;
  toNano: bigint;
}

/** The operator's choice of project: the guard has read it, and answers for it. */
const CHOSEN_PROJECT = "project";

const MAX_FILTER_VALUES = 500;

const filterValues = z
  .union([z.string().max(1000), z.array(z.string().max(1000)).max(MAX_FILTER_VALUES)])
  .transform((value) => (Array.isArray(value) ? value : [value]));

/** One filter per dimension; further keys `tag:<key>` filter by a free tag. */
const filterShape = Object.fromEntries(
  COLUMN_DIMENSIONS.map((name) => [
    name,
    filterValues.optional().describe(`Only calls with one of these values of ${name}; empty: not given.`),
  ]),
);

/** `from` and `to`, as `parseRange` reads them. */
export const rangeShape = {
  from: z.string().optional().describe("Start, inclusive: RFC 3339 with an offset, or a date."),
  to: z.string().optional().describe("End, exclusive: RFC 3339 with an offset, or a date."),
};

/** `tz`: an IANA zone. */
export const timeZoneSchema = z
  .string()
  .default("UTC")
  .transform((name, context) => {
    const known = knownTimeZone(name);
    if (known !== null) return known;
    context.addIssue({ code: "custom", message: "must be an IANA time zone such as Europe/Berlin" });
    return z.NEVER;
  });

/**
 * Parameters of a query string by a schema for its own names, and the dimension filters beside them.
 * @throws AppError `invalid_request` listing every problem, unknown names included: a misspelt filter would change a sum in silence.
 */
export function parseQuery<Shape extends z.ZodRawShape>(
  shape: Shape,
  query: QueryString,
): { params: z.output<z.ZodObject<Shape>>; filters: DimensionFilter[] } {
  const own: Record<string, unknown> = {};
  const filters: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (Object.hasOwn(shape, name)) own[name] = value;
    else if (name === CHOSEN_PROJECT) continue;
    else if (isDimension(name)) filters[name] = value;
    else problems.push(`${name}: unknown parameter`);
  }
  const params = z.object(shape).safeParse(own);
  const parsedFilters = z.record(z.string(), filterValues).safeParse(filters);
  for (const result of [params, parsedFilters]) {
    for (const issue of result.error?.issues ?? [])
      problems.push(`${issue.path.join(".")}: ${issue.message}`);
  }
  if (!params.success || !parsedFilters.success || problems.length > 0) throw invalidQuery(problems);
  return { params: params.data, filters: toFilters(parsedFilters.data) };
}

/**
 * The schema of a query string for `@Query({ schema })`: it describes the parameters in the API document and lets everything
 * through, because `parseQuery` lists all problems at once, unknown names included.
 */
export function describedQuery(shape: z.ZodRawShape, filters: z.ZodRawShape = filterShape): QuerySchema {
  const { "~standard": standard } = z.looseObject({ ...shape, ...filters });
  return { "~standard": { ...standard, validate: (value: unknown) => ({ value: value as QueryString }) } };
}

/** The part of a zod schema that Nest reads (https://standardschema.dev, read 2026-11-22). */
export type QuerySchema = Pick<z.ZodType<QueryString, QueryString>, "~standard">;

function toFilters(parsed: Readonly<Record<string, string[]>>): DimensionFilter[] {
  const names = Object.keys(parsed)
    .filter((name) => isDimension(name))
    .sort();
  return names.map((dimension) => ({ dimension, values: parsed[dimension] ?? [] }));
}

/** The error of a query string with problems. */
export function invalidQuery(problems: readonly string[]): AppError {
  return new AppError("invalid_request", `The query is not valid: ${problems.join("; ")}`, { problems });
}

/**
 * The range between two texts; what is missing comes from `fallback`.
 * @throws AppError `invalid_request` when a text is no instant or the range is empty.
 */
export function parseRange(
  texts: { from?: string | undefined; to?: string | undefined },
  timeZone: string,
  fallback: TimeRange,
): TimeRange {
  const problems: string[] = [];
  const read = (name: "from" | "to", otherwise: bigint): bigint => {
    const text = texts[name];
    if (text === undefined) return otherwise;
    const nano = instantFromText(text, timeZone);
    if (nano === null) problems.push(`${name}: must be RFC 3339 with an offset, or a date`);
    return nano ?? otherwise;
  };
  const range = { fromNano: read("from", fallback.fromNano), toNano: read("to", fallback.toNano) };
  if (problems.length === 0 && range.fromNano >= range.toNano) problems.push("from: must be before to");
  if (problems.length > 0) throw invalidQuery(problems);
  return range;
}
