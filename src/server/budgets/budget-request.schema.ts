import { z } from "zod";
import {
  BUDGET_DIMENSIONS,
  BUDGET_PERIODS,
  BUDGET_UNITS,
  THRESHOLD_KINDS,
  UNPRICED_TREATMENTS,
  thresholdKey,
} from "../domain/budget.js";
import { canonicalDecimal, isAmount, parseMoney } from "../domain/money.js";
import { isTimeZone, parseDay } from "../domain/local-time.js";

const MAX_VALUES = 100;
const MAX_LIMIT = parseMoney("1000000000000");
/** The store keeps 12 decimals. */
const STORED_STEP = 10n ** 6n;

const limitSchema = z
  .union([z.string(), z.number().int().nonnegative().transform(String)])
  .refine(isLimit, {
    message: 'must be a decimal string above 0, at most 12 decimals, e.g. "100.00"',
  })
  .transform(canonicalDecimal);

const value = z.string().max(500);
const valuesSchema = z
  .union([value.transform((text) => [text]), z.array(value).min(1).max(MAX_VALUES)])
  .transform((values) => [...new Set(values)]);

const scopeSchema = z.strictObject({
  ...(Object.fromEntries(BUDGET_DIMENSIONS.map((name) => [name, valuesSchema.optional()])) as Record<
    (typeof BUDGET_DIMENSIONS)[number],
    z.ZodOptional<typeof valuesSchema>
  >),
  /** The operator may name the project here; it is not a filter. */
  project: z.string().min(1).max(100).optional(),
  tags: z.record(z.string().min(1).max(100), valuesSchema).optional(),
});

const thresholdSchema = z.strictObject({
  kind: z.enum(THRESHOLD_KINDS).default("actual"),
  percent: z.number().min(1).max(1000).multipleOf(0.01),
});

const customPeriodSchema = z.strictObject({
  start: z.string().refine((text) => parseDay(text) !== null, { message: "must be a date YYYY-MM-DD" }),
  days: z.number().int().min(1).max(3660),
});

const fields = {
  name: z.string().trim().min(1).max(200),
  limit: limitSchema,
  unit: z.enum(BUDGET_UNITS),
  period: z.enum(BUDGET_PERIODS),
  customPeriod: customPeriodSchema.nullable(),
  timezone: z.string().refine(isTimeZone, { message: "must be an IANA time zone, e.g. Europe/Berlin" }),
  scope: scopeSchema,
  thresholds: z
    .array(thresholdSchema)
    .max(20)
    .refine((list) => new Set(list.map(thresholdKey)).size === list.length, {
      message: "must not repeat a threshold",
    }),
  unpriced: z
    .enum(UNPRICED_TREATMENTS)
    .describe("breach: a call without a full price counts as reaching every actual threshold"),
  channels: z
    .array(z.string().min(1).max(100))
    .max(20)
    .transform((ids) => [...new Set(ids)]),
};

/** Body of `POST budgets`. */
export const newBudgetSchema = z.strictObject({
  ...fields,
  unit: fields.unit.default("usd"),
  period: fields.period.default("month"),
  customPeriod: fields.customPeriod.default(null),
  timezone: fields.timezone.default("UTC"),
  scope: fields.scope.default({}),
  thresholds: fields.thresholds.default([
    { kind: "actual", percent: 80 },
    { kind: "actual", percent: 100 },
  ]),
  unpriced: fields.unpriced.default("ignore"),
  channels: fields.channels.default([]),
});

/** Body of `PATCH budgets/{id}`: what is left out stays. */
export const budgetPatchSchema = z.strictObject(fields).partial();

export type NewBudget = z.output<typeof newBudgetSchema>;
export type BudgetPatch = z.output<typeof budgetPatchSchema>;
export type BudgetScopeRequest = z.output<typeof scopeSchema>;

function isLimit(text: string): boolean {
  if (!isAmount(text)) return false;
  const amount = parseMoney(text);
  return amount > 0n && amount <= MAX_LIMIT && amount % STORED_STEP === 0n;
}
