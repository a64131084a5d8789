import { Controller, Get, Query, Req } from "@nestjs/common";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { type ClosableRequest, untilClosed } from "./closed-request.js";
import { describedQuery, type QueryString } from "./query-string.js";
import { type UnpricedAnswer, UnpricedQuery, unpricedQueryShape } from "./unpriced.query.js";

const QUERY = describedQuery(unpricedQueryShape);

/** What has no price, and why. */
@Controller("api/v1/unpriced")
@RequireScope("read")
export class UnpricedController {
  constructor(private readonly unpriced: UnpricedQuery) {}

  @Get()
  get(
    @Auth() auth: AuthContext,
    @Query({ schema: QUERY }) query: QueryString,
    @Req() request: ClosableRequest,
  ): Promise<UnpricedAnswer> {
    return untilClosed(request, (signal) => this.unpriced.ask(auth.project, query, signal));
  }
}
