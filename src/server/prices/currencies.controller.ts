import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from "@nestjs/common";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { canonicalDecimal } from "../domain/money.js";
import { decodeCursor, encodeCursor, type ListQuery, listQuerySchema } from "../http/cursor.js";
import type { CurrencyRate } from "../storage/control/entities/currency-rate.entity.js";
import { AutomaticRepricing } from "./automatic-repricing.js";
import { CurrenciesService } from "./currencies.service.js";
import { type NewCurrency, newCurrencySchema } from "./currency.schema.js";
import { repricingResponse } from "./repricing.response.js";

/** What currencies are worth, by date. */
@Controller("api/v1/prices/currencies")
@RequireScope("read")
export class CurrenciesController {
  constructor(
    @Inject(CurrenciesService) private readonly currencies: CurrenciesService,
    @Inject(AutomaticRepricing) private readonly repricing: AutomaticRepricing,
  ) {}

  @Get()
  async list(
    @Auth() auth: AuthContext,
    @Query({ schema: listQuerySchema }) query: ListQuery,
  ): Promise<{ data: object[]; nextCursor: string | null }> {
    const request = { limit: query.limit, after: decodeCursor(query.cursor) };
    const page = await this.currencies.list(auth.project, request);
    return { data: page.rows.map(currencyResponse), nextCursor: encodeCursor(page.next) };
  }

  /** `repricing` is the job that prices stored calls which had no full price, or null when there are none. */
  @Post()
  @RequireScope("admin")
  async create(
    @Auth() auth: AuthContext,
    @Body({ schema: newCurrencySchema }) body: NewCurrency,
  ): Promise<object> {
    const row = await this.currencies.create(auth, body);
    const change = { projectId: row.projectId, effectiveFrom: row.effectiveFrom, effectiveTo: null };
    const job = await this.repricing.afterChange(auth, change, `currency:${row.id}`);
    return { ...currencyResponse(row), repricing: job === null ? null : repricingResponse(job) };
  }

  @Delete(":id")
  @RequireScope("admin")
  @HttpCode(204)
  async remove(@Auth() auth: AuthContext, @Param("id") id: string): Promise<void> {
    await this.currencies.remove(auth, id);
  }
}

function currencyResponse(row: CurrencyRate): object {
  return {
    id: row.id,
    project: row.projectId,
    currency: row.currency,
    usd: canonicalDecimal(row.usd),
    effectiveFrom: row.effectiveFrom.toISOString(),
    reason: row.reason === "" ? null : row.reason,
    author: row.author,
    createdAt: row.createdAt.toISOString(),
  };
}
