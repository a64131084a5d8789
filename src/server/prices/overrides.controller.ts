import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from "@nestjs/common";
import { z } from "zod";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { decodeCursor, encodeCursor, type ListQuery, listQuerySchema } from "../http/cursor.js";
import type { ScheduleRow } from "../storage/control/entities/price-schedule.entity.js";
import { AutomaticRepricing } from "./automatic-repricing.js";
import { type NewOverride, newOverrideSchema } from "./override-request.schema.js";
import { overrideResponse } from "./override.response.js";
import { OverridesService } from "./overrides.service.js";
import { PriceSchedules } from "./schedule/price-schedules.service.js";
import { repricingResponse } from "./repricing.response.js";

const closeQuerySchema = z.object({
  void: z.enum(["true", "false"]).default("false").describe("true: as if it had never held"),
});

@Controller("api/v1/prices/overrides")
@RequireScope("read")
export class OverridesController {
  constructor(
    @Inject(OverridesService) private readonly overrides: OverridesService,
    @Inject(PriceSchedules) private readonly schedules: PriceSchedules,
    @Inject(AutomaticRepricing) private readonly repricing: AutomaticRepricing,
  ) {}

  @Get()
  async list(
    @Auth() auth: AuthContext,
    @Query({ schema: listQuerySchema }) query: ListQuery,
  ): Promise<{ data: object[]; nextCursor: string | null }> {
    const request = { limit: query.limit, after: decodeCursor(query.cursor) };
    const page = await this.overrides.list(auth.project, request);
    return { data: page.rows.map(overrideResponse), nextCursor: encodeCursor(page.next) };
  }

  /** `repricing` is the job that prices stored calls which had no price, or null when there are none. */
  @Post()
  @RequireScope("admin")
  async create(
    @Auth() auth: AuthContext,
    @Body({ schema: newOverrideSchema }) body: NewOverride,
  ): Promise<object> {
    const row = await this.overrides.create(auth, body);
    await this.schedules.afterChange(row);
    const job = await this.repricing.afterChange(auth, row, `override:${row.id}`);
    return { ...overrideResponse(row), repricing: job === null ? null : repricingResponse(job) };
  }

  /** What a volume tier or GPU pool worked out to. */
  @Get(":id/schedule")
  async schedule(@Auth() auth: AuthContext, @Param("id") id: string): Promise<object> {
    const months = await this.schedules.list(auth.project, id);
    return {
      data: months.flatMap(({ rows }) => rows.map(scheduleResponse)),
      computedAt: months.at(-1)?.computedAt.toISOString() ?? null,
    };
  }

  /** Works it out anew from the ledger; calls whose price it changes are re-priced. */
  @Post(":id/recompute")
  @RequireScope("admin")
  @HttpCode(200)
  async recompute(@Auth() auth: AuthContext, @Param("id") id: string): Promise<object> {
    await this.schedules.recompute(auth.project, id);
    return this.schedule(auth, id);
  }

  @Delete(":id")
  @RequireScope("admin")
  @HttpCode(204)
  async close(
    @Auth() auth: AuthContext,
    @Param("id") id: string,
    @Query({ schema: closeQuerySchema }) query: z.infer<typeof closeQuerySchema>,
  ): Promise<void> {
    await this.overrides.close(auth, id, query.void === "true");
  }
}

function scheduleResponse({ fromMs, toMs, value, rates, calls, idleCost }: ScheduleRow): object {
  const time = (ms: number): string => new Date(ms).toISOString();
  return { from: time(fromMs), to: time(toMs), value, rates, calls, idleCost };
}
