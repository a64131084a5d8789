import type { LedgerRow } from "../../../domain/ledger-row.js";
import type { Usage } from "../../../domain/usage.js";
import { finite, money, whole } from "../row-values.js";
import { RARE_USAGE_FIELDS, SECONDS_FIELDS, USAGE_COLUMNS } from "../usage-columns.js";
import { isDerivedId } from "./derived-id.js";
import type { Facts } from "./packed-facts.js";
import { objectOf, quoted, quotedList } from "./packed-text.js";

/**
 * What few rows have and no two have alike, as JSON; nothing for most rows. `parts` are members of other groups, or nothing.
 * @throws AppError `invalid_request` naming a field whose value cannot be stored.
 */
export function restText(row: LedgerRow, parts: readonly string[]): string {
  const { call } = row;
  const members: string[] = [];
  const add = (name: string, json: string): void => {
    members.push(`"${name}":${json}`);
  };
  if (!isDerivedId(row.callId, call.traceId, call.spanId)) add("call_id", quoted(row.callId));
  if (row.otherSpanIds.length > 0) add("other_span_ids", quotedList(row.otherSpanIds));
  const { providerReportedCost, cost } = call;
  if (providerReportedCost !== null) add("provider_reported_cost", quoted(providerReportedCost));
  if (cost.providerReported !== null) add("provider_reported", quoted(cost.providerReported));
  for (const _ in call.dimensions.variant) {
    add("variant", pairs(call.dimensions.variant));
    break;
  }
  if (cost.listTotal !== cost.total) {
    const listed = money(cost.listTotal, "cost.listTotal");
    add("list_total", listed === null ? "null" : quoted(listed));
  }
  addRareUsage(call.usage, add);
  for (const part of parts) if (part !== "") members.push(part);
  return members.length === 0 ? "" : objectOf(members);
}

function pairs(map: Readonly<Record<string, string>>): string {
  return objectOf(Object.entries(map).map(([key, value]) => `${quoted(key)}:${quoted(value)}`));
}

function addRareUsage(usage: Usage, add: (name: string, json: string) => void): void {
  for (const field of RARE_USAGE_FIELDS) {
    const value = usage[field];
    if (value === null || value === 0) continue;
    const name = `usage.${field}`;
    const json = SECONDS_FIELDS.has(field)
      ? `"${secondsText(finite(value, name))}"`
      : String(whole(value, name));
    add(USAGE_COLUMNS[field], json);
  }
}

/** Seconds to the microsecond, as the engine's Decimal(18, 6) reads them. */
function secondsText(seconds: number): string {
  const micros = BigInt(Math.round(seconds * 1e6));
  const digits = (micros < 0n ? -micros : micros).toString().padStart(7, "0");
  return `${micros < 0n ? "-" : ""}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

/** The JSON of the column, or null for an empty one. @throws SyntaxError for a text that is no JSON. */
export function readRest(text: string): Facts | null {
  return text === "" ? null : (JSON.parse(text) as Facts);
}
