import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from "@nestjs/common";
import { LessThan } from "typeorm";
import { APP_CONFIG, type AppConfig, CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { Alert } from "../storage/control/entities/alert.entity.js";

const DAY_MS = 86_400_000;
const EVERY_MS = 6 * 60 * 60_000;

/** Deletes alerts, with their deliveries, that are older than calls are kept. */
@Injectable()
export class AlertRetention implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger("Alerts");
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.#sweep();
    this.#timer = setInterval(() => {
      this.#running = this.#sweep();
    }, EVERY_MS);
    this.#timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#running;
  }

  async #sweep(): Promise<void> {
    const before = new Date(this.clock.nowMs() - this.config.retentionDays * DAY_MS);
    try {
      await this.database.run((manager) =>
        manager.getRepository(Alert).delete({ firedAt: LessThan(before) }),
      );
    } catch {
      this.#logger.warn("Old alerts cannot be deleted now; the next sweep is in six hours.");
    }
  }
}
