import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query } from "@nestjs/common";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { decodeCursor, encodeCursor, type ListQuery, listQuerySchema } from "../http/cursor.js";
import type { Budget } from "../storage/control/entities/budget.entity.js";
import { toDefinition } from "./budget-definition.js";
import { BudgetInsight } from "./budget-insight.js";
import { BudgetMonitor } from "./budget-monitor.js";
import {
  type BudgetPatch,
  budgetPatchSchema,
  type NewBudget,
  newBudgetSchema,
} from "./budget-request.schema.js";
import type { BudgetStatus } from "./budget-status.js";
import { BudgetsService } from "./budgets.service.js";

@Controller("api/v1/budgets")
@RequireScope("read")
export class BudgetsController {
  constructor(
    @Inject(BudgetsService) private readonly budgets: BudgetsService,
    @Inject(BudgetInsight) private readonly insight: BudgetInsight,
    @Inject(BudgetMonitor) private readonly monitor: BudgetMonitor,
  ) {}

  @Get()
  async list(
    @Auth() auth: AuthContext,
    @Query({ schema: listQuerySchema }) query: ListQuery,
  ): Promise<{ data: object[]; nextCursor: string | null }> {
    const request = { limit: query.limit, after: decodeCursor(query.cursor) };
    const page = await this.budgets.list(auth.project, request);
    return { data: page.rows.map(toResponse), nextCursor: encodeCursor(page.next) };
  }

  @Get(":id")
  async get(@Auth() auth: AuthContext, @Param("id") id: string): Promise<object> {
    return toResponse(await this.budgets.get(auth.project, id));
  }

  @Get(":id/status")
  async status(@Auth() auth: AuthContext, @Param("id") id: string): Promise<BudgetStatus> {
    return this.insight.status(toDefinition(await this.budgets.get(auth.project, id)));
  }

  @Post()
  @RequireScope("admin")
  async create(
    @Auth() auth: AuthContext,
    @Body({ schema: newBudgetSchema }) body: NewBudget,
  ): Promise<object> {
    const budget = await this.budgets.create(auth, body);
    await this.monitor.refresh();
    return toResponse(budget);
  }

  @Patch(":id")
  @RequireScope("admin")
  async update(
    @Auth() auth: AuthContext,
    @Param("id") id: string,
    @Body({ schema: budgetPatchSchema }) body: BudgetPatch,
  ): Promise<object> {
    const budget = await this.budgets.update(auth.project, id, body);
    await this.monitor.refresh();
    return toResponse(budget);
  }

  @Delete(":id")
  @RequireScope("admin")
  @HttpCode(204)
  async remove(@Auth() auth: AuthContext, @Param("id") id: string): Promise<void> {
    await this.budgets.remove(auth.project, id);
    await this.monitor.refresh();
  }
}

function toResponse(row: Budget): object {
  const { channelIds, ...definition } = toDefinition(row);
  return {
    ...definition,
    channels: channelIds,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
