import type { LedgerRow } from "../../../domain/ledger-row.js";
import { money } from "../row-values.js";
import { isDerivedId } from "./derived-id.js";
import type { Facts } from "./packed-facts.js";
import { objectOf, quoted, quotedList } from "./packed-text.js";

/**
 * What few rows have and no two have alike, as JSON; nothing for most rows. `parts` are members of other groups, or nothing.
 * @throws AppError `invalid_request` naming a field whose value cannot be stored.
 */
export function restText(row: LedgerRow, parts: readonly string[]): string {
  const { call } = row;
  const { providerReportedCost, cost } = call;
  const { variant } = call.dimensions;
  let members = "";
  if (!isDerivedId(row.callId, call.traceId, call.spanId))
    members = added(members, "call_id", quoted(row.callId));
  if (row.otherSpanIds.length > 0) members = added(members, "other_span_ids", quotedList(row.otherSpanIds));
  if (providerReportedCost !== null)
    members = added(members, "provider_reported_cost", quoted(providerReportedCost));
  if (cost.providerReported !== null)
    members = added(members, "provider_reported", quoted(cost.providerReported));
  if (hasAny(variant)) members = added(members, "variant", pairs(variant));
  if (cost.listTotal !== cost.total) {
    const listed = money(cost.listTotal, "cost.listTotal");
    members = added(members, "list_total", listed === null ? "null" : quoted(listed));
  }
  for (const part of parts) {
    if (part !== "") members = members === "" ? part : `${members},${part}`;
  }
  return members === "" ? "" : `{${members}}`;
}

function added(members: string, name: string, json: string): string {
  return `${members === "" ? "" : `${members},`}"${name}":${json}`;
}

function hasAny(map: Readonly<Record<string, string>>): boolean {
  for (const key in map) if (Object.hasOwn(map, key)) return true;
  return false;
}

function pairs(map: Readonly<Record<string, string>>): string {
  return objectOf(Object.entries(map).map(([key, value]) => `${quoted(key)}:${quoted(value)}`));
}

/** The JSON of the column, or null for an empty one. @throws SyntaxError for a text that is no JSON. */
export function readRest(text: string): Facts | null {
  return text === "" ? null : (JSON.parse(text) as Facts);
}
