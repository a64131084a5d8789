import { Controller, Get, Inject, Query } from "@nestjs/common";
import { z } from "zod";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { formatMoney, parseMoney } from "../domain/money.js";
import { ControlDatabase } from "../storage/control/control-database.js";

const querySchema = z.object({
  period: z.string().max(60).optional(),
  repricing: z.string().max(60).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});

interface Group {
  repricing_id: string;
  period_id: string;
  provider: string;
  model: string | null;
  calls: string;
  before: string;
  after: string;
  booked_at: Date;
  reversed_at: Date | null;
}

/** What re-pricing booked for calls of closed periods, by job, period and model, newest first. */
@Controller("api/v1/adjustments")
@RequireScope("read")
export class AdjustmentsController {
  constructor(@Inject(ControlDatabase) private readonly database: ControlDatabase) {}

  @Get()
  async list(
    @Auth() auth: AuthContext,
    @Query({ schema: querySchema }) { period, repricing, limit }: z.infer<typeof querySchema>,
  ): Promise<object> {
    const parameters = [auth.project, period ?? null, repricing ?? null];
    const [groups, [totals]] = await this.database.run((manager) =>
      Promise.all([
        manager.query<Group[]>(`${GROUPS} LIMIT ${limit + 1}`, parameters),
        manager.query<{ calls: string; delta: string }[]>(TOTALS, parameters),
      ]),
    );
    return {
      data: groups.slice(0, limit).map(groupResponse),
      totals: { calls: Number.parseInt(totals?.calls ?? "0", 10), delta: plain(totals?.delta ?? "0") },
      truncated: groups.length > limit,
    };
  }
}

const OF_PROJECT = `FROM price_adjustment
WHERE project_id = $1 AND ($2::text IS NULL OR period_id = $2) AND ($3::text IS NULL OR repricing_id = $3)`;
const GROUPS = `SELECT repricing_id, period_id, provider, model, count(*) AS calls,
  sum(coalesce(before_total, 0)) AS before, sum(coalesce(after_total, 0)) AS after,
  min(booked_at) AS booked_at, max(reversed_at) AS reversed_at
${OF_PROJECT}
GROUP BY repricing_id, period_id, provider, model
ORDER BY min(booked_at) DESC, repricing_id, period_id, provider, model`;
const TOTALS = `SELECT count(*) AS calls, coalesce(sum(coalesce(after_total, 0) - coalesce(before_total, 0)), 0) AS delta
${OF_PROJECT} AND reversed_at IS NULL`;

function groupResponse(group: Group): object {
  const { provider, model } = group;
  return {
    repricing: group.repricing_id,
    period: group.period_id,
    provider,
    model,
    calls: Number.parseInt(group.calls, 10),
    before: plain(group.before),
    after: plain(group.after),
    delta: formatMoney(parseMoney(group.after) - parseMoney(group.before)),
    bookedAt: group.booked_at.toISOString(),
    reversedAt: group.reversed_at?.toISOString() ?? null,
  };
}

function plain(amount: string): string {
  return formatMoney(parseMoney(amount));
}
