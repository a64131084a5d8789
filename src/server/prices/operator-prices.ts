import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from "@nestjs/common";
import { IsNull } from "typeorm";
import { PRICING_CONTEXT, PricingContextHolder } from "../ingest/pricing-context.js";
import type { PriceBook } from "../pricing/price-book.js";
import type { PricingContext } from "../pricing/price-call.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { CurrencyRate } from "../storage/control/entities/currency-rate.entity.js";
import { EndpointMap } from "../storage/control/entities/endpoint-map.entity.js";
import { PriceOverride } from "../storage/control/entities/price-override.entity.js";
import { PriceSchedule } from "../storage/control/entities/price-schedule.entity.js";
import { ActiveBook } from "./book/active-book.js";
import { withOperatorModels } from "./operator-models.js";
import { engineSchedules, operatorPricingOf } from "./operator-rows.js";

/** What other replicas changed is seen after this time. */
const RELOAD_MS = 30_000;

/** Brings the operator's prices from the control store into the context that incoming calls are priced with. */
@Injectable()
export class OperatorPrices implements OnModuleInit, OnModuleDestroy {
  readonly #logger = new Logger("Prices");
  /** The list, without what operators add to it. */
  get book(): PriceBook {
    return this.active.book;
  }
  #loaded = "";
  #timer: NodeJS.Timeout | null = null;
  #turn: Promise<void> = Promise.resolve();

  constructor(
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(PRICING_CONTEXT) private readonly holder: PricingContextHolder,
    @Inject(ActiveBook) private readonly active: ActiveBook,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.reload();
    this.#timer = setInterval(() => void this.#onTick(), RELOAD_MS);
    this.#timer.unref();
  }

  onModuleDestroy(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** What a project's calls are priced with now. */
  contextOf(project: string): PricingContext {
    return this.holder.of(project);
  }

  /** Reads everything and swaps the whole context if anything changed. @throws AppError `unavailable`; the old one stays then. */
  reload(): Promise<void> {
    // In turns, so that an older reading can never replace a newer one. The failure of the one before is its caller's.
    const next = this.#turn.catch(() => undefined).then(() => this.#load());
    this.#turn = next;
    return next;
  }

  async #load(): Promise<void> {
    await this.active.load();
    const [overrides, maps, schedules, currencies] = await this.database.run((manager) =>
      Promise.all([
        manager.getRepository(PriceOverride).find({ order: { createdAt: "ASC", id: "ASC" } }),
        manager
          .getRepository(EndpointMap)
          .find({ where: { revokedAt: IsNull() }, order: { createdAt: "ASC", id: "ASC" } }),
        manager.getRepository(PriceSchedule).find({ order: { periodStart: "ASC" } }),
        manager
          .getRepository(CurrencyRate)
          .find({ where: { revokedAt: IsNull() }, order: { effectiveFrom: "ASC", id: "ASC" } }),
      ]),
    );
    const loaded = JSON.stringify([this.book.version, overrides, maps, schedules, currencies]);
    if (loaded === this.#loaded) return;
    const context = (project: string | null): PricingContext => {
      const operator = operatorPricingOf(project, overrides, maps, engineSchedules(schedules), currencies);
      return { book: withOperatorModels(this.book, operator), operator };
    };
    const projects = new Set(
      [...overrides, ...maps, ...currencies].flatMap(({ projectId }) => projectId ?? []),
    );
    this.holder.replace(context(null), new Map([...projects].map((project) => [project, context(project)])));
    this.#loaded = loaded;
  }

  async #onTick(): Promise<void> {
    try {
      await this.reload();
    } catch (error) {
      this.#logger.warn(
        `The operator's prices cannot be read: ${error instanceof Error ? error.message : "unknown reason"}`,
      );
    }
  }
}
