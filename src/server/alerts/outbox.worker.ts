import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from "@nestjs/common";
import { In } from "typeorm";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { AppError } from "../domain/errors.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { Outbox } from "../storage/control/entities/outbox.entity.js";
import { OutboxSignal } from "../storage/control/outbox-signal.js";
import type { AlertMessage } from "./alert-message.js";
import { backoffMs, MAX_ATTEMPTS } from "./backoff.js";
import type { DeliveryOutcome } from "./delivery.js";
import { Outbound } from "./outbound.js";

const BATCH = 20;
/** Longer than an attempt can take: a delivery whose worker died is picked up after it. */
const LEASE_MS = 60_000;
/** Finds what other processes wrote, what is due for another attempt, and leases that ended. */
const POLL_MS = 2_000;
/** When the server stops, attempts in progress get this long. */
const STOP_GRACE_MS = 1_500;

/**
 * Works the outbox off: leases due rows (so that replicas do not send twice), delivers outside of any transaction, and
 * writes the outcome. At least once: a receiver tells repetitions by the delivery id.
 */
@Injectable()
export class OutboxWorker implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger("Outbox");
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #isWoken = false;
  #stopped = false;

  constructor(
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(OutboxSignal) private readonly signal: OutboxSignal,
    @Inject(Outbound) private readonly outbound: Outbound,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.signal.onWake(() => this.wake());
    this.wake();
  }

  /** Waits shortly for attempts in progress, then cuts them off. */
  async onModuleDestroy(): Promise<void> {
    this.#stopped = true;
    this.signal.onWake(null);
    if (this.#timer !== null) clearTimeout(this.#timer);
    const cutOff = setTimeout(() => this.outbound.abort(), STOP_GRACE_MS);
    await this.#running;
    clearTimeout(cutOff);
  }

  /** Looks for due deliveries now. */
  wake(): void {
    this.#isWoken = true;
    this.#schedule(0);
  }

  #schedule(inMs: number): void {
    if (this.#stopped || this.#running !== null) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#turn(), inMs);
    this.#timer.unref();
  }

  async #turn(): Promise<void> {
    if (this.#stopped || this.#running !== null) return;
    this.#isWoken = false;
    this.#running = this.#workOff();
    await this.#running;
    this.#running = null;
    this.#schedule(this.#isWoken ? 0 : POLL_MS);
  }

  async #workOff(): Promise<void> {
    try {
      for (
        let leased = await this.#lease();
        leased.length > 0 && !this.#stopped;
        leased = await this.#lease()
      ) {
        await Promise.all(leased.map((row) => this.#deliver(row)));
      }
    } catch (error) {
      const reason = error instanceof AppError ? error.code : "internal";
      this.#logger.warn(`The outbox cannot be worked off now (${reason}); trying again.`);
    }
  }

  async #lease(): Promise<Outbox[]> {
    if (this.#stopped) return [];
    const now = this.clock.nowMs();
    const ids = await this.database.run(async (manager) => {
      const [rows] = await manager.query<[{ id: string }[], number]>(
        `UPDATE outbox SET attempts = attempts + 1, due_at = $1
         WHERE id IN (SELECT id FROM outbox WHERE status = 'pending' AND due_at <= $2
                      ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
         RETURNING id`,
        [new Date(now + LEASE_MS), new Date(now), BATCH],
      );
      return rows.map(({ id }) => id);
    });
    if (ids.length === 0) return [];
    return this.database.run((manager) =>
      manager.getRepository(Outbox).find({ where: { id: In(ids) }, relations: { channel: true } }),
    );
  }

  async #deliver(row: Outbox): Promise<void> {
    const outcome: DeliveryOutcome =
      row.channel === null
        ? { ok: false, code: "channel_deleted", retryAfterSeconds: null }
        : await this.outbound.send(row.channel, row.payload as AlertMessage, row.id);
    const now = this.clock.nowMs();
    const next = this.#outcomeFields(row, outcome, now);
    // Only while the lease is ours: after it ended another worker may have taken the row.
    const where = { id: row.id, status: "pending", attempts: row.attempts } as const;
    await this.database.run((manager) => manager.getRepository(Outbox).update(where, next));
    if (outcome.ok) return;
    this.#logger.warn(`Delivery ${row.id}, attempt ${row.attempts}, failed: ${outcome.code}`);
    if (next.status === "pending") this.#wakeAt(next.dueAt.getTime() - now);
  }

  #outcomeFields(
    { attempts, channel, dueAt }: Outbox,
    outcome: DeliveryOutcome,
    now: number,
  ): Pick<Outbox, "status" | "lastError" | "finishedAt" | "dueAt"> {
    if (outcome.ok) return { status: "delivered", lastError: null, finishedAt: new Date(now), dueAt };
    const lastError = outcome.code;
    if (channel === null || attempts >= MAX_ATTEMPTS) {
      return { status: "dead", lastError, finishedAt: new Date(now), dueAt };
    }
    const isOurStop = this.#stopped && lastError === "aborted";
    const pause = isOurStop ? 0 : backoffMs(attempts, outcome.retryAfterSeconds, Math.random());
    return { status: "pending", lastError, finishedAt: null, dueAt: new Date(now + pause) };
  }

  /** The poll would find it too, up to two seconds later. */
  #wakeAt(inMs: number): void {
    if (inMs < POLL_MS) setTimeout(() => this.#stopped || this.wake(), inMs).unref();
  }
}
