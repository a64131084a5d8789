import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from "@nestjs/common";
import { In } from "typeorm";
import { CLOCK } from "../../config/app-config.js";
import type { Clock } from "../../domain/clock.js";
import { AppError } from "../../domain/errors.js";
import { nanoFromMs } from "../../storage/analytics/nano-time.js";
import { ControlDatabase } from "../../storage/control/control-database.js";
import { PriceOverride } from "../../storage/control/entities/price-override.entity.js";
import { PriceSchedule, type ScheduleRow } from "../../storage/control/entities/price-schedule.entity.js";
import { type CalendarMonth, monthAt } from "../calendar-month.js";
import { OperatorPrices } from "../operator-prices.js";
import { RepricingService } from "../repricing.service.js";
import { ScheduledCalls, type Span } from "./scheduled-calls.js";
import { type GpuSettings, gpuSchedule, tierSchedule, type TierStart } from "./work-out.js";

const TICK_MS = 10 * 60_000;
const HOUR_MS = 3_600_000;
/** Calls arrive late for the month before, seldom for earlier ones. */
const TICK_MONTHS = 2;
const ALL_MONTHS = 14;

interface TierSettings {
  metric: "spend" | "tokens";
  tiers: readonly { from: string; value: string }[];
  timezone: string;
}

/** Works out volume tiers and GPU pools from the ledger, month by month, and re-prices what they change. */
@Injectable()
export class PriceSchedules implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  readonly #logger = new Logger("Prices");
  #tick: NodeJS.Timeout | null = null;
  #turn: Promise<void> = Promise.resolve();

  constructor(
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(ScheduledCalls) private readonly calls: ScheduledCalls,
    @Inject(OperatorPrices) private readonly prices: OperatorPrices,
    @Inject(RepricingService) private readonly repricing: RepricingService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.#tick = setInterval(() => void this.#onTick(), TICK_MS);
    this.#tick.unref();
  }

  onModuleDestroy(): void {
    if (this.#tick !== null) clearInterval(this.#tick);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#turn.catch(() => undefined);
  }

  /** What was worked out, in order of time. @throws AppError `not_found` */
  async list(project: string, overrideId: string): Promise<PriceSchedule[]> {
    await this.#find(project, overrideId);
    return this.database.run((manager) =>
      manager.getRepository(PriceSchedule).find({ where: { overrideId }, order: { periodStart: "ASC" } }),
    );
  }

  /** Works one out anew, all its months. @throws AppError `not_found`, `invalid_request` for a price of another kind */
  async recompute(project: string, overrideId: string): Promise<void> {
    const row = await this.#find(project, overrideId);
    if (!isWorkedOut(row)) throw new AppError("invalid_request", "Nothing of this price is worked out.");
    await this.#inTurn(() => this.#workOut(row, ALL_MONTHS));
  }

  /** After a price was stated. @throws the stores' errors */
  async afterChange(row: PriceOverride): Promise<void> {
    if (isWorkedOut(row)) await this.#inTurn(() => this.#workOut(row, ALL_MONTHS));
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    // The failure of the one before is its caller's.
    this.#turn = this.#turn.catch(() => undefined).then(work);
    return this.#turn;
  }

  async #onTick(): Promise<void> {
    try {
      const where = { kind: In(["gpu_hour", "volume_tiers"]) };
      const rows = await this.database.run((manager) => manager.getRepository(PriceOverride).findBy(where));
      for (const row of rows) await this.#inTurn(() => this.#workOut(row, TICK_MONTHS));
    } catch (error) {
      // The next tick tries again.
      const reason = error instanceof Error ? error.message : "unknown reason";
      this.#logger.warn(`Tiers and pools cannot be worked out: ${reason}`);
    }
  }

  async #find(project: string, id: string): Promise<PriceOverride> {
    const row = await this.database.run((manager) => manager.getRepository(PriceOverride).findOneBy({ id }));
    if (row === null || (row.projectId !== null && row.projectId !== project))
      throw new AppError("not_found", "There is no such price.");
    return row;
  }

  /** The running month and those before it, at most so many, oldest first. */
  async #workOut(row: PriceOverride, months: number): Promise<void> {
    const timezone = row.kind === "volume_tiers" ? tierSettings(row).timezone : "UTC";
    const list: CalendarMonth[] = [];
    for (let atMs = this.clock.nowMs(); list.length < months; atMs = (list[0]?.startMs ?? 0) - 1)
      list.unshift(monthAt(timezone, atMs));
    for (const month of list) await this.#workOutMonth(row, month);
  }

  async #workOutMonth(row: PriceOverride, month: CalendarMonth): Promise<void> {
    const span = {
      fromMs: Math.max(month.startMs, row.effectiveFrom.getTime()),
      toMs: Math.min(month.endMs, row.effectiveTo?.getTime() ?? Infinity),
    };
    if (span.fromMs >= span.toMs) return;
    const rows =
      row.kind === "gpu_hour" ? await this.#pool(row, span) : await this.#tiers(row, span, month.endMs);
    const key = { overrideId: row.id, periodStart: new Date(month.startMs) };
    const schedules = this.database.repository(PriceSchedule);
    const before = await this.database.run(() => schedules.findOneBy(key));
    const changedMs = firstDifference(before?.rows ?? [], rows);
    if (changedMs === null) return;
    const computedAt = new Date(this.clock.nowMs());
    await this.database.run(() => schedules.save({ ...key, rows, computedAt }, { reload: false }));
    await this.prices.reload();
    await this.#reprice(row, { fromMs: Math.max(changedMs, span.fromMs), toMs: span.toMs });
  }

  async #pool(row: PriceOverride, span: Span): Promise<ScheduleRow[]> {
    const nowHour = Math.floor(this.clock.nowMs() / HOUR_MS) * HOUR_MS;
    const untilMs = Math.min(span.toMs, nowHour);
    if (span.fromMs >= untilMs) return [];
    const hours = await this.calls.hours(row, { fromMs: span.fromMs, toMs: untilMs });
    return gpuSchedule(row.definition as unknown as GpuSettings, hours, untilMs);
  }

  async #tiers(row: PriceOverride, span: Span, monthEndMs: number): Promise<ScheduleRow[]> {
    const { metric, tiers } = tierSettings(row);
    const starts: TierStart[] = [];
    for (const [index, { from, value }] of tiers.entries()) {
      if (index === 0) {
        starts.push({ value, fromMs: span.fromMs });
        continue;
      }
      const reachedMs = await this.calls.reachedAt(row, span, metric, from);
      // Calls of the millisecond that reaches a tier still belong to the one before.
      starts.push({ value, fromMs: reachedMs === null ? null : reachedMs + 1 });
      if (reachedMs === null) break;
    }
    const rows = tierSchedule({ fromMs: span.fromMs, toMs: monthEndMs }, starts);
    for (const part of rows) part.calls = part.toMs > part.fromMs ? await this.calls.count(row, part) : 0;
    return rows;
  }

  async #reprice(row: PriceOverride, span: Span): Promise<void> {
    if (span.fromMs >= span.toMs) return;
    const filters = this.calls.filtersOf(row);
    const filter = Object.fromEntries(filters.map(({ dimension, values }) => [dimension, values]));
    for (const project of await this.calls.projects(row, span)) {
      const scope = { project, fromNano: nanoFromMs(span.fromMs), toNano: nanoFromMs(span.toMs), filters };
      await this.repricing.start(scope, filter, `schedule:${row.id}`, "schedule");
    }
  }
}

function isWorkedOut({ kind, definition }: PriceOverride): boolean {
  return kind === "gpu_hour"
    ? definition["hourlyCost"] !== undefined
    : kind === "volume_tiers" && Array.isArray(definition["tiers"]);
}

function tierSettings({ definition }: PriceOverride): TierSettings {
  return { metric: "spend", timezone: "UTC", tiers: [], ...definition } as TierSettings;
}

/** The first instant from which two schedules say different prices, or null. */
function firstDifference(before: readonly ScheduleRow[], after: readonly ScheduleRow[]): number | null {
  const priceOf = (row: ScheduleRow | undefined): string =>
    row === undefined ? "" : JSON.stringify([row.fromMs, row.value, sortedEntries(row.rates)]);
  for (let index = 0; index < Math.max(before.length, after.length); index++) {
    const [old, fresh] = [before[index], after[index]];
    if (priceOf(old) !== priceOf(fresh)) return Math.min(old?.fromMs ?? Infinity, fresh?.fromMs ?? Infinity);
  }
  return null;
}

/** Postgres gives the keys of a jsonb object in an order of its own. */
function sortedEntries(rates: Record<string, string> | null): [string, string][] {
  return Object.entries(rates ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
