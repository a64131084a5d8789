import { Body, Controller, Get, HttpCode, Inject, Post, Query } from "@nestjs/common";
import { z } from "zod";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { providerName } from "../pricing/provider-names.js";
import { BookStatus } from "./book/book-status.js";
import { type EstimateRequest, estimateRequestSchema } from "./estimate-request.schema.js";
import { type Estimate, EstimateService } from "./estimate.service.js";
import { OperatorPrices } from "./operator-prices.js";
import { listRates, rateResponse } from "./price-list.js";

const priceListSchema = z.object({
  provider: z.string().max(60).optional(),
  model: z.string().max(200).optional().describe("Id, alias or snapshot"),
  search: z.string().trim().max(100).optional().describe("Part of <provider>/<model>"),
  at: z.iso
    .datetime({ offset: true })
    .optional()
    .describe("Only rates in force then; history included when left out"),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().min(1).max(512).optional(),
});

/** The price list, and what a call would cost by it. */
@Controller("api/v1/prices")
@RequireScope("read")
export class PricesController {
  constructor(
    @Inject(OperatorPrices) private readonly prices: OperatorPrices,
    @Inject(BookStatus) private readonly books: BookStatus,
    @Inject(EstimateService) private readonly estimates: EstimateService,
  ) {}

  @Get()
  async list(@Query({ schema: priceListSchema }) query: z.infer<typeof priceListSchema>): Promise<object> {
    const { book } = this.prices;
    const page = listRates(book, {
      provider: query.provider === undefined ? null : providerName(query.provider),
      model: query.model ?? null,
      search: query.search ?? null,
      atMs: query.at === undefined ? null : Date.parse(query.at),
      limit: query.limit,
      cursor: query.cursor ?? null,
    });
    return {
      data: page.rates.map(rateResponse),
      nextCursor: page.nextCursor,
      priceBook: book.version,
      book: await this.books.report(),
    };
  }

  @Post("estimate")
  @HttpCode(200)
  estimate(
    @Auth() auth: AuthContext,
    @Body({ schema: estimateRequestSchema }) body: EstimateRequest,
  ): Estimate {
    return this.estimates.estimate(auth.project, body);
  }
}
