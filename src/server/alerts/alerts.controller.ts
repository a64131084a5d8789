import { Controller, Get, HttpCode, Inject, Param, Post, Query } from "@nestjs/common";
import { z } from "zod";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { decodeCursor, encodeCursor, listQuerySchema } from "../http/cursor.js";
import type { Outbox } from "../storage/control/entities/outbox.entity.js";
import { AlertsService, type AlertWithDeliveries } from "./alerts.service.js";

const alertsQuerySchema = listQuerySchema.extend({ budget: z.string().min(1).max(100).optional() });

@Controller("api/v1/alerts")
export class AlertsController {
  constructor(@Inject(AlertsService) private readonly alerts: AlertsService) {}

  @Get()
  @RequireScope("read")
  async list(
    @Auth() auth: AuthContext,
    @Query({ schema: alertsQuerySchema }) query: z.infer<typeof alertsQuerySchema>,
  ): Promise<{ data: object[]; nextCursor: string | null }> {
    const request = { limit: query.limit, after: decodeCursor(query.cursor) };
    const page = await this.alerts.list(auth.project, query.budget, request);
    return { data: page.rows.map(toResponse), nextCursor: encodeCursor(page.next) };
  }

  @Post(":id/ack")
  @RequireScope("admin")
  @HttpCode(200)
  async acknowledge(@Auth() auth: AuthContext, @Param("id") id: string): Promise<object> {
    return toResponse(await this.alerts.acknowledge(auth.project, id, auth.keyId ?? "operator"));
  }
}

/** The facts as webhooks carry them, and what happened since. */
function toResponse({ alert, deliveries }: AlertWithDeliveries): object {
  return {
    ...alert.payload,
    id: alert.id,
    type: alert.type,
    project: alert.projectId,
    budgetId: alert.budgetId,
    firedAt: alert.firedAt.toISOString(),
    acknowledgedAt: alert.acknowledgedAt?.toISOString() ?? null,
    acknowledgedBy: alert.acknowledgedBy,
    deliveries: deliveries.map(toDelivery),
  };
}

function toDelivery(row: Outbox): object {
  return {
    id: row.id,
    channel: { id: row.channelId, name: row.channelName },
    status: row.status,
    attempts: row.attempts,
    lastError: row.lastError,
    nextAttemptAt: row.status === "pending" ? row.dueAt.toISOString() : null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}
