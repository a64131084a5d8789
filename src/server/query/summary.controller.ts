import { Controller, Get, Query, Req } from "@nestjs/common";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { type ClosableRequest, untilClosed } from "./closed-request.js";
import { describedQuery, type QueryString } from "./query-string.js";
import { type SummaryAnswer, SummaryQuery, summaryQueryShape } from "./summary.query.js";

const QUERY = describedQuery(summaryQueryShape);

/** How a period went, beside the one before it. */
@Controller("api/v1/summary")
@RequireScope("read")
export class SummaryController {
  constructor(private readonly summary: SummaryQuery) {}

  @Get()
  get(
    @Auth() auth: AuthContext,
    @Query({ schema: QUERY }) query: QueryString,
    @Req() request: ClosableRequest,
  ): Promise<SummaryAnswer> {
    return untilClosed(request, (signal) => this.summary.ask(auth.project, query, signal));
  }
}
