import { Inject, Injectable } from "@nestjs/common";
import { type EntityManager, IsNull } from "typeorm";
import { randomText } from "../auth/api-key-format.js";
import type { AuthContext } from "../auth/auth-context.js";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { AppError } from "../domain/errors.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { ClosedPeriod } from "../storage/control/entities/closed-period.entity.js";
import { authorOf, writeAudit } from "./price-audit.service.js";
import { RepricingJobs } from "./repricing-jobs.js";

const MAX_PERIODS = 1000;

/** The times of a project whose calls keep their price. */
export class PeriodLocks {
  constructor(readonly periods: readonly ClosedPeriod[]) {}

  /** The id of a closed period that an instant lies in, or null. Start inclusive, end exclusive. */
  at(startNano: bigint): string | null {
    const atMs = Number(startNano / 1_000_000n);
    const found = this.periods.find(
      ({ startsAt, endsAt }) => (startsAt === null || startsAt.getTime() <= atMs) && atMs < endsAt.getTime(),
    );
    return found?.id ?? null;
  }
}

/** Periods that were closed: invoiced, reported, done. */
@Injectable()
export class ClosedPeriods {
  constructor(
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(RepricingJobs) private readonly jobs: RepricingJobs,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** All of the project's, reopened ones included, latest end first. */
  list(project: string): Promise<ClosedPeriod[]> {
    return this.database.run((manager) =>
      manager.getRepository(ClosedPeriod).find({
        where: { projectId: project },
        order: { endsAt: "DESC", closedAt: "DESC" },
        take: MAX_PERIODS,
      }),
    );
  }

  /** What is closed now. @throws AppError `unavailable` */
  async locks(project: string): Promise<PeriodLocks> {
    const where = { projectId: project, reopenedAt: IsNull() };
    const order = { closedAt: "ASC", id: "ASC" } as const;
    return new PeriodLocks(
      await this.database.run((manager) => manager.getRepository(ClosedPeriod).find({ where, order })),
    );
  }

  /**
   * Closes a time; again: the same period.
   * @param startsAt null: everything before the end
   * @throws AppError `invalid_request` (empty, in the future), `conflict` (a re-pricing is running, overlap, too many).
   */
  async close(auth: AuthContext, startsAt: Date | null, endsAt: Date, reason: string): Promise<ClosedPeriod> {
    const nowMs = this.clock.nowMs();
    if (startsAt !== null && startsAt >= endsAt)
      throw new AppError("invalid_request", "from: must be before to");
    if (endsAt.getTime() > nowMs)
      throw new AppError("invalid_request", "to: a period can be closed when it is over");
    if (await this.jobs.isAtWork(auth.project))
      throw new AppError("conflict", "A re-pricing is running: close the period when it is done.");
    return this.database.transaction(async (manager) => {
      const found = await this.#standing(manager, auth.project, startsAt, endsAt);
      if (found !== null) return found;
      const period: ClosedPeriod = {
        id: `per_${randomText(16)}`,
        projectId: auth.project,
        startsAt,
        endsAt,
        reason,
        closedAt: new Date(nowMs),
        closedBy: authorOf(auth),
        reopenedAt: null,
        reopenedBy: null,
      };
      await manager.getRepository(ClosedPeriod).insert(period);
      const details = { from: startsAt?.toISOString() ?? null, to: endsAt.toISOString() };
      const entry = { project: auth.project, action: "period.close", subject: period.id, reason, details };
      await writeAudit(manager, period.closedBy, entry, nowMs);
      return period;
    });
  }

  /** Lets re-pricing change the calls of a period again; adjustments that were booked stay. @throws AppError `not_found` */
  async reopen(auth: AuthContext, id: string, reason: string): Promise<ClosedPeriod> {
    const now = new Date(this.clock.nowMs());
    return this.database.transaction(async (manager) => {
      const periods = manager.getRepository(ClosedPeriod);
      const period = await periods.findOneBy({ id, projectId: auth.project });
      if (period === null) throw new AppError("not_found", "There is no such period.");
      if (period.reopenedAt !== null) return period;
      const change = { reopenedAt: now, reopenedBy: authorOf(auth) };
      await periods.update({ id }, change);
      const entry = { project: auth.project, action: "period.reopen", subject: id, reason };
      await writeAudit(manager, change.reopenedBy, entry, now.getTime());
      return Object.assign(period, change);
    });
  }

  async #standing(
    manager: EntityManager,
    project: string,
    startsAt: Date | null,
    endsAt: Date,
  ): Promise<ClosedPeriod | null> {
    const closed = await manager
      .getRepository(ClosedPeriod)
      .findBy({ projectId: project, reopenedAt: IsNull() });
    if (closed.length >= MAX_PERIODS)
      throw new AppError("conflict", `There are at most ${MAX_PERIODS} closed periods.`);
    const start = startsAt?.getTime() ?? -Infinity;
    const end = endsAt.getTime();
    const startOf = (period: ClosedPeriod): number => period.startsAt?.getTime() ?? -Infinity;
    const same = closed.find((period) => startOf(period) === start && period.endsAt.getTime() === end);
    if (same !== undefined) return same;
    const overlapping = closed.find((period) => startOf(period) < end && start < period.endsAt.getTime());
    if (overlapping !== undefined)
      throw new AppError("conflict", `The time overlaps the closed period ${overlapping.id}.`, {
        period: overlapping.id,
      });
    return null;
  }
}
