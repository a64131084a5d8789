import { z } from "zod";
import { isAmount } from "../domain/money.js";
import { PRICE_TIERS, TOKEN_PRICE_CLASSES, UNIT_PRICE_CLASSES } from "../domain/price.js";

const amount = z.string().refine(isAmount, "must be a decimal text >= 0 with at most 18 places");
const instant = z.iso.datetime({ offset: false });
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, "must be HH:MM");
const words = z.record(z.string().max(40), z.string().max(80));

const windowSchema = z.strictObject({
  from: clockTime,
  to: clockTime,
  weekdays: z.array(z.int().min(1).max(7)).min(1).optional(),
});

const rateSchema = z.strictObject({
  class: z.enum([...TOKEN_PRICE_CLASSES, ...UNIT_PRICE_CLASSES]),
  price: amount,
  per: z.int().positive().optional(),
  unit: z.string().max(20).optional(),
  tier: z.enum(PRICE_TIERS).optional(),
  geo: z.string().max(40).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
  min_prompt_tokens: z.int().nonnegative().optional(),
  min_inclusive: z.boolean().optional(),
  variant: words.optional(),
  effective_from: instant.optional(),
  effective_to: instant.optional(),
  utc_windows: z.array(windowSchema).min(1).optional(),
  source: z.string().max(60),
  source_url: z.url().optional(),
  source_seen_at: z.iso.date().optional(),
  status: z.enum(["active", "quarantined"]).optional(),
});

const modelSchema = z.strictObject({
  model: z.string().min(1).max(200),
  family: z.string().max(100).optional(),
  aliases: z.array(z.string().min(1).max(200)).optional(),
  snapshots: z.array(z.string().min(1).max(200)).optional(),
  snapshot_policy: z.enum(["listed", "inherit"]).optional(),
  retired_on: z.iso.date().optional(),
  rates: z.array(rateSchema).max(400),
});

const modifierSchema = z.strictObject({
  key: z.string().max(60),
  factor: amount,
  models: z.array(z.string()).optional(),
  effective_from: instant.optional(),
  effective_to: instant.optional(),
  source: z.string().max(60),
});

const ruleSetSchema = z.strictObject({
  usage_semantics: z.string().max(200),
  tier_field: z.string().max(60).optional(),
  model_source: z.enum(["response", "request"]),
  hosts: z.array(z.strictObject({ pattern: z.string().max(120), geo: z.string().max(40).optional() })),
  tiers: z.record(z.string(), z.enum([...PRICE_TIERS, "commitment"])).optional(),
  geo_modifier: z.string().max(40).optional(),
  neutral_geos: z.array(z.string()).optional(),
  strict_geo: z.boolean().optional(),
  strict_geos: z.array(z.string().max(40)).optional(),
  reported_cost_wins: z.boolean().optional(),
  writes_as_input: z.boolean().optional(),
  default_variant: words.optional(),
});

/** Rates, models, modifiers and reading rules of one provider: a file of the price book. */
export const priceFileSchema = z.strictObject({
  provider: z.string().min(1).max(60),
  sources: z.record(
    z.string(),
    z.strictObject({ url: z.string(), seen_at: z.iso.date(), note: z.string().optional() }),
  ),
  rule_set: ruleSetSchema,
  models: z.array(modelSchema).max(5000),
  modifiers: z.array(modifierSchema).optional(),
});

/** The list of files that make one book, with its version. */
export const priceManifestSchema = z.strictObject({
  version: z.string().regex(/^\d{4}\.\d{2}\.\d{2}-\d+$/),
  files: z.array(z.string().regex(/^[a-z0-9_.-]+\.json$/)).min(1),
});

export type PriceFile = z.infer<typeof priceFileSchema>;
export type PriceFileRate = z.infer<typeof rateSchema>;
export type PriceFileModel = z.infer<typeof modelSchema>;
export type PriceFileModifier = z.infer<typeof modifierSchema>;
export type PriceFileRuleSet = z.infer<typeof ruleSetSchema>;
