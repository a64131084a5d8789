import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from "@nestjs/common";
import { CLOCK } from "../../config/app-config.js";
import type { Clock } from "../../domain/clock.js";
import type { Gauge, GaugeSource } from "../../domain/gauge.js";
import { ActiveBook } from "./active-book.js";
import { releasedMs } from "./book-document.js";
import { BookRefresh, shownUrl } from "./book-refresh.service.js";
import { BookStore } from "./book-store.js";

/** The book in force, in the words of the API. */
export interface BookReport {
  version: string;
  source: "bundled" | "refreshed";
  /** Day of release, YYYY-MM-DD. */
  released: string;
  ageDays: number;
  stale: boolean;
  lastCheckAt: string | null;
  lastSuccessAt: string | null;
  lastError: string | null;
  held: number;
  /** Where newer books are looked for, without their queries. */
  urls: string[];
}

const DAY_MS = 86_400_000;
/** Prices change every few weeks: an older book is likely to be wrong somewhere. */
export const STALE_DAYS = 14;
const STALE_MS = STALE_DAYS * DAY_MS;

/** How old the price book is and how refreshing goes; warns once a day when it is too old. */
@Injectable()
export class BookStatus implements GaugeSource, OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger("PriceBook");
  #held = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    @Inject(ActiveBook) private readonly active: ActiveBook,
    @Inject(BookStore) private readonly store: BookStore,
    @Inject(BookRefresh) private readonly refresh: BookRefresh,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.#warnIfOld();
    this.#timer = setInterval(() => this.#warnIfOld(), DAY_MS);
    this.#timer.unref();
  }

  onModuleDestroy(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** @throws AppError `unavailable` */
  async report(): Promise<BookReport> {
    const { lastCheckAtMs, lastSuccessAtMs, lastError } = this.refresh.state;
    this.#held = await this.store.heldRates();
    const released = releasedMs(this.active.version);
    return {
      version: this.active.book.version,
      source: this.active.isRefreshed ? "refreshed" : "bundled",
      released: new Date(released).toISOString().slice(0, 10),
      ageDays: Math.floor(this.#ageMs() / DAY_MS),
      stale: this.#ageMs() > STALE_MS,
      lastCheckAt: time(lastCheckAtMs),
      lastSuccessAt: time(lastSuccessAtMs),
      lastError,
      held: this.#held,
      urls: this.active.sources.map(({ url }) => shownUrl(url)),
    };
  }

  gauges(): readonly Gauge[] {
    const { lastSuccessAtMs, failures } = this.refresh.state;
    const gauge = (name: string, help: string, value: number): Gauge => ({
      kind: "gauge",
      name: `spanledger_price_book_${name}`,
      help,
      value,
    });
    const source = this.active.isRefreshed ? "refreshed" : "bundled";
    const labels = { version: this.active.book.version, source };
    return [
      { ...gauge("info", "The price book in force; always 1.", 1), labels },
      gauge("age_seconds", "Time since the price book in force was released.", this.#ageMs() / 1000),
      gauge("stale", "1 when the price book is older than 14 days.", this.#ageMs() > STALE_MS ? 1 : 0),
      gauge(
        "last_success_seconds",
        "Unix time at which all price book URLs were last read without failure; 0 when never.",
        (lastSuccessAtMs ?? 0) / 1000,
      ),
      gauge("held_rates", "Changed rates that wait for approval, as last seen.", this.#held),
      {
        kind: "counter",
        name: "spanledger_price_book_refresh_failures_total",
        help: "Price book downloads that failed or were refused.",
        value: failures,
      },
    ];
  }

  #ageMs(): number {
    return Math.max(0, this.clock.nowMs() - releasedMs(this.active.version));
  }

  #warnIfOld(): void {
    if (this.#ageMs() <= STALE_MS) return;
    const days = Math.floor(this.#ageMs() / DAY_MS);
    this.#logger.warn(
      `The price book ${this.active.book.version} is ${days} days old: update the package, or set SPANLEDGER_PRICE_BOOK_URLS (docs/pricing.md)`,
    );
  }
}

function time(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
