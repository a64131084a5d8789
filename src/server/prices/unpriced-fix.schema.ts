import { z } from "zod";

const text = (max: number) => z.string().trim().min(1).max(max);
const decimal = z.string({ error: "must be a decimal string" }).max(60);
const rates = z.record(z.string().max(40), decimal);

/** The group that is fixed, in the words of `GET unpriced`. */
const group = {
  provider: text(60),
  host: z.string().max(255).nullish(),
  requestModel: z.string().max(300).nullish(),
  responseModel: z.string().max(300).nullish(),
  reason: z.string().max(500).optional().describe("Why; kept with the price"),
};

/** Body of `POST unpriced/fix`. */
export const fixRequestSchema = z.discriminatedUnion("action", [
  z.strictObject({
    ...group,
    action: z.literal("alias"),
    model: text(300).describe("A listed model of the provider; of a gateway's alias <vendor>/<model>"),
  }),
  z.strictObject({ ...group, action: z.literal("rates"), rates }),
  z.strictObject({ ...group, action: z.literal("free") }),
  z.strictObject({
    ...group,
    action: z.literal("endpoint"),
    vendor: text(60).describe("Who bills calls of the host"),
  }),
  z.strictObject({
    ...group,
    action: z.literal("self_hosted"),
    pool: text(60).regex(/^[^/\s]+$/, "must not hold a slash or blanks"),
    rates: rates.optional(),
    free: z.literal(true).optional(),
    hourlyCost: decimal.optional(),
    gpus: z.number().int().min(1).max(100_000).optional(),
  }),
]);

export type FixRequest = z.infer<typeof fixRequestSchema>;
