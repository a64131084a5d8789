import { Inject, Injectable } from "@nestjs/common";
import { ANALYTICS_STORE, type AnalyticsStore } from "../analytics-store.js";
import { DAY, HOUR, ROLLUP_DEFINITION } from "./grains.js";

/** One UTC day of the ledger. */
export interface LedgerDay {
  /** Start in seconds since the epoch. */
  start: number;
  /** Block number of the last insert into the day. */
  version: number;
  /** Stored rows, versions that are replaced included. */
  rows: number;
  /** Hours (start in seconds) with rows that the hourly rollups do not hold yet. */
  dirtyHours: ReadonlySet<number>;
  /** The rollups of whole days do not hold every row. */
  isDirtyDay: boolean;
}

/** What the rollups hold at one moment. Days that are not in the list have no rows. */
export interface Freshness {
  days: readonly LedgerDay[];
  /** Below this every rollup row was written; the next one to be written has it. */
  nextGeneration: number;
}

/** A span of time in seconds since the epoch: `from` inclusive, `to` exclusive. */
export interface Span {
  from: number;
  to: number;
}

interface PartRow {
  name: string;
  day: string;
  last: string;
  rows: string;
}

const PARTS_SQL = `SELECT name, partition_id AS day, max_block_number AS last, rows
FROM system.parts
WHERE database = currentDatabase() AND table = 'calls_raw' AND active
ORDER BY name`;

const STATE_SQL = `SELECT definition, day, slot_seconds, covered, generation FROM rollup_state FINAL`;

const HOURS_SQL = `SELECT toString(_part) AS part, groupUniqArray(toUnixTimestamp(toStartOfHour(start_time))) AS hours
FROM calls_raw
WHERE _part IN {parts:Array(String)}
  AND _block_number > transform(toString(_part), {parts:Array(String)}, {covered:Array(UInt64)}, toUInt64(0))
GROUP BY part`;

interface StateRow {
  definition: string;
  day: string;
  slot_seconds: number;
  covered: string;
  generation: string;
}

/** Parts whose hours are remembered: they never change. */
const MAX_REMEMBERED_PARTS = 2_000;
const MAX_PARTS_PER_QUERY = 200;

/**
 * Tells which slots of the ledger the rollups hold. Every insert gets the next block number, which its rows keep and which survives a crash
 * with them: a day's rollups hold all up to the block number that was written down when they were computed, and hours with rows of later
 * blocks are dirty. Nothing has to be marked when rows are written. Of the embedded engine only, whose directory one process owns.
 */
@Injectable()
export class RollupFreshness {
  /** Hours (start in seconds) of a part's rows beyond a block. */
  private readonly hoursBeyond = new Map<string, readonly number[]>();
  private running: Promise<Freshness> | null = null;
  private next: Promise<Freshness> | null = null;

  constructor(@Inject(ANALYTICS_STORE) private readonly store: AnalyticsStore) {}

  /**
   * The state at a moment after the call: an insert that was acknowledged before is seen. Callers that wait share one look. Null with a
   * ClickHouse server, which other processes may write to: no rollups are kept there.
   * @throws AppError as the store does.
   */
  current(): Promise<Freshness | null> {
    if (this.store.mode !== "chdb") return Promise.resolve(null);
    return this.shared();
  }

  private shared(): Promise<Freshness> {
    if (this.running === null) return this.look();
    // A look that has begun may have missed what its later caller knows of: those wait for the one after it.
    this.next ??= this.running.then(
      () => this.look(),
      () => this.look(),
    );
    return this.next;
  }

  private look(): Promise<Freshness> {
    this.next = null;
    const looking = this.read().finally(() => {
      if (this.running === looking) this.running = null;
    });
    this.running = looking;
    return looking;
  }

  private async read(): Promise<Freshness> {
    // The state first: what it says is covered is in the parts that are listed after it.
    const state = await this.store.select<StateRow>(STATE_SQL);
    const parts = await this.store.select<PartRow>(PARTS_SQL);
    const covered = new Map(
      state
        .filter((row) => row.definition === ROLLUP_DEFINITION)
        .map((row) => [`${row.day} ${row.slot_seconds}`, Number(row.covered)]),
    );
    const byDay = grouped(parts);
    const open = [...byDay].flatMap(([day, own]) => openParts(own, covered.get(`${day} ${HOUR}`)));
    await this.learnHours(open);
    const days = [...byDay].map(([day, own]) => this.dayOf(day, own, covered));
    return {
      days: days.toSorted((a, b) => a.start - b.start),
      nextGeneration: state.reduce((highest, row) => Math.max(highest, Number(row.generation)), 0) + 1,
    };
  }

  private dayOf(day: string, parts: readonly PartRow[], covered: ReadonlyMap<string, number>): LedgerDay {
    const start =
      Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6, 8))) / 1000;
    const version = lastBlock(parts);
    const hourly = covered.get(`${day} ${HOUR}`);
    const dirty = openParts(parts, hourly).flatMap(
      (part) => this.hoursBeyond.get(keyOf(part)) ?? hoursOfDay(start),
    );
    return {
      start,
      version,
      rows: parts.reduce((sum, part) => sum + Number(part.rows), 0),
      dirtyHours: new Set(isKnown(hourly, version) ? dirty : hoursOfDay(start)),
      isDirtyDay: covered.get(`${day} ${DAY}`) !== version,
    };
  }

  private async learnHours(open: readonly OpenPart[]): Promise<void> {
    const unknown = open.filter((part) => !this.hoursBeyond.has(keyOf(part))).slice(0, MAX_PARTS_PER_QUERY);
    if (unknown.length === 0) return;
    const rows = await this.store.select<{ part: string; hours: string[] }>(HOURS_SQL, {
      params: {
        parts: unknown.map((part) => part.name),
        covered: unknown.map((part) => part.covered),
      },
    });
    const found = new Map(rows.map((row) => [row.part, row.hours.map(Number)]));
    for (const part of unknown) {
      // A part that is not found was merged away after it was listed: its whole day counts as dirty until the next look.
      const hours = found.get(part.name);
      if (hours !== undefined) this.hoursBeyond.set(keyOf(part), hours);
      const [oldest] = this.hoursBeyond.keys();
      if (this.hoursBeyond.size > MAX_REMEMBERED_PARTS && oldest !== undefined)
        this.hoursBeyond.delete(oldest);
    }
  }
}

/** A part with rows of blocks beyond the covered one. */
interface OpenPart {
  name: string;
  covered: number;
}

const keyOf = (part: OpenPart): string => `${part.name} ${part.covered}`;

function grouped(parts: readonly PartRow[]): Map<string, PartRow[]> {
  const byDay = new Map<string, PartRow[]>();
  for (const part of parts) byDay.set(part.day, [...(byDay.get(part.day) ?? []), part]);
  return byDay;
}

function lastBlock(parts: readonly PartRow[]): number {
  return parts.reduce((last, part) => Math.max(last, Number(part.last)), 0);
}

/** A number above the last block was written before the day's parts were dropped: nothing is known of the ones it has now. */
function isKnown(covered: number | undefined, version: number): boolean {
  return covered !== undefined && covered > 0 && covered <= version;
}

/** The parts with rows beyond the covered block; none of them when the whole day is dirty anyway. */
function openParts(parts: readonly PartRow[], covered = 0): OpenPart[] {
  if (!isKnown(covered, lastBlock(parts))) return [];
  return parts.filter((part) => Number(part.last) > covered).map(({ name }) => ({ name, covered }));
}

function hoursOfDay(start: number): number[] {
  return Array.from({ length: 24 }, (_, index) => start + index * HOUR);
}
