import { Controller, Get, Param, Query, Req } from "@nestjs/common";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { type ClosableRequest, untilClosed } from "./closed-request.js";
import {
  type DimensionName,
  dimensionNamesShape,
  type DimensionValue,
  DimensionValuesQuery,
  dimensionValuesShape,
} from "./dimension-values.query.js";
import { describedQuery, type QueryString } from "./query-string.js";

const NAMES_QUERY = describedQuery(dimensionNamesShape);
const VALUES_QUERY = describedQuery(dimensionValuesShape);

/** What calls can be filtered by: the keys of ad hoc filters, and the values in use. */
@Controller("api/v1/dimensions")
@RequireScope("read")
export class DimensionsController {
  constructor(private readonly dimensions: DimensionValuesQuery) {}

  @Get()
  names(
    @Auth() auth: AuthContext,
    @Query({ schema: NAMES_QUERY }) query: QueryString,
    @Req() request: ClosableRequest,
  ): Promise<{ data: DimensionName[] }> {
    return untilClosed(request, async (signal) => ({
      data: await this.dimensions.names(auth.project, query, signal),
    }));
  }

  @Get(":key/values")
  values(
    @Auth() auth: AuthContext,
    @Param("key") key: string,
    @Query({ schema: VALUES_QUERY }) query: QueryString,
    @Req() request: ClosableRequest,
  ): Promise<{ data: DimensionValue[] }> {
    return untilClosed(request, async (signal) => ({
      data: await this.dimensions.values(auth.project, key, query, signal),
    }));
  }
}
