import type { Call } from "../domain/call.js";
import type { LedgerRow, SpanLink } from "../domain/ledger-row.js";
import type { LedgerRecord } from "../ledger/record.js";
import type { KnownEmitter } from "../storage/analytics/neighbour-calls.js";
import { KnownEmitters } from "./known-emitters.js";
import { KnownIds } from "./known-ids.js";

/** Ids of which the ledger may hold something that bears on incoming records. */
export interface Wanted {
  traceIds: Set<string>;
  responseIds: Set<string>;
  callIds: Set<string>;
}

export const nothing = (): Wanted => ({ traceIds: new Set(), responseIds: new Set(), callIds: new Set() });

/** Adds what a record may be related by. */
export function addCall(wanted: Wanted, call: Call): void {
  wanted.traceIds.add(call.traceId);
  if (call.responseId !== null) wanted.responseIds.add(call.responseId);
}

/** Adds what a stored row may be related by. */
export function addRow(wanted: Wanted, row: LedgerRow): void {
  addCall(wanted, row.call);
  if (row.delivered !== null) addCall(wanted, row.delivered);
  // A call of several records is decided as a whole: all of them are needed.
  if (row.role === "merged" || row.otherSpanIds.length > 0) wanted.callIds.add(row.callId);
}

/** What the ledger can be asked at start. */
export interface MemorySource {
  listEmitters(project: string): Promise<KnownEmitter[]>;
  listIds(): Promise<string[] | null>;
}

/** Where others write too, the list of instrumentations is read again after this time. */
const RELOAD_NANO = 60_000_000_000n;

/** Keys of what is remembered, as `listIds` names them. */
const recordTrace = (traceId: string) => `r:${traceId}`;
const linkTrace = (traceId: string) => `l:${traceId}`;
const answer = (responseId: string) => `i:${responseId}`;

/** What this process remembers of the ledger, so that it is asked only about records that may have relatives there. One per process. */
export class KnownLedger {
  #ids: KnownIds | null = null;
  #loading: Promise<KnownIds> | null = null;
  readonly #emitters = new Map<string, { known: KnownEmitters; loaded: bigint }>();

  /**
   * @param soleWriter no other process writes to the ledger: then what this one remembers is complete
   * @param nowNano the present time
   */
  constructor(
    private readonly source: MemorySource,
    private readonly soleWriter: boolean,
    private readonly nowNano: () => bigint,
  ) {}

  /** Whether what is remembered of a project is complete, without asking: never where others write, too. */
  isComplete(project: string): boolean {
    return this.#ids !== null && this.#emitters.has(project);
  }

  /** Reads what has to be remembered of a project, unless that was done. @throws the source's errors */
  async load(project: string): Promise<void> {
    if (this.soleWriter && this.#ids === null) await this.#loadOnce();
    const present = this.#emitters.get(project);
    const now = this.nowNano();
    if (present !== undefined && (this.soleWriter || now - present.loaded < RELOAD_NANO)) return;
    const known = new KnownEmitters(await this.source.listEmitters(project));
    // Another call may have loaded it meanwhile, and noted more since.
    if (this.#emitters.get(project) === present) this.#emitters.set(project, { known, loaded: now });
  }

  /** The instrumentations seen in a project. `load` comes first. */
  emittersOf(project: string): KnownEmitters {
    const present = this.#emitters.get(project);
    if (present === undefined) throw new Error("The project's instrumentations were not loaded");
    return present.known;
  }

  /**
   * What the ledger must be asked about the records, and notes that they come: whoever asks next is told of them. In one go, so that of
   * two related deliveries the later always learns of the earlier. `load` comes first.
   */
  note(project: string, records: readonly LedgerRecord[], links: readonly SpanLink[]): Wanted {
    const emitters = this.emittersOf(project);
    for (const { call } of records) emitters.add(call);
    const wanted = this.#wanted(project, records, links);
    if (!emitters.several) wanted.responseIds.clear();
    this.#remember(project, records, links);
    return wanted;
  }

  /** Requests that come meanwhile wait for the same answer. */
  async #loadOnce(): Promise<void> {
    this.#loading ??= this.#loadIds();
    try {
      const ids = await this.#loading;
      this.#ids ??= ids;
    } finally {
      this.#loading = null;
    }
  }

  async #loadIds(): Promise<KnownIds> {
    const now = this.nowNano();
    const stored = await this.source.listIds();
    if (stored === null) return new KnownIds(now, now);
    const ids = new KnownIds(-(1n << 62n), now);
    for (const entry of stored) {
      const space = entry.indexOf(" ");
      ids.add(entry.slice(0, space), entry.slice(space + 1), now);
    }
    return ids;
  }

  /** Links alone matter only to traces that hold records; records matter to both. */
  #wanted(project: string, records: readonly LedgerRecord[], links: readonly SpanLink[]): Wanted {
    const ids = this.#ids;
    const wanted = nothing();
    const mayExist = (id: string, start: bigint) =>
      ids === null || !ids.covers(start) || ids.mayHold(project, id);
    let lastTrace = "";
    let lastStart = 0n;
    for (const { call } of records) {
      const { traceId, responseId, startTimeUnixNano: start } = call;
      // Calls of one trace mostly come one after the other: it is asked for once. Absence that is believed at one time is so later, too.
      if (traceId !== lastTrace || start < lastStart) {
        if (mayExist(recordTrace(traceId), start) || mayExist(linkTrace(traceId), start))
          wanted.traceIds.add(traceId);
        lastTrace = traceId;
        lastStart = start;
      }
      if (responseId !== null && mayExist(answer(responseId), start)) wanted.responseIds.add(responseId);
    }
    for (const { traceId, startTimeUnixNano } of links) {
      if (mayExist(recordTrace(traceId), startTimeUnixNano)) wanted.traceIds.add(traceId);
    }
    return wanted;
  }

  /** Before the insert: one that fails without an answer may have been stored all the same. */
  #remember(project: string, records: readonly LedgerRecord[], links: readonly SpanLink[]): void {
    const ids = this.#ids;
    if (ids === null) return;
    const now = this.nowNano();
    let lastTrace = "";
    for (const { call } of records) {
      if (call.traceId !== lastTrace) ids.add(project, recordTrace(call.traceId), now);
      lastTrace = call.traceId;
      if (call.responseId !== null) ids.add(project, answer(call.responseId), now);
    }
    for (const link of links) ids.add(project, linkTrace(link.traceId), now);
  }
}
