import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put, Query } from "@nestjs/common";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { decodeCursor, encodeCursor, type ListQuery, listQuerySchema } from "../http/cursor.js";
import { AutomaticRepricing } from "./automatic-repricing.js";
import { type EndpointRequest, endpointRequestSchema } from "./endpoint-request.schema.js";
import { endpointResponse } from "./endpoint.response.js";
import { EndpointsService } from "./endpoints.service.js";
import { repricingResponse } from "./repricing.response.js";

@Controller("api/v1/prices/endpoints")
@RequireScope("read")
export class EndpointsController {
  constructor(
    @Inject(EndpointsService) private readonly endpoints: EndpointsService,
    @Inject(AutomaticRepricing) private readonly repricing: AutomaticRepricing,
  ) {}

  @Get()
  async list(
    @Auth() auth: AuthContext,
    @Query({ schema: listQuerySchema }) query: ListQuery,
  ): Promise<{ data: object[]; nextCursor: string | null }> {
    const request = { limit: query.limit, after: decodeCursor(query.cursor) };
    const page = await this.endpoints.list(auth.project, request);
    return { data: page.rows.map(endpointResponse), nextCursor: encodeCursor(page.next) };
  }

  /** `repricing` is the job that prices stored calls which had no price, or null when there are none. */
  @Put()
  @RequireScope("admin")
  async put(
    @Auth() auth: AuthContext,
    @Body({ schema: endpointRequestSchema }) body: EndpointRequest,
  ): Promise<object> {
    const row = await this.endpoints.put(auth, body);
    const job = await this.repricing.afterChange(auth, row, `endpoint:${row.id}`);
    return { ...endpointResponse(row), repricing: job === null ? null : repricingResponse(job) };
  }

  /** By id, or by host or deployment name. */
  @Delete(":name")
  @RequireScope("admin")
  @HttpCode(204)
  async remove(@Auth() auth: AuthContext, @Param("name") name: string): Promise<void> {
    await this.endpoints.remove(auth, name);
  }
}
