import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from "@nestjs/common";
import { AppError } from "../domain/errors.js";
import type { Repricing } from "../storage/control/entities/repricing.entity.js";
import { OperatorPrices } from "./operator-prices.js";
import { LostLease, RepricingJobs } from "./repricing-jobs.js";
import { RepricingWork } from "./repricing-work.js";

/** What another process left behind is looked for this often. */
const TICK_MS = 15_000;
const PRUNE_MS = 3_600_000;
const RETRY_SECONDS = 3;
const RETRIED: ReadonlySet<string> = new Set(["overloaded", "unavailable", "timeout"]);

/** Works on re-pricings in the background, one at a time; goes on with those that an earlier process left. */
@Injectable()
export class RepricingRunner implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  readonly #logger = new Logger("Repricing");
  readonly #waiting = new Map<string, (() => void)[]>();
  #running: Promise<void> | null = null;
  #wanted = false;
  #stopped = false;
  #tick: NodeJS.Timeout | null = null;
  #prune: NodeJS.Timeout | null = null;

  constructor(
    @Inject(RepricingJobs) private readonly jobs: RepricingJobs,
    @Inject(RepricingWork) private readonly work: RepricingWork,
    @Inject(OperatorPrices) private readonly prices: OperatorPrices,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.freeLeases();
    this.#tick = setInterval(() => this.wake(), TICK_MS);
    this.#tick.unref();
    this.#prune = setInterval(() => void this.pruneUndo(), PRUNE_MS);
    this.#prune.unref();
    this.wake();
    await this.pruneUndo();
  }

  onModuleDestroy(): void {
    this.#stopped = true;
    if (this.#tick !== null) clearInterval(this.#tick);
    if (this.#prune !== null) clearInterval(this.#prune);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#running;
  }

  /** Looks for work now. */
  wake(): void {
    this.#wanted = true;
    if (this.#running !== null || this.#stopped) return;
    this.#running = this.#run().finally(() => {
      this.#running = null;
      if (this.#wanted) this.wake();
    });
  }

  /** Resolves when this process has finished the job, or after the time, whichever is first. */
  settled(id: string, withinMs: number): Promise<void> {
    return new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), done]);
    }).then(() => void this.#waiting.delete(id));
  }

  /** Drops undo records that are too old to be used. Never throws: the next hour tries again. */
  async pruneUndo(): Promise<void> {
    try {
      const count = await this.jobs.pruneUndo();
      if (count > 0) this.#logger.log(`Undo records of ${count} re-pricings were dropped`);
    } catch (error) {
      this.#warn("Old undo records cannot be dropped", error);
    }
  }

  async #run(): Promise<void> {
    while (this.#wanted && !this.#stopped) {
      this.#wanted = false;
      try {
        for (let job = await this.jobs.claim(); job !== null; job = await this.jobs.claim()) {
          await this.#do(job);
          if (this.#stopped) return;
        }
      } catch (error) {
        // The next tick looks again.
        this.#warn("Re-pricings cannot be read", error);
      }
    }
  }

  async #do(job: Repricing): Promise<void> {
    const stopped = () => this.#stopped;
    try {
      await this.prices.reload();
      if (job.status === "rolling_back") await this.work.rollBack(job, stopped);
      else await this.work.apply(job, stopped);
    } catch (error) {
      await this.#fail(job, error);
    } finally {
      for (const done of this.#waiting.get(job.id) ?? []) done();
    }
    if (this.#stopped) await this.jobs.release(job.id, 0);
  }

  async #fail(job: Repricing, error: unknown): Promise<void> {
    if (error instanceof LostLease) return;
    if (error instanceof AppError && RETRIED.has(error.code)) {
      await this.jobs.release(job.id, RETRY_SECONDS);
      if (!this.#stopped) setTimeout(() => this.wake(), RETRY_SECONDS * 1000 + 100).unref();
      return;
    }
    this.#warn(`Re-pricing ${job.id} failed`, error);
    const code = error instanceof AppError ? error.code : "internal";
    await this.jobs.save(job.id, { status: "failed", error: code, finishedAt: new Date() });
  }

  #warn(what: string, error: unknown): void {
    this.#logger.warn(`${what}: ${error instanceof Error ? error.message : "unknown reason"}`);
  }
}
