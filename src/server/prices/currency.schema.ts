import { z } from "zod";
import { isAmount, parseMoney } from "../domain/money.js";

/** No currency is worth more, and none that is in use less: such a figure is turned upside down or misplaced. */
const MAX_USD = parseMoney("100");
const MIN_USD = parseMoney("0.000001");

/** Body of `POST prices/currencies`. */
export const newCurrencySchema = z.strictObject({
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, "must be three capital letters (ISO 4217), e.g. CNY")
    .refine((code) => code !== "USD", "USD is what everything is counted in"),
  usd: z
    .string({ error: "must be a decimal string" })
    .max(60)
    .refine(isAmount, "must be a decimal text above 0 with at most 18 places")
    .refine(
      (text) => !isAmount(text) || (parseMoney(text) >= MIN_USD && parseMoney(text) <= MAX_USD),
      "must be between 0.000001 and 100: what one unit is worth in USD",
    )
    .describe("What one unit is worth in USD"),
  effectiveFrom: z.iso
    .datetime({ offset: true, error: "must be RFC 3339 with an offset" })
    .describe("Inclusive; holds until the next entry of the currency"),
  reason: z.string().max(500).default(""),
  allProjects: z.boolean().default(false).describe("Holds for every project; the operator only"),
});

export type NewCurrency = z.infer<typeof newCurrencySchema>;
