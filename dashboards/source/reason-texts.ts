/** Why a call has no price, or only part of one, in words: by the code of `cost_reason`. A code's detail follows it after a colon. */
export const REASON_TEXTS: Readonly<Record<string, string>> = {
  model_unknown: "the price book does not know this model",
  model_missing: "the call names no model",
  usage_missing: "no usage was reported",
  usage_split_unknown: "the sender dropped the split between cached and uncached tokens",
  usage_conflict: "the reported token counts contradict each other",
  endpoint_unmapped: "the host is private; say which vendor or pool it belongs to",
  provider_unknown: "the billing vendor is not known",
  provider_ambiguous: "several vendors could have billed it",
  no_price_for_provider: "this vendor has no price for the model",
  no_price_at_date: "no price was in force when the call started",
  row_quarantined: "a changed price waits for approval",
  currency_rate_missing: "no exchange rate for the price's currency",
  tier_unknown: "the service tier has no price",
  commitment_tier: "billed by a commitment, not by the call",
};
