import { Body, Controller, Get, HttpCode, Inject, Param, Post } from "@nestjs/common";
import { z } from "zod";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { AppError } from "../domain/errors.js";
import { instantFromText } from "../query/query-time.js";
import type { ClosedPeriod } from "../storage/control/entities/closed-period.entity.js";
import { ClosedPeriods } from "./closed-periods.service.js";

const time = z.string().max(40).describe("RFC 3339 with an offset, or a date (UTC)");
const closeSchema = z.strictObject({
  from: time.nullish().describe("Inclusive; left out: everything before the end"),
  to: time.describe("Exclusive"),
  reason: z.string().max(500).default(""),
});
const reopenSchema = z.strictObject({ reason: z.string().trim().min(1).max(500) });

/** Times whose calls keep their price. */
@Controller("api/v1/periods")
@RequireScope("read")
export class PeriodsController {
  constructor(@Inject(ClosedPeriods) private readonly periods: ClosedPeriods) {}

  @Get()
  async list(@Auth() auth: AuthContext): Promise<{ data: object[] }> {
    return { data: (await this.periods.list(auth.project)).map(periodResponse) };
  }

  @Post("close")
  @RequireScope("admin")
  async close(
    @Auth() auth: AuthContext,
    @Body({ schema: closeSchema }) body: z.infer<typeof closeSchema>,
  ): Promise<object> {
    const from = body.from ? instantOf("from", body.from) : null;
    return periodResponse(await this.periods.close(auth, from, instantOf("to", body.to), body.reason));
  }

  @Post(":id/reopen")
  @RequireScope("admin")
  @HttpCode(200)
  async reopen(
    @Auth() auth: AuthContext,
    @Param("id") id: string,
    @Body({ schema: reopenSchema }) body: z.infer<typeof reopenSchema>,
  ): Promise<object> {
    return periodResponse(await this.periods.reopen(auth, id, body.reason));
  }
}

function instantOf(name: string, text: string): Date {
  const nano = instantFromText(text, "UTC");
  if (nano === null)
    throw new AppError("invalid_request", `${name}: must be RFC 3339 with an offset, or a date`);
  return new Date(Number(nano / 1_000_000n));
}

function periodResponse(period: ClosedPeriod): object {
  return {
    id: period.id,
    project: period.projectId,
    from: period.startsAt?.toISOString() ?? null,
    to: period.endsAt.toISOString(),
    reason: period.reason === "" ? null : period.reason,
    closedAt: period.closedAt.toISOString(),
    closedBy: period.closedBy,
    reopenedAt: period.reopenedAt?.toISOString() ?? null,
    reopenedBy: period.reopenedBy,
  };
}
