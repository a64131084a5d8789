import { Inject, Injectable } from "@nestjs/common";
import { IsNull } from "typeorm";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { formatMoney, parseMoney } from "../domain/money.js";
import type { LedgerRow } from "../domain/ledger-row.js";
import { AppError } from "../domain/errors.js";
import { IngestService } from "../ingest/ingest.service.js";
import { filtersOfScope } from "../query/dimensions.js";
import { PriceAdjustment } from "../storage/control/entities/price-adjustment.entity.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import type { Repricing, RepricingProgress } from "../storage/control/entities/repricing.entity.js";
import { adjustmentsFor, bookAdjustments, splitByPeriod } from "./adjustments.js";
import { ClosedPeriods } from "./closed-periods.service.js";
import { OperatorPrices } from "./operator-prices.js";
import { type Price, priceOf, repriced, samePrice, withPrice } from "./reprice-row.js";
import { RepricingCalls, type RepricingPosition, type RepricingScope } from "./repricing-calls.js";
import { RepricingJobs, type RepricingStep } from "./repricing-jobs.js";
import { RepricingTally } from "./repricing-tally.js";
import { nextUndoStep, readUndo, type UndoEntry, undoEntry, undoKey, writeUndo } from "./undo-log.js";

/** Calls per step: one step is one flush of the ledger. */
export const PAGE_CALLS = 2000;
/** A row that changes under our hands so often is looked at again later. */
const MAX_ROUNDS = 8;

interface Outcome {
  before: Price;
  after: Price;
  model: string | null;
}

const rowKey = ({ call }: LedgerRow): string =>
  undoKey({ traceId: call.traceId, spanId: call.spanId, startNano: call.startTimeUnixNano.toString() });

const placeOf = ({ callId, call }: LedgerRow) => ({
  id: callId,
  traceId: call.traceId,
  startNano: call.startTimeUnixNano,
});

/**
 * Does the work of a re-pricing and of its roll-back, step by step. What a step replaces is stored before the ledger is written and
 * progress after it, so that a job can stop anywhere, go on, and still be rolled back to the last row.
 */
@Injectable()
export class RepricingWork {
  constructor(
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(RepricingCalls) private readonly calls: RepricingCalls,
    @Inject(RepricingJobs) private readonly jobs: RepricingJobs,
    @Inject(OperatorPrices) private readonly prices: OperatorPrices,
    @Inject(ClosedPeriods) private readonly periods: ClosedPeriods,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IngestService) private readonly ingest: IngestService,
  ) {}

  /**
   * Prices the calls of a job from where it is to its end.
   * @param stopped asked before each step; the job stays as it is then
   * @throws the stores' errors; LostLease
   */
  async apply(job: Repricing, stopped: () => boolean): Promise<void> {
    // A flush that began with the prices before this job's must be in the ledger before the walk starts.
    await this.ingest.rewrite(job.projectId, []);
    const scope = scopeOf(job);
    const tally = tallyOf(job);
    let after = positionOf(job);
    const doneSteps = job.position?.steps ?? 0;
    let step = await this.database.run((manager) => nextUndoStep(manager, job.id));
    const unaccounted = await this.#undoBetween(job.id, doneSteps, step);
    for (;;) {
      if (stopped()) return;
      const page = await this.calls.page(scope, after, PAGE_CALLS);
      const { open, closed } = splitByPeriod(page.rows, await this.periods.locks(job.projectId));
      step = await this.#applyRows(job, open, step, tally, unaccounted);
      const context = this.prices.contextOf(job.projectId);
      const adjustments = await this.database.run((manager) =>
        adjustmentsFor(manager, job.projectId, closed, context),
      );
      tally.addClosed(closed, adjustments);
      const isLast = page.next === null;
      after = page.next ?? after;
      const end = isLast ? { status: "done" as const, finishedAt: this.#now() } : {};
      const progress = { ...numbersOf(tally), position: progressOf(after, step), ...end };
      await this.jobs.save(job.id, progress, (manager) =>
        bookAdjustments(manager, job.id, job.projectId, adjustments, this.#now()),
      );
      if (isLast) return;
    }
  }

  async #undoBetween(id: string, from: number, to: number): Promise<Map<string, UndoEntry>> {
    const entries = new Map<string, UndoEntry>();
    for (let step = from; step < to; step++) {
      const own = await this.database.run((manager) => readUndo(manager, id, step));
      for (const entry of own) {
        const earlier = entries.get(undoKey(entry));
        entries.set(undoKey(entry), earlier === undefined ? entry : { ...entry, before: earlier.before });
      }
    }
    return entries;
  }

  async #applyRows(
    job: Repricing,
    rows: readonly LedgerRow[],
    firstStep: number,
    tally: RepricingTally,
    unaccounted: ReadonlyMap<string, UndoEntry>,
  ): Promise<number> {
    const outcomes = new Map<string, Outcome>();
    let step = firstStep;
    let open = rows;
    for (let round = 0; open.length > 0; round++) {
      if (round === MAX_ROUNDS)
        throw new AppError("overloaded", "Calls change faster than they are re-priced");
      const context = this.prices.contextOf(job.projectId);
      const changes: { previous: LedgerRow; current: LedgerRow }[] = [];
      for (const previous of open) {
        const current = repriced(previous, context);
        if (current !== null) changes.push({ previous, current });
        outcomes.set(rowKey(previous), outcomeOf(previous, current ?? previous, unaccounted));
      }
      if (changes.length === 0) break;
      const entries = changes.map(({ previous, current }) => undoEntry(previous, current));
      const own = step++;
      await this.database.run((manager) => writeUndo(manager, job.id, own, entries));
      const stale = await this.ingest.rewrite(
        job.projectId,
        changes.map(({ current }) => current),
      );
      open = stale.length === 0 ? [] : await this.calls.find(job.projectId, stale.map(placeOf));
    }
    for (const { before, after, model } of outcomes.values()) tally.add(before, after, model);
    return step;
  }

  /** Restores what a job changed, last step first. Rows that changed by other means since are left and counted. @throws as `apply` */
  async rollBack(job: Repricing, stopped: () => boolean): Promise<void> {
    await this.ingest.rewrite(job.projectId, []);
    const steps = await this.database.run((manager) => nextUndoStep(manager, job.id));
    let { kept } = job;
    let step = job.position?.next ?? steps - 1;
    if (job.position === null) kept = 0;
    for (; step >= 0; step--) {
      if (stopped()) return;
      const entries = await this.database.run((manager) => readUndo(manager, job.id, step));
      kept += await this.#restore(job.projectId, entries);
      await this.jobs.save(job.id, { kept, position: { next: step - 1 } });
    }
    const end = { status: "rolled_back" as const, kept, finishedAt: this.#now() };
    await this.jobs.save(job.id, end, async (manager) => {
      await manager
        .getRepository(PriceAdjustment)
        .update({ repricingId: job.id, reversedAt: IsNull() }, { reversedAt: this.#now() });
    });
  }

  #now(): Date {
    return new Date(this.clock.nowMs());
  }

  /** Number of rows that were left as they are. */
  async #restore(project: string, entries: readonly UndoEntry[]): Promise<number> {
    let open = entries;
    let kept = 0;
    for (let round = 0; open.length > 0; round++) {
      if (round === MAX_ROUNDS)
        throw new AppError("overloaded", "Calls change faster than they are restored");
      const places = open.map(({ id, traceId, startNano }) => ({
        id,
        traceId,
        startNano: BigInt(startNano),
      }));
      const rows = new Map((await this.calls.find(project, places)).map((row) => [rowKey(row), row]));
      const restored: LedgerRow[] = [];
      for (const entry of open) {
        const row = rows.get(undoKey(entry));
        const price = row === undefined ? null : priceOf(row.call);
        if (row !== undefined && price !== null && samePrice(price, entry.after))
          restored.push(withPrice(row, entry.before, entry.noDelivered ? null : row.delivered));
        else if (price === null || !samePrice(price, entry.before)) kept += 1;
      }
      const stale = new Set((await this.ingest.rewrite(project, restored)).map(rowKey));
      open = open.filter((entry) => stale.has(undoKey(entry)));
    }
    return kept;
  }
}

/** A row that an interrupted step had written already counts as changed by this job. */
function outcomeOf(
  previous: LedgerRow,
  current: LedgerRow,
  unaccounted: ReadonlyMap<string, UndoEntry>,
): Outcome {
  const earlier = unaccounted.get(rowKey(previous));
  const price = priceOf(previous.call);
  const before = earlier !== undefined && samePrice(price, earlier.after) ? earlier.before : price;
  return {
    before,
    after: priceOf(current.call),
    model: previous.call.responseModel ?? previous.call.requestModel,
  };
}

function scopeOf(job: Repricing): RepricingScope {
  return {
    project: job.projectId,
    fromNano: job.fromNano === null ? null : BigInt(job.fromNano),
    toNano: job.toNano === null ? null : BigInt(job.toNano),
    filters: filtersOfScope(job.filter),
  };
}

function tallyOf(job: Repricing): RepricingTally {
  return Object.assign(new RepricingTally(), {
    calls: job.calls,
    changed: job.changed,
    before: parseMoney(job.before),
    after: parseMoney(job.after),
    unpricedBefore: job.unpricedBefore,
    unpricedAfter: job.unpricedAfter,
    adjusted: job.adjusted,
    adjustment: parseMoney(job.adjustment),
  });
}

function numbersOf(tally: RepricingTally): RepricingStep {
  const { calls, changed, unpricedBefore, unpricedAfter, adjusted } = tally;
  return {
    adjusted,
    adjustment: formatMoney(tally.adjustment),
    calls,
    changed,
    unpricedBefore,
    unpricedAfter,
    before: formatMoney(tally.before),
    after: formatMoney(tally.after),
  };
}

function positionOf({ position }: Repricing): RepricingPosition | null {
  const { startNano, traceId, spanId } = position ?? {};
  if (startNano === undefined || traceId === undefined || spanId === undefined) return null;
  return { startNano: BigInt(startNano), traceId, spanId };
}

function progressOf(after: RepricingPosition | null, steps: number): RepricingProgress {
  if (after === null) return { steps };
  return { startNano: after.startNano.toString(), traceId: after.traceId, spanId: after.spanId, steps };
}
