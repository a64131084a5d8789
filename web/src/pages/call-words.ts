import { REASON_TEXTS } from "../../../dashboards/source/reason-texts.js";
import type { LedgerCall } from "../api/types.js";
import { shortModel } from "../format/names.js";
import { exactUsd, formatValue } from "../format/units.js";

/** The best known model name of a call, without its vendor. */
export function modelOf(call: LedgerCall): string {
  return shortModel(call.pricedModel ?? call.responseModel ?? call.requestModel ?? "unknown model");
}

/** The exact cost, or why there is none. Unknown is never shown as zero. */
export function costText(call: LedgerCall): string {
  if (call.cost.status === "not_billable") return "not billed";
  if (call.cost.total === null) return "no price";
  return `${call.cost.status === "partial" ? "at least " : ""}${exactUsd(call.cost.total)}`;
}

const count = (value: number | null | undefined): string =>
  value === null || value === undefined ? "?" : formatValue(value, "locale", 0);

export function tokensText(call: LedgerCall): string {
  return `${count(call.usage["inputTotal"])} in, ${count(call.usage["outputTotal"])} out`;
}

/** A cost reason in words; a code without words is shown as it is. */
export function reasonText(reason: string): string {
  const [code = reason, detail] = reason.split(":");
  if (code === "rate_class_unknown" && detail !== undefined)
    return `the price book has no rate for ${classText(detail)}`;
  return REASON_TEXTS[code] ?? reason.replaceAll("_", " ");
}

/** `cacheWrite5m` or `cache_write_5m` as words. */
export function classText(name: string): string {
  return name
    .replace(/([a-z])([A-Z0-9])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase();
}

const MATCHES: Readonly<Record<string, string>> = {
  exact: "the name is listed as it is",
  vendor_prefix: "the name without its vendor is listed",
  arn: "the model inside the ARN is listed",
  geo_prefix: "the name without its region is listed",
  version_suffix: "the name without its version mark is listed",
  routing_suffix: "the name without its routing mark is listed",
  alias: "the book lists the name as an alias",
  snapshot: "the book lists the dated snapshot",
  deployment: "the deployment is mapped to this model",
};

/** A match rule in words; a code without words is shown as it is. */
export function matchText(rule: string): string {
  return MATCHES[rule] ?? rule.replaceAll("_", " ");
}
