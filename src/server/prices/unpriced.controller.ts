import { Body, Controller, Get, Inject, Post, Query, Req } from "@nestjs/common";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { type ClosableRequest, untilClosed } from "../query/closed-request.js";
import { describedQuery, type QueryString } from "../query/query-string.js";
import { unpricedQueryShape } from "../query/unpriced.query.js";
import { endpointResponse } from "./endpoint.response.js";
import { overrideResponse } from "./override.response.js";
import { repricingResponse } from "./repricing.response.js";
import { type FixRequest, fixRequestSchema } from "./unpriced-fix.schema.js";
import { type UnpricedQueue, UnpricedService } from "./unpriced.service.js";

const QUERY = describedQuery(unpricedQueryShape);

/** What has no price, why, and its one-step fix. */
@Controller("api/v1/unpriced")
@RequireScope("read")
export class UnpricedController {
  constructor(@Inject(UnpricedService) private readonly unpriced: UnpricedService) {}

  @Get()
  get(
    @Auth() auth: AuthContext,
    @Query({ schema: QUERY }) query: QueryString,
    @Req() request: ClosableRequest,
  ): Promise<UnpricedQueue> {
    return untilClosed(request, (signal) => this.unpriced.list(auth.project, query, signal));
  }

  /** All of it is stored, or nothing; `repricing` is the job that prices the group's past calls. */
  @Post("fix")
  @RequireScope("admin")
  async fix(
    @Auth() auth: AuthContext,
    @Body({ schema: fixRequestSchema }) body: FixRequest,
  ): Promise<object> {
    const { overrides, endpoints, repricing } = await this.unpriced.fix(auth, body);
    return {
      overrides: overrides.map(overrideResponse),
      endpoints: endpoints.map(endpointResponse),
      repricing: repricing === null ? null : repricingResponse(repricing),
    };
  }
}
