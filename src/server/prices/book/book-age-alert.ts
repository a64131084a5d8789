import { createHash } from "node:crypto";
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from "@nestjs/common";
import type { EntityManager } from "typeorm";
import { randomText } from "../../auth/api-key-format.js";
import { CLOCK } from "../../config/app-config.js";
import type { BookAlertPayload } from "../../domain/book-alert.js";
import type { Clock } from "../../domain/clock.js";
import { ControlDatabase } from "../../storage/control/control-database.js";
import { Channel } from "../../storage/control/entities/channel.entity.js";
import { Outbox } from "../../storage/control/entities/outbox.entity.js";
import { OutboxSignal } from "../../storage/control/outbox-signal.js";
import { type BookReport, BookStatus, STALE_DAYS } from "./book-status.js";

/** A start is often an update: refreshing gets its turn before anybody is told that nothing newer came. */
const FIRST_CHECK_MS = 10 * 60_000;
const EVERY_MS = 6 * 3_600_000;
/** Who was told once is reminded, as long as nothing newer comes. */
const REMIND_DAYS = 30;

/** Tells every project that has channels when the price book is too old: once per book, and a reminder every 30 days. */
@Injectable()
export class BookAgeAlert implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger("PriceBook");
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(BookStatus) private readonly status: Pick<BookStatus, "report">,
    @Inject(OutboxSignal) private readonly outbox: OutboxSignal,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.#checkIn(FIRST_CHECK_MS);
  }

  async onModuleDestroy(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#running;
  }

  /** Ids of the alerts that fired now. @throws AppError `unavailable`; nothing has fired then. */
  async check(): Promise<string[]> {
    const book = await this.status.report();
    if (!book.stale) return [];
    const fired = await this.database.transaction(async (manager) => {
      const channels = await manager.getRepository(Channel).find();
      const ids: string[] = [];
      for (const project of new Set(channels.map(({ projectId }) => projectId))) {
        const payload = this.#payload(project, book);
        const own = channels.filter(({ projectId }) => projectId === project);
        if (await fire(manager, payload, own)) ids.push(payload.id);
      }
      return ids;
    });
    if (fired.length > 0) this.outbox.wake();
    return fired;
  }

  #payload(project: string, { version, source, released, ageDays, lastError }: BookReport): BookAlertPayload {
    const plain = version.split("+")[0] ?? version;
    const reminder = Math.floor((ageDays - STALE_DAYS) / REMIND_DAYS);
    // The same on every replica and after a restart: whoever comes second finds it taken.
    const digest = createHash("sha256")
      .update(JSON.stringify([plain, reminder, project]))
      .digest("hex");
    return {
      id: `alr_book${digest.slice(0, 20)}`,
      type: "price_book.stale",
      project,
      book: { version: plain, source, released, ageDays },
      lastError,
      firedAt: new Date(this.clock.nowMs()).toISOString(),
    };
  }

  #checkIn(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#running = this.check()
        .catch(() => this.#logger.warn("The age of the price book cannot be told now; trying again later."))
        .then(() => this.#checkIn(EVERY_MS));
    }, ms);
    this.#timer.unref();
  }
}

async function fire(
  manager: EntityManager,
  payload: BookAlertPayload,
  channels: readonly Channel[],
): Promise<boolean> {
  const { id, type, project, firedAt } = payload;
  const alert: unknown[] = await manager.query(
    `INSERT INTO alert (id, project_id, type, payload, fired_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING RETURNING id`,
    [id, project, type, JSON.stringify(payload), firedAt],
  );
  if (alert.length === 0) return false;
  const now = new Date(firedAt);
  await manager.getRepository(Outbox).insert(
    channels.map((channel) => ({
      id: `dlv_${randomText(20)}`,
      alertId: id,
      channelId: channel.id,
      channelName: channel.name,
      payload: { ...payload },
      dueAt: now,
      createdAt: now,
    })),
  );
  return true;
}
