import { Controller, Get, Query, Req } from "@nestjs/common";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { type ClosableRequest, untilClosed } from "./closed-request.js";
import type { QueryString } from "./query-string.js";
import { type SpendAnswer, SpendQuery } from "./spend.query.js";

/** What calls cost, over time and by dimension. */
@Controller("api/v1/spend")
@RequireScope("read")
export class SpendController {
  constructor(private readonly spend: SpendQuery) {}

  @Get()
  get(
    @Auth() auth: AuthContext,
    @Query() query: QueryString,
    @Req() request: ClosableRequest,
  ): Promise<SpendAnswer> {
    return untilClosed(request, (signal) => this.spend.ask(auth.project, query, signal));
  }
}
