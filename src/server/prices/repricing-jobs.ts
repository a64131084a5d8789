import { Inject, Injectable } from "@nestjs/common";
import { In } from "typeorm";
import { randomText } from "../auth/api-key-format.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { Repricing, type RepricingStatus } from "../storage/control/entities/repricing.entity.js";
import { newestFirst, type Page, type PageRequest } from "../storage/control/list-page.js";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";

/** Nobody takes a job over from a process that said so often that it is at work. */
const LEASE_SECONDS = 60;
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

  /** Stores progress and stays at work. @throws LostLease when another process has the job by now. */
  async save(id: string, progress: RepricingStep): Promise<void> {
    const updatedAt = new Date(this.clock.nowMs());
    const affected = await this.database.run(async (manager) => {
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
      return result.affected;
    });
    if (affected !== 1) throw new LostLease();
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
