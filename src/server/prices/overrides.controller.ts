import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from "@nestjs/common";
import { z } from "zod";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { decodeCursor, encodeCursor, type ListQuery, listQuerySchema } from "../http/cursor.js";
import type { PriceOverride } from "../storage/control/entities/price-override.entity.js";
import { AutomaticRepricing } from "./automatic-repricing.js";
import { type NewOverride, newOverrideSchema } from "./override-request.schema.js";
import { OverridesService } from "./overrides.service.js";
import { repricingResponse } from "./repricing.response.js";

const closeQuerySchema = z.object({
  void: z.enum(["true", "false"]).default("false").describe("true: as if it had never held"),
});

@Controller("api/v1/prices/overrides")
@RequireScope("read")
export class OverridesController {
  constructor(
    @Inject(OverridesService) private readonly overrides: OverridesService,
    @Inject(AutomaticRepricing) private readonly repricing: AutomaticRepricing,
  ) {}

  @Get()
  async list(
    @Auth() auth: AuthContext,
    @Query({ schema: listQuerySchema }) query: ListQuery,
  ): Promise<{ data: object[]; nextCursor: string | null }> {
    const request = { limit: query.limit, after: decodeCursor(query.cursor) };
    const page = await this.overrides.list(auth.project, request);
    return { data: page.rows.map(toResponse), nextCursor: encodeCursor(page.next) };
  }

  /** `repricing` is the job that prices stored calls which had no price, or null when there are none. */
  @Post()
  @RequireScope("admin")
  async create(
    @Auth() auth: AuthContext,
    @Body({ schema: newOverrideSchema }) body: NewOverride,
  ): Promise<object> {
    const row = await this.overrides.create(auth, body);
    const job = await this.repricing.afterChange(auth, row, `override:${row.id}`);
    return { ...toResponse(row), repricing: job === null ? null : repricingResponse(job) };
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

function toResponse(row: PriceOverride): object {
  return {
    id: row.id,
    project: row.projectId,
    kind: row.kind,
    match: row.match["name"],
    ...row.definition,
    effectiveFrom: row.effectiveFrom.toISOString(),
    effectiveTo: row.effectiveTo?.toISOString() ?? null,
    reason: row.reason === "" ? null : row.reason,
    author: row.author,
    createdAt: row.createdAt.toISOString(),
    closedAt: row.revokedAt?.toISOString() ?? null,
    closedBy: row.revokedBy,
  };
}
