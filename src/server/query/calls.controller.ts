import { Controller, Get, Param, Query, Req } from "@nestjs/common";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { CallQuery } from "./call.query.js";
import type { CallResponse } from "./call.response.js";
import { type CallsAnswer, CallsQuery, callsQueryShape } from "./calls.query.js";
import { type ClosableRequest, untilClosed } from "./closed-request.js";
import { describedQuery, type QueryString } from "./query-string.js";

const QUERY = describedQuery(callsQueryShape);

/** The ledger, call by call. */
@Controller("api/v1/calls")
@RequireScope("read")
export class CallsController {
  constructor(
    private readonly calls: CallsQuery,
    private readonly call: CallQuery,
  ) {}

  @Get()
  list(
    @Auth() auth: AuthContext,
    @Query({ schema: QUERY }) query: QueryString,
    @Req() request: ClosableRequest,
  ): Promise<CallsAnswer> {
    return untilClosed(request, (signal) => this.calls.ask(auth.project, query, signal));
  }

  @Get(":id")
  get(@Auth() auth: AuthContext, @Param("id") id: string): Promise<CallResponse> {
    return this.call.run(auth.project, id);
  }
}
