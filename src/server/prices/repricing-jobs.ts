import { Inject, Injectable } from "@nestjs/common";
import { type EntityManager, In } from "typeorm";
import { randomText } from "../auth/api-key-format.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { Repricing, type RepricingStatus } from "../storage/control/entities/repricing.entity.js";
import { newestFirst, type Page, type PageRequest } from "../storage/control/list-page.js";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";

/** Nobody takes a job over from a process that said so often that it is at work. */
const LEASE_SECONDS = 60;
const DAY_MS = 86_400_000;
/** So long after its end a job can be rolled back; what a roll-back restored is kept for a look shortly. */
export const UNDO_DAYS = { done: 90, rolledBack: 7 } as const;
const FINISHED: readonly RepricingStatus[] = ["done", "failed", "rolled_back"];
const UNFINISHED = ["running", "rolling_back"] as const satisfies readonly RepricingStatus[];

export type NewRepricing = Pick<
  Repricing,
  "projectId" | "cause" | "fromNano" | "toNano" | "filter" | "priceBook" | "total" | "author"
>;

/** What changes while a re-pricing is at work. */
export type RepricingStep = Partial<Omit<Repricing, "id" | "projectId" | "filter">>;

/** Another process has taken the job over. */
export class LostLease extends Error {}

/** Records of re-pricings, and who is at work on them. */
@Injectable()
export class RepricingJobs {
  readonly #owner = randomText(16);

  constructor(
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  list(project: string, page: PageRequest): Promise<Page<Repricing>> {
    return this.database.run((manager) => {
      const query = manager
        .getRepository(Repricing)
        .createQueryBuilder("job")
        .where("job.projectId = :project", { project });
      return newestFirst(query, "createdAt", page);
    });
  }

  find(id: string): Promise<Repricing | null> {
    return this.database.run((manager) => manager.getRepository(Repricing).findOneBy({ id }));
  }

  async add(request: NewRepricing): Promise<Repricing> {
    const now = new Date(this.clock.nowMs());
    const job: Repricing = {
      ...request,
      id: `rep_${randomText(16)}`,
      status: "running",
      calls: 0,
      changed: 0,
      kept: 0,
      before: "0",
      after: "0",
      unpricedBefore: 0,
      unpricedAfter: 0,
      adjusted: 0,
      adjustment: "0",
      undoPrunedAt: null,
      position: null,
      error: null,
      leaseOwner: null,
      leaseUntil: null,
      createdAt: now,
      updatedAt: now,
      finishedAt: null,
    };
    await this.database.run((manager) => manager.getRepository(Repricing).save(job, { reload: false }));
    return job;
  }

  /** Turns a finished job round. False when it is not (or no longer) in one of the states. */
  async startRollback(id: string): Promise<boolean> {
    const change = {
      status: "rolling_back",
      position: null,
      finishedAt: null,
      error: null,
      leaseOwner: null,
      leaseUntil: null,
    } as const;
    const result = await this.database.run((manager) =>
      manager.getRepository(Repricing).update({ id, status: In(["done", "failed"]) }, change),
    );
    return result.affected === 1;
  }

  /** The oldest unfinished job that nobody works on, now ours for a minute; or null. */
  async claim(): Promise<Repricing | null> {
    const id = await this.database.transaction(async (manager) => {
      const rows: { id: string }[] = await manager.query(
        `SELECT id FROM repricing
WHERE status = ANY($1) AND (lease_until IS NULL OR lease_until < now())
ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`,
        [[...UNFINISHED]],
      );
      const found = rows[0]?.id ?? null;
      if (found !== null) {
        await manager.query(
          "UPDATE repricing SET lease_owner = $2, lease_until = now() + make_interval(secs => $3) WHERE id = $1",
          [found, this.#owner, LEASE_SECONDS],
        );
      }
      return found;
    });
    return id === null ? null : this.find(id);
  }

  /**
   * Stores progress and stays at work.
   * @param within what else is stored, with the progress or not at all
   * @throws LostLease when another process has the job by now; nothing is stored then.
   */
  async save(
    id: string,
    progress: RepricingStep,
    within: (manager: EntityManager) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const updatedAt = new Date(this.clock.nowMs());
    await this.database.transaction(async (manager) => {
      await within(manager);
      const result = await manager
        .createQueryBuilder()
        .update(Repricing)
        .set({
          ...progress,
          updatedAt,
          leaseUntil: () => `now() + make_interval(secs => ${LEASE_SECONDS})`,
        })
        .where("id = :id AND leaseOwner = :owner", { id, owner: this.#owner })
        .execute();
      if (result.affected !== 1) throw new LostLease();
    });
  }

  /** Lets go of a job; others may take it after a pause. */
  async release(id: string, pauseSeconds: number): Promise<void> {
    await this.database.run((manager) =>
      manager.query(
        "UPDATE repricing SET lease_owner = NULL, lease_until = now() + make_interval(secs => $3) WHERE id = $1 AND lease_owner = $2",
        [id, this.#owner, pauseSeconds],
      ),
    );
  }

  /** Whether the project has an unfinished job. @throws AppError `unavailable` */
  async isAtWork(project: string): Promise<boolean> {
    const where = { projectId: project, status: In([...UNFINISHED]) };
    return this.database.run((manager) => manager.getRepository(Repricing).existsBy(where));
  }

  /** Drops what roll-backs would need of jobs that ended long ago; how many jobs it was. @throws AppError `unavailable` */
  async pruneUndo(): Promise<number> {
    const now = this.clock.nowMs();
    const before = (days: number): Date => new Date(now - days * DAY_MS);
    return this.database.transaction(async (manager) => {
      const [pruned]: [{ id: string }[], number] = await manager.query(
        `UPDATE repricing SET undo_pruned_at = $1
WHERE undo_pruned_at IS NULL AND status = ANY($2)
  AND finished_at < CASE status WHEN 'rolled_back' THEN $3::timestamptz ELSE $4::timestamptz END
RETURNING id`,
        [new Date(now), FINISHED, before(UNDO_DAYS.rolledBack), before(UNDO_DAYS.done)],
      );
      const ids = pruned.map(({ id }) => id);
      if (ids.length > 0)
        await manager.query("DELETE FROM repricing_undo WHERE repricing_id = ANY($1)", [ids]);
      return ids.length;
    });
  }

  /** With the embedded store there is no other process: what an earlier one left unfinished is free. */
  async freeLeases(): Promise<void> {
    if (this.database.mode !== "pglite") return;
    await this.database.run((manager) =>
      manager
        .getRepository(Repricing)
        .update({ status: In([...UNFINISHED]) }, { leaseOwner: null, leaseUntil: null }),
    );
  }
}
