import { Controller, Get, Inject, Query } from "@nestjs/common";
import { z } from "zod";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { AppError } from "../domain/errors.js";
import { divideHalfEven, formatMoney, type Money, parseMoney } from "../domain/money.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { PriceOverride } from "../storage/control/entities/price-override.entity.js";
import { monthAt } from "./calendar-month.js";

const querySchema = z.object({
  from: z.iso.date().describe("First day (UTC), inclusive"),
  to: z.iso.date().describe("Last day, exclusive"),
});

const DAY_MS = 86_400_000;
const MAX_DAYS = 400;
/** A month's sum up to a day is rounded once, half-even, at 1e-12 USD. */
const STEP = 10n ** 6n;

/** Fixed sums of commitments, spread over the days of their month. */
@Controller("api/v1/prices/commitments")
@RequireScope("read")
export class CommitmentsController {
  constructor(@Inject(ControlDatabase) private readonly database: ControlDatabase) {}

  @Get()
  async list(
    @Auth() auth: AuthContext,
    @Query({ schema: querySchema }) query: z.infer<typeof querySchema>,
  ): Promise<{ data: object[]; total: string }> {
    const [from, to] = [Date.parse(query.from), Date.parse(query.to)];
    if (from >= to || to - from > MAX_DAYS * DAY_MS)
      throw new AppError("invalid_request", `from: must be before to, by at most ${MAX_DAYS} days`);
    const rows = await this.database.run((manager) =>
      manager
        .getRepository(PriceOverride)
        .createQueryBuilder("price")
        .where("price.kind = 'commitment' AND (price.projectId = :project OR price.projectId IS NULL)", {
          project: auth.project,
        })
        .orderBy("price.createdAt")
        .addOrderBy("price.id")
        .getMany(),
    );
    let total: Money = 0n;
    const data: object[] = [];
    for (let day = from; day < to; day += DAY_MS) {
      for (const row of rows) {
        const amount = amountOf(row, day);
        if (amount === null) continue;
        total += amount;
        const date = new Date(day).toISOString().slice(0, 10);
        data.push({
          override: row.id,
          project: row.projectId,
          match: row.match["name"],
          date,
          amount: formatMoney(amount),
        });
      }
    }
    return { data, total: formatMoney(total) };
  }
}

/** A day's share of the month's sum, such that the shares of all its days add up to the sum; or null when the commitment does not hold at the start of the day or names no sum. */
function amountOf({ definition, effectiveFrom, effectiveTo }: PriceOverride, dayMs: number): Money | null {
  const amount = definition["amount"];
  const startsOn = Math.floor(effectiveFrom.getTime() / DAY_MS) * DAY_MS;
  if (typeof amount !== "string" || dayMs < startsOn) return null;
  if (effectiveTo !== null && dayMs >= effectiveTo.getTime()) return null;
  const month = monthAt("UTC", dayMs);
  const sum = parseMoney(amount);
  const days = BigInt((month.endMs - month.startMs) / DAY_MS);
  const until = (day: bigint): Money => divideHalfEven(sum * day, days * STEP) * STEP;
  const day = BigInt((dayMs - month.startMs) / DAY_MS);
  return until(day + 1n) - until(day);
}
