import { Controller, Get, Query, Req } from "@nestjs/common";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { type ClosableRequest, untilClosed } from "./closed-request.js";
import { type DataQualityAnswer, DataQualityQuery, dataQualityQueryShape } from "./data-quality.query.js";
import { describedQuery, type QueryString } from "./query-string.js";

const QUERY = describedQuery(dataQualityQueryShape, {});

/** Which instrumentations report to the project, in which versions, and how well their usage is known. */
@Controller("api/v1/data-quality")
@RequireScope("read")
export class DataQualityController {
  constructor(private readonly quality: DataQualityQuery) {}

  @Get()
  get(
    @Auth() auth: AuthContext,
    @Query({ schema: QUERY }) query: QueryString,
    @Req() request: ClosableRequest,
  ): Promise<DataQualityAnswer> {
    return untilClosed(request, (signal) => this.quality.ask(auth.project, query, signal));
  }
}
