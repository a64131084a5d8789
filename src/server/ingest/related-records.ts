import type { LedgerRow, SpanLink } from "../domain/ledger-row.js";
import { deliveryKey, endOf } from "../ledger/identity.js";
import type { LedgerRecord } from "../ledger/record.js";
import type { NearKeys } from "../storage/analytics/neighbour-calls.js";
import type { KnownEmitters } from "./known-emitters.js";
import { addRow, type MemorySource, nothing, type Wanted } from "./known-ledger.js";
import { type Interval, windowsOf } from "./near-windows.js";
import {
  readTraces,
  type SpanPlace,
  TRACE_BOUNDS,
  type TraceBounds,
  type TraceSource,
} from "./trace-context.js";

/** What is stored that could bear on a group. `partialTraces` were too large to be read as a whole. */
export interface RelatedLedger {
  rows: LedgerRow[];
  links: SpanLink[];
  partialTraces: ReadonlySet<string>;
}

/** What the ledger can be asked about neighbours. */
export interface NeighbourSource extends MemorySource {
  findNear(keys: NearKeys): Promise<LedgerRow[]>;
  findByCallIds(project: string, callIds: readonly string[]): Promise<LedgerRow[]>;
  findByResponseIds(
    project: string,
    ids: readonly string[],
    fromNano: bigint,
    toNano: bigint,
  ): Promise<LedgerRow[]>;
}

/** How far before and after the incoming spans related ones are looked for: traces of long agents, gateways with other clocks. */
const WINDOW_NANO = 43_200_000_000_000n;
/** Records with one id may start this far apart: more than the ledger accepts as one call. */
const ID_REACH_NANO = 1_800_000_000_000n;
/** How long before an instant a record that overlaps it may have begun. */
const REACH_NANO = 3_600_000_000_000n;
/** Records of metrics may reach back to the start of a process. */
const METRIC_REACH_NANO = WINDOW_NANO;
/** A record found by its id may lie in a trace of its own, whose records bear on it in turn; chains longer than this are cut. */
const MAX_ROUNDS = 4;
/** Look-alikes read for one group, in all windows together. */
const MAX_NEIGHBOURS = 20_000;

function takeNew(wanted: Set<string>, asked: Set<string>): string[] {
  const fresh = [...wanted].filter((id) => !asked.has(id));
  for (const id of fresh) asked.add(id);
  return fresh;
}

/** Finds everything stored that may be one call or one trace with incoming records. */
export class RelatedRecords {
  constructor(
    private readonly source: TraceSource,
    private readonly neighbours: NeighbourSource,
    private readonly bounds: TraceBounds = TRACE_BOUNDS,
  ) {}

  /**
   * Stored rows and links related to the given ones: same traces and ids as far as `wanted`, look-alikes of the same time, and in turn
   * what is related to those, up to four rounds. Each row and link once.
   * @throws the sources' errors
   */
  async find(
    project: string,
    records: readonly LedgerRecord[],
    links: readonly SpanLink[],
    wanted: Wanted,
    emitters: KnownEmitters,
  ): Promise<RelatedLedger> {
    const near = await this.#findNear(project, records, emitters);
    const places = [...records.map(({ call }) => call), ...links];
    return this.#close(project, wanted, near, places, boundsOf(records, links));
  }

  async #findNear(
    project: string,
    records: readonly LedgerRecord[],
    emitters: KnownEmitters,
  ): Promise<LedgerRow[]> {
    const candidates = records.filter(({ call }) => emitters.mayHaveTwin(call));
    const found: LedgerRow[] = [];
    for (const idlessOnly of [true, false]) {
      // A record with an id can only resemble one without.
      const own = candidates.filter(({ call }) => (call.responseId !== null) === idlessOnly);
      const services = [...new Set(own.map(({ call }) => call.attribution.service ?? ""))];
      const metrics = own.some(({ call }) => /^claude|_cli|_code/.test(call.source.dialect));
      for (const window of windowsOf(own)) {
        if (found.length >= MAX_NEIGHBOURS) break;
        const limit = MAX_NEIGHBOURS - found.length;
        const reachNano = metrics ? METRIC_REACH_NANO : REACH_NANO;
        const span = { fromNano: window.from, toNano: window.to, reachNano };
        const keys = { project, services, ...span, idlessOnly, limit };
        found.push(...(await this.neighbours.findNear(keys)));
      }
    }
    return found;
  }

  async #close(
    project: string,
    wanted: Wanted,
    near: readonly LedgerRow[],
    incoming: readonly SpanPlace[],
    bounds: Interval,
  ): Promise<RelatedLedger> {
    const rows = new Map<string, LedgerRow>();
    const links = new Map<string, SpanLink>();
    const partialTraces = new Set<string>();
    const asked = nothing();
    const seen = { ...bounds };
    let places: SpanPlace[] = [...incoming];
    const take = (row: LedgerRow): void => {
      const key = deliveryKey(row.call);
      if (!rows.has(key)) places.push(row.call);
      rows.set(key, row);
      addRow(wanted, row);
      widen(seen, row.call.startTimeUnixNano, endOf(row.call));
    };
    near.forEach(take);
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const own = takeNew(wanted.traceIds, asked.traceIds);
      // Of a large trace only surroundings were read: spans that turned up since then have theirs.
      const traceIds = [...new Set([...own, ...placesIn(places, partialTraces)])];
      const responseIds = takeNew(wanted.responseIds, asked.responseIds);
      const callIds = takeNew(wanted.callIds, asked.callIds);
      if (traceIds.length + responseIds.length + callIds.length === 0) break;
      if (traceIds.length > 0) {
        const window = { fromNano: seen.from - WINDOW_NANO, toNano: seen.to + WINDOW_NANO };
        const here = places;
        places = [];
        const found = await readTraces(this.source, { project, traceIds, ...window }, here, this.bounds);
        for (const traceId of found.partial) partialTraces.add(traceId);
        for (const link of found.links) links.set(deliveryKey(link), link);
        found.rows.forEach(take);
        // What a walk found was found with its surroundings.
        places = [];
      }
      const [from, to] = [seen.from - ID_REACH_NANO, seen.to + ID_REACH_NANO];
      (await this.neighbours.findByResponseIds(project, responseIds, from, to)).forEach(take);
      (await this.neighbours.findByCallIds(project, callIds)).forEach(take);
    }
    return { rows: [...rows.values()], links: [...links.values()], partialTraces };
  }
}

function placesIn(places: readonly SpanPlace[], traces: ReadonlySet<string>): string[] {
  return traces.size === 0 ? [] : places.map(({ traceId }) => traceId).filter((id) => traces.has(id));
}

function widen(interval: Interval, start: bigint, end: bigint): void {
  if (start < interval.from) interval.from = start;
  if (end > interval.to) interval.to = end;
}

function boundsOf(records: readonly LedgerRecord[], links: readonly SpanLink[]): Interval {
  const start = records[0]?.call.startTimeUnixNano ?? links[0]?.startTimeUnixNano ?? 0n;
  const bounds = { from: start, to: start };
  for (const { call } of records) widen(bounds, call.startTimeUnixNano, endOf(call));
  for (const link of links) widen(bounds, link.startTimeUnixNano, link.startTimeUnixNano);
  return bounds;
}
