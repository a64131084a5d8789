import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from "@nestjs/common";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { decodeCursor, encodeCursor, type ListQuery, listQuerySchema } from "../http/cursor.js";
import {
  type RepriceRequest,
  repriceRequestSchema,
  type RollbackRequest,
  rollbackRequestSchema,
} from "./reprice-request.schema.js";
import { RepricingRollback } from "./repricing-rollback.js";
import { repricingResponse } from "./repricing.response.js";
import { RepricingService } from "./repricing.service.js";

/** Pricing stored calls again. */
@Controller("api/v1/reprice")
@RequireScope("read")
export class RepriceController {
  constructor(
    @Inject(RepricingService) private readonly repricing: RepricingService,
    @Inject(RepricingRollback) private readonly rollbacks: RepricingRollback,
  ) {}

  @Get()
  async list(
    @Auth() auth: AuthContext,
    @Query({ schema: listQuerySchema }) query: ListQuery,
  ): Promise<{ data: object[]; nextCursor: string | null }> {
    const request = { limit: query.limit, after: decodeCursor(query.cursor) };
    const page = await this.repricing.list(auth.project, request);
    return { data: page.rows.map(repricingResponse), nextCursor: encodeCursor(page.next) };
  }

  /** With `preview: false` the answer is the job; it may still be running: see `GET reprice/{id}`. */
  @Post()
  @RequireScope("admin")
  @HttpCode(200)
  async start(
    @Auth() auth: AuthContext,
    @Body({ schema: repriceRequestSchema }) body: RepriceRequest,
  ): Promise<object> {
    if (body.preview) return this.repricing.preview(auth.project, body);
    return repricingResponse(await this.repricing.apply(auth, body));
  }

  @Get(":id")
  async get(@Auth() auth: AuthContext, @Param("id") id: string): Promise<object> {
    return repricingResponse(await this.repricing.get(auth.project, id));
  }

  @Post(":id/rollback")
  @RequireScope("admin")
  @HttpCode(200)
  async rollBack(
    @Auth() auth: AuthContext,
    @Param("id") id: string,
    @Body({ schema: rollbackRequestSchema }) body: RollbackRequest,
  ): Promise<object> {
    return repricingResponse(await this.rollbacks.rollBack(auth, id, body?.withCause === true));
  }
}
