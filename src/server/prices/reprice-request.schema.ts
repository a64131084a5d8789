import { z } from "zod";
import { AppError } from "../domain/errors.js";
import { filtersOfScope } from "../query/dimensions.js";
import { instantFromText } from "../query/query-time.js";
import type { RepricingScope } from "./repricing-calls.js";

const values = z.union([z.string().max(1000), z.array(z.string().max(1000)).max(500)]);

/** Body of `POST reprice`. */
export const repriceRequestSchema = z.strictObject({
  from: z
    .string()
    .max(40)
    .nullish()
    .describe("Start, inclusive: RFC 3339 with an offset, or a date; no bound when left out"),
  to: z.string().max(40).nullish().describe("End, exclusive"),
  filter: z
    .record(z.string().max(220), z.union([values, z.record(z.string().max(200), values)]))
    .default({})
    .describe('Dimension to value or values, e.g. {"provider": "openai", "costStatus": ["unpriced"]}'),
  preview: z.boolean().default(true).describe("true: nothing changes, the answer says what would"),
});

/** Body of `POST reprice/{id}/rollback`; may be left out. */
export const rollbackRequestSchema = z
  .strictObject({
    withCause: z
      .boolean()
      .optional()
      .describe(
        "Also takes back the prices and mappings that caused the re-pricing, as if they had never held",
      ),
  })
  .nullish();

export type RollbackRequest = z.infer<typeof rollbackRequestSchema>;
export type RepriceRequest = z.infer<typeof repriceRequestSchema>;

/**
 * The calls that a request is about.
 * @throws AppError `invalid_request` for a text that is no instant, an empty range, an unknown dimension.
 */
export function requestedScope(project: string, request: RepriceRequest): RepricingScope {
  const instant = (name: "from" | "to"): bigint | null => {
    const text = request[name] ?? null;
    if (text === null) return null;
    const nano = instantFromText(text, "UTC");
    if (nano === null)
      throw new AppError("invalid_request", `${name}: must be RFC 3339 with an offset, or a date`);
    return nano;
  };
  const fromNano = instant("from");
  const toNano = instant("to");
  if (fromNano !== null && toNano !== null && fromNano >= toNano)
    throw new AppError("invalid_request", "from: must be before to");
  return { project, fromNano, toNano, filters: filtersOfScope(request.filter) };
}
