import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from "@nestjs/common";
import { ANALYTICS_STORE, type AnalyticsStore } from "../analytics-store.js";
import { DAY, GRAINS, HOUR, ROLLUP_DEFINITION, storedName } from "./grains.js";
import { type LedgerDay, RollupFreshness, type Span } from "./rollup-freshness.js";
import { recomputeSql } from "./rollup-sql.js";

const TICK_MS = 1_500;
/**
 * Pauses are this many times as long as the work before them. Under steady ingest the running hour is dirty again at once: then rollups
 * fall behind, and reads take more rows, rather than that ingest shares its cores.
 */
const REST_FACTOR = 20;
/** After a long round, such as the first one over an old ledger. */
const LONGEST_PAUSE_MS = 60_000;
/** Whole-day rollups wait until a day has been quiet for this long, and are read from the rows meanwhile. */
const QUIET_MS = 60_000;
/** Rows that one statement reads, about: bounds its memory. */
const ROWS_PER_STATEMENT = 400_000;

/**
 * Keeps the rollups up to date: recomputes the hours that have new rows, newest day first, and then writes down up to which insert they
 * hold. A crash in between leaves the hours dirty, and they are computed again. Of the embedded engine only, whose directory one process owns.
 */
@Injectable()
export class RollupKeeper implements OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger("Rollups");
  #timer: NodeJS.Timeout | null = null;
  #working: Promise<void> = Promise.resolve();
  #isStopped = false;
  #hasForgotten = false;
  /** Version of each dirty day, and when it was first seen. */
  readonly #seen = new Map<number, { version: number; sinceMs: number }>();

  constructor(
    @Inject(ANALYTICS_STORE) private readonly store: AnalyticsStore,
    @Inject(RollupFreshness) private readonly freshness: RollupFreshness,
  ) {}

  onModuleInit(): void {
    if (this.store.mode === "chdb") this.#schedule(TICK_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#working;
  }

  /**
   * Recomputes everything that is not up to date, whole days included when they have been quiet for `quietMs`.
   * @throws AppError as the store does.
   */
  async catchUp(quietMs: number = QUIET_MS): Promise<void> {
    const freshness = await this.freshness.current();
    if (freshness === null) return;
    const { days, nextGeneration } = freshness;
    const newestFirst = days.toReversed();
    const hourly = newestFirst.filter(({ dirtyHours }) => dirtyHours.size > 0);
    for (const batch of batchesOf(days, hourly, runsOf)) await this.#bringUp(HOUR, batch, nextGeneration);
    // Longer slots are added up from the hours, which hold the same rows now.
    const daily = newestFirst.filter((one) => one.isDirtyDay && this.#isQuiet(one, quietMs));
    for (const batch of batchesOf(days, daily, wholeDay)) await this.#bringUp(DAY, batch, nextGeneration);
  }

  /** Drops rows of grains that are no more, as after an update: nobody reads them. @throws AppError as the store does. */
  async forgetOthers(): Promise<void> {
    const params = { grains: GRAINS.map(storedName) };
    const { rows } = await this.store.query(
      "SELECT 1 FROM calls_rollup WHERE grain NOT IN {grains:Array(String)} LIMIT 1",
      { params },
    );
    if (rows.length === 0) return;
    await this.store.command(
      "ALTER TABLE calls_rollup DELETE WHERE grain NOT IN {grains:Array(String)}",
      params,
      "upkeep",
    );
  }

  #schedule(pauseMs: number): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#working = this.#tick();
    }, pauseMs);
    this.#timer.unref();
  }

  async #tick(): Promise<void> {
    const started = performance.now();
    try {
      if (!this.#hasForgotten) await this.forgetOthers();
      this.#hasForgotten = true;
      await this.catchUp();
    } catch (error) {
      // Reads are right without rollups; the next round tries again.
      const reason = error instanceof Error ? error.message : "unknown";
      if (!this.#isStopped) this.#logger.warn(`Rollups could not be brought up to date: ${reason}`);
    }
    const restMs = (performance.now() - started) * REST_FACTOR;
    this.#schedule(Math.max(TICK_MS, Math.min(restMs, LONGEST_PAUSE_MS)));
  }

  #isQuiet(day: LedgerDay, quietMs: number): boolean {
    const nowMs = performance.now();
    const seen = this.#seen.get(day.start);
    const sinceMs = seen?.version === day.version ? seen.sinceMs : nowMs;
    this.#seen.set(day.start, { version: day.version, sinceMs });
    if (nowMs - sinceMs < quietMs) return false;
    this.#seen.delete(day.start);
    return true;
  }

  async #bringUp(
    slot: typeof HOUR | typeof DAY,
    { from, to, complete }: Batch,
    generation: number,
  ): Promise<void> {
    for (const grain of GRAINS.filter((one) => (one.slot === HOUR) === (slot === HOUR))) {
      if (this.#isStopped) return;
      await this.store.command(recomputeSql(grain), { from, to, generation }, "upkeep");
    }
    if (this.#isStopped || complete.length === 0) return;
    const states = complete.map((day) => ({
      definition: ROLLUP_DEFINITION,
      slot_seconds: slot,
      day: new Date(day.start * 1000).toISOString().slice(0, 10).replaceAll("-", ""),
      covered: day.version,
      generation,
    }));
    await this.store.insertJsonRows(
      "rollup_state",
      states.map((state) => JSON.stringify(state)),
    );
  }
}

/** What one round of statements recomputes, and the days that are complete with it. */
interface Batch extends Span {
  complete: LedgerDay[];
}

/** The spans of days in order, put together while not more than about `ROWS_PER_STATEMENT` rows lie between first and last. */
function batchesOf(
  all: readonly LedgerDay[],
  dirty: readonly LedgerDay[],
  spansOf: (day: LedgerDay) => Span[],
): Batch[] {
  const batches: Batch[] = [];
  for (const day of dirty) {
    for (const span of spansOf(day)) {
      const last = batches.at(-1);
      const both = {
        from: Math.min(span.from, last?.from ?? span.from),
        to: Math.max(span.to, last?.to ?? span.to),
      };
      if (last !== undefined && rowsWithin(all, both) <= ROWS_PER_STATEMENT) Object.assign(last, both);
      else batches.push({ ...span, complete: [] });
    }
    batches.at(-1)?.complete.push(day);
  }
  return batches;
}

/** Rows between, about: as if a day's were spread evenly. */
function rowsWithin(days: readonly LedgerDay[], { from, to }: Span): number {
  return days.reduce((rows, day) => {
    const seconds = Math.min(to, day.start + DAY) - Math.max(from, day.start);
    return rows + (Math.max(0, seconds) / DAY) * day.rows;
  }, 0);
}

const wholeDay = (day: LedgerDay): Span[] => [{ from: day.start, to: day.start + DAY }];

/** Neighbouring dirty hours together, so that a statement reads about `ROWS_PER_STATEMENT`. */
function runsOf(day: LedgerDay): Span[] {
  const hoursEach = Math.max(1, Math.floor((24 * ROWS_PER_STATEMENT) / Math.max(1, day.rows)));
  const runs: Span[] = [];
  for (const hour of [...day.dirtyHours].toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last?.to === hour && hour - last.from < hoursEach * HOUR) last.to = hour + HOUR;
    else runs.push({ from: hour, to: hour + HOUR });
  }
  return runs;
}
