import { z } from "zod";
import { AppError } from "../domain/errors.js";
import { adhocFiltersSchema } from "../query/adhoc-filters.js";
import { ALL } from "./expand-macros.js";
import type { Board, BoardVariable } from "./board.js";
import { parseTime } from "./parse-time.js";

const MAX_VALUES = 500;
const MAX_VALUE_LENGTH = 1_000;
const MAX_RANGE_MS = 20 * 366 * 86_400_000;
/** What Grafana writes for "every value" of a variable. */
const ALL_VALUE = "$__all";

const time = z.union([z.string().max(64), z.number().int()]);
const value = z.string().max(MAX_VALUE_LENGTH);

/** Body of a panel or variable query. Times are RFC 3339, milliseconds since the epoch, or relative (`now-7d`). */
export const panelRequestSchema = z.object({
  from: time,
  to: time,
  maxDataPoints: z.number().int().min(1).max(10_000).default(500),
  intervalMs: z.number().int().min(1).optional(),
  variables: z.record(z.string().max(64), z.union([value, z.array(value).max(MAX_VALUES)])).default({}),
  adhocFilters: adhocFiltersSchema.default([]),
});

export type PanelRequest = z.infer<typeof panelRequestSchema>;

/** `{ range: { from, to } }` says the same as `{ from, to }`. */
function flattened(body: unknown): unknown {
  if (typeof body !== "object" || body === null || !("range" in body)) return body ?? {};
  const { range, ...rest } = body;
  return typeof range === "object" && range !== null ? { ...range, ...rest } : body;
}

/**
 * The checked request.
 * @throws AppError `invalid_request` naming every problem.
 */
export function readPanelRequest(body: unknown): PanelRequest {
  const parsed = panelRequestSchema.safeParse(flattened(body));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new AppError("invalid_request", problems.join("; "), { problems });
}

/**
 * Both ends of the range in milliseconds since the epoch.
 * @throws AppError `invalid_request` when an end cannot be read, they are reversed, or lie more than 20 years apart.
 */
export function readRange(request: PanelRequest, nowMs: number): { fromMs: number; toMs: number } {
  const fromMs = parseTime(request.from, nowMs, "start");
  const toMs = parseTime(request.to, nowMs, "end");
  if (fromMs === null) throw new AppError("invalid_request", "from: not a time");
  if (toMs === null) throw new AppError("invalid_request", "to: not a time");
  if (fromMs > toMs) throw new AppError("invalid_request", "from: lies after to");
  if (toMs - fromMs > MAX_RANGE_MS)
    throw new AppError("invalid_request", "from: more than 20 years before to");
  return { fromMs, toMs };
}

/**
 * The value of every variable of the board: as chosen, else its default.
 * @throws AppError `invalid_request` for a variable the board does not have or a choice that is not offered.
 */
export function readVariables(
  board: Board,
  request: PanelRequest,
): Map<string, readonly string[] | typeof ALL> {
  const known = new Map(board.templating.list.map((variable) => [variable.name, variable]));
  const unknown = Object.keys(request.variables).find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new AppError("invalid_request", "variables: the board has no such variable", { variable: unknown });
  return new Map(
    [...known.values()].map((variable) => [
      variable.name,
      chosen(variable, request.variables[variable.name]),
    ]),
  );
}

function chosen(
  variable: BoardVariable,
  given: string | string[] | undefined,
): readonly string[] | typeof ALL {
  const values = given === undefined ? [] : [given].flat();
  if (variable.type === "query") return values.length === 0 || values.includes(ALL_VALUE) ? ALL : values;
  if (values.length === 0) return [variable.current.value];
  const offered = new Set(variable.options.map((option) => option.value));
  if (values.length > 1 || !values.every((one) => offered.has(one)))
    throw new AppError("invalid_request", "variables: not one of the offered choices", {
      variable: variable.name,
    });
  return values;
}
