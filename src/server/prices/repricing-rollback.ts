import { Inject, Injectable } from "@nestjs/common";
import type { AuthContext } from "../auth/auth-context.js";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { AppError } from "../domain/errors.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import type { Repricing } from "../storage/control/entities/repricing.entity.js";
import { ClosedPeriods, PeriodLocks } from "./closed-periods.service.js";
import { EndpointsService } from "./endpoints.service.js";
import { OverridesService } from "./overrides.service.js";
import { authorOf, writeAudit } from "./price-audit.service.js";
import { RepricingJobs } from "./repricing-jobs.js";
import { RepricingRunner } from "./repricing-runner.js";
import { RepricingService } from "./repricing.service.js";
import { nextUndoStep, readUndo } from "./undo-log.js";

/** Small roll-backs are done before the answer. */
const ANSWER_MS = 1_500;

/** Takes a re-pricing back, and on request what caused it. */
@Injectable()
export class RepricingRollback {
  constructor(
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(RepricingService) private readonly repricing: RepricingService,
    @Inject(RepricingJobs) private readonly jobs: RepricingJobs,
    @Inject(RepricingRunner) private readonly runner: RepricingRunner,
    @Inject(ClosedPeriods) private readonly periods: ClosedPeriods,
    @Inject(OverridesService) private readonly overrides: OverridesService,
    @Inject(EndpointsService) private readonly endpoints: EndpointsService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Restores the prices that a re-pricing replaced and reverses its adjustments. Again: no effect.
   * @param withCause also ends, as if they had never held, the prices and mappings that asked for it
   * @throws AppError `not_found`; `conflict` while it is running, when its undo records are gone, when it changed calls of a period
   * that is closed by now, or when a later one booked adjustments on top of its own.
   */
  async rollBack(auth: AuthContext, id: string, withCause: boolean): Promise<Repricing> {
    const job = await this.repricing.get(auth.project, id);
    if (job.status === "rolled_back" || job.status === "rolling_back") return job;
    await this.#requirePossible(job);
    if (withCause) await this.#endCause(auth, job.cause);
    if (!(await this.jobs.startRollback(id)))
      throw new AppError("conflict", "The re-pricing is still running; roll it back when it is done.");
    const entry = { project: auth.project, action: "reprice.rollback", subject: id, details: { withCause } };
    await this.database.run((manager) => writeAudit(manager, authorOf(auth), entry, this.clock.nowMs()));
    this.runner.wake();
    await this.runner.settled(id, ANSWER_MS);
    return this.repricing.get(auth.project, id);
  }

  async #requirePossible(job: Repricing): Promise<void> {
    if (job.status === "running")
      throw new AppError("conflict", "The re-pricing is still running; roll it back when it is done.");
    if (job.undoPrunedAt !== null)
      throw new AppError("conflict", "What a roll-back needs is kept for 90 days, and is gone by now.");
    const { periods } = await this.periods.locks(job.projectId);
    const since = new PeriodLocks(periods.filter(({ closedAt }) => closedAt >= job.createdAt));
    const closed = since.periods.length === 0 ? null : await this.#closedSince(job.id, since);
    if (closed !== null)
      throw new AppError(
        "conflict",
        `Calls that it changed are in the closed period ${closed}: reopen it first.`,
        {
          period: closed,
        },
      );
    const later: { id: string }[] = await this.database.run((manager) =>
      manager.query(
        `SELECT b.repricing_id AS id FROM price_adjustment a
JOIN price_adjustment b USING (project_id, trace_id, span_id, start_nano)
WHERE a.repricing_id = $1 AND b.repricing_id <> $1 AND a.reversed_at IS NULL AND b.reversed_at IS NULL AND b.booked_at >= a.booked_at
LIMIT 1`,
        [job.id],
      ),
    );
    const [blocking] = later;
    if (blocking !== undefined)
      throw new AppError(
        "conflict",
        `A later re-pricing adjusted the same calls: roll back ${blocking.id} first.`,
        {
          repricing: blocking.id,
        },
      );
  }

  async #closedSince(id: string, locks: PeriodLocks): Promise<string | null> {
    const steps = await this.database.run((manager) => nextUndoStep(manager, id));
    for (let step = 0; step < steps; step++) {
      const entries = await this.database.run((manager) => readUndo(manager, id, step));
      for (const { startNano } of entries) {
        const period = locks.at(BigInt(startNano));
        if (period !== null) return period;
      }
    }
    return null;
  }

  async #endCause(auth: AuthContext, cause: string): Promise<void> {
    const ids = /^(?:fix|override|endpoint):(.+)$/.exec(cause)?.[1]?.split(",") ?? [];
    for (const id of ids) {
      try {
        if (id.startsWith("prc_")) await this.overrides.close(auth, id, true);
        else await this.endpoints.remove(auth, id);
      } catch (error) {
        // Somebody took it back before.
        if (!(error instanceof AppError && error.code === "not_found")) throw error;
      }
    }
  }
}
