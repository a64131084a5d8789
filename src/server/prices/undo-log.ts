import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { LedgerRow } from "../domain/ledger-row.js";
import type { EntityManager } from "typeorm";
import { RepricingUndo } from "../storage/control/entities/repricing-undo.entity.js";
import { type Price, priceOf } from "./reprice-row.js";

const compress = promisify(gzip);
const expand = promisify(gunzip);
const MAX_EXPANDED_BYTES = 256 * 1024 * 1024;

/** One row that a re-pricing changes: where it is, and its price before and after. */
export interface UndoEntry {
  id: string;
  traceId: string;
  spanId: string;
  startNano: string;
  /** Whether the row had no separate record as delivered. */
  noDelivered: boolean;
  before: Price;
  after: Price;
}

/** The entry of a change. */
export function undoEntry(previous: LedgerRow, current: LedgerRow): UndoEntry {
  return {
    id: previous.callId,
    traceId: previous.call.traceId,
    spanId: previous.call.spanId,
    startNano: previous.call.startTimeUnixNano.toString(),
    noDelivered: previous.delivered === null,
    before: priceOf(previous.call),
    after: priceOf(current.call),
  };
}

/** Key of a row among the entries. */
export function undoKey(entry: Pick<UndoEntry, "traceId" | "spanId" | "startNano">): string {
  return `${entry.traceId} ${entry.spanId} ${entry.startNano}`;
}

/** Stores a step. */
export async function writeUndo(
  manager: EntityManager,
  repricingId: string,
  step: number,
  entries: readonly UndoEntry[],
): Promise<void> {
  const rows = await compress(JSON.stringify(entries), { level: 1 });
  await manager.getRepository(RepricingUndo).insert({ repricingId, step, rows });
}

/** The entries of a step; none when there is no such step. */
export async function readUndo(
  manager: EntityManager,
  repricingId: string,
  step: number,
): Promise<UndoEntry[]> {
  const row = await manager.getRepository(RepricingUndo).findOneBy({ repricingId, step });
  if (row === null) return [];
  const json = await expand(row.rows, { maxOutputLength: MAX_EXPANDED_BYTES });
  return JSON.parse(json.toString("utf8")) as UndoEntry[];
}

/** The number of the next step of a re-pricing: 0 for its first. */
export async function nextUndoStep(manager: EntityManager, repricingId: string): Promise<number> {
  const last = await manager.getRepository(RepricingUndo).maximum("step", { repricingId });
  return last === null ? 0 : last + 1;
}
