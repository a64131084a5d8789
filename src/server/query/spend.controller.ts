import { Controller, Get, Query, Req } from "@nestjs/common";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { type ClosableRequest, untilClosed } from "./closed-request.js";
import { describedQuery, type QueryString } from "./query-string.js";
import { type SpendAnswer, SpendQuery, spendQueryShape } from "./spend.query.js";

const QUERY = describedQuery(spendQueryShape);

/** What calls cost, over time and by dimension. */
@Controller("api/v1/spend")
@RequireScope("read")
export class SpendController {
  constructor(private readonly spend: SpendQuery) {}

  @Get()
  get(
    @Auth() auth: AuthContext,
    @Query({ schema: QUERY }) query: QueryString,
    @Req() request: ClosableRequest,
  ): Promise<SpendAnswer> {
    return untilClosed(request, (signal) => this.spend.ask(auth.project, query, signal));
  }
}
