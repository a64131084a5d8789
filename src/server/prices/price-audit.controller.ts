import { Controller, Get, Inject, Query } from "@nestjs/common";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { decodeCursor, encodeCursor, type ListQuery, listQuerySchema } from "../http/cursor.js";
import { PriceAuditLog } from "./price-audit.service.js";

/** Who changed what about prices. */
@Controller("api/v1/prices/audit")
@RequireScope("read")
export class PriceAuditController {
  constructor(@Inject(PriceAuditLog) private readonly audit: PriceAuditLog) {}

  @Get()
  async list(
    @Auth() auth: AuthContext,
    @Query({ schema: listQuerySchema }) query: ListQuery,
  ): Promise<{ data: object[]; nextCursor: string | null }> {
    const page = await this.audit.list(auth.project, {
      limit: query.limit,
      after: decodeCursor(query.cursor),
    });
    const data = page.rows.map(({ id, projectId, author, action, subject, reason, details, createdAt }) => ({
      id,
      project: projectId,
      author,
      action,
      subject,
      reason: reason === "" ? null : reason,
      details,
      createdAt: createdAt.toISOString(),
    }));
    return { data, nextCursor: encodeCursor(page.next) };
  }
}
