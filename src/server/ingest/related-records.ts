import type { LedgerRow, SpanLink } from "../domain/ledger-row.js";
import { deliveryKey, endOf, isDistinctiveId } from "../ledger/identity.js";
import type { LedgerRecord } from "../ledger/record.js";
import type { Related, RelatedKeys } from "../storage/analytics/calls.repository.js";

/** What the ledger can be asked. */
export interface RelatedSource {
  findRelated(keys: RelatedKeys): Promise<Related>;
}

/** How far before and after the incoming spans related ones are looked for: traces of long agents, gateways with other clocks. */
const WINDOW_NANO = 43_200_000_000_000n;
/** A record found by its id may lie in a trace of its own, whose records bear on it in turn; chains longer than this are cut. */
const MAX_ROUNDS = 4;

interface Keys {
  traceIds: Set<string>;
  responseIds: Set<string>;
}

function addKeys(keys: Keys, call: { traceId: string; responseId: string | null }): void {
  keys.traceIds.add(call.traceId);
  if (isDistinctiveId(call.responseId)) keys.responseIds.add(call.responseId);
}

function missing(keys: Keys, asked: Keys): Keys {
  return {
    traceIds: new Set([...keys.traceIds].filter((id) => !asked.traceIds.has(id))),
    responseIds: new Set([...keys.responseIds].filter((id) => !asked.responseIds.has(id))),
  };
}

/**
 * Everything stored that may be one call or one trace with the given records and links: their traces and ids, and in turn the traces and
 * ids of what was found, up to four rounds. Each row and link once.
 * @throws the source's errors
 */
export async function findAllRelated(
  source: RelatedSource,
  project: string,
  records: readonly LedgerRecord[],
  links: readonly SpanLink[],
): Promise<Related> {
  const rows = new Map<string, LedgerRow>();
  const foundLinks = new Map<string, SpanLink>();
  const asked: Keys = { traceIds: new Set(), responseIds: new Set() };
  const wanted: Keys = { traceIds: new Set(links.map((link) => link.traceId)), responseIds: new Set() };
  for (const { call } of records) addKeys(wanted, call);
  const bounds = boundsOf(records, links);

  for (let round = 0; round < MAX_ROUNDS; round++) {
    const next = missing(wanted, asked);
    if (next.traceIds.size === 0 && next.responseIds.size === 0) break;
    for (const id of next.traceIds) asked.traceIds.add(id);
    for (const id of next.responseIds) asked.responseIds.add(id);
    const found = await source.findRelated({
      project,
      traceIds: [...next.traceIds],
      responseIds: [...next.responseIds],
      fromNano: bounds.from,
      toNano: bounds.to,
    });
    for (const link of found.links) foundLinks.set(deliveryKey(link), link);
    for (const row of found.rows) {
      rows.set(deliveryKey(row.call), row);
      addKeys(wanted, row.call);
      if (row.delivered !== null) addKeys(wanted, row.delivered);
    }
  }
  return { rows: [...rows.values()], links: [...foundLinks.values()] };
}

function boundsOf(
  records: readonly LedgerRecord[],
  links: readonly SpanLink[],
): { from: bigint; to: bigint } {
  let from: bigint | null = null;
  let to: bigint | null = null;
  const widen = (start: bigint, end: bigint): void => {
    if (from === null || start < from) from = start;
    if (to === null || end > to) to = end;
  };
  for (const { call } of records) widen(call.startTimeUnixNano, endOf(call));
  for (const link of links) widen(link.startTimeUnixNano, link.startTimeUnixNano);
  return { from: (from ?? 0n) - WINDOW_NANO, to: (to ?? 0n) + WINDOW_NANO };
}
