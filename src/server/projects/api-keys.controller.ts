import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from "@nestjs/common";
import { z } from "zod";
import { AUTH_SCOPES } from "../auth/auth-context.js";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { decodeCursor, encodeCursor, listQuerySchema } from "../http/cursor.js";
import type { ApiKey } from "../storage/control/entities/api-key.entity.js";
import { ApiKeysService } from "./api-keys.service.js";

const newKeySchema = z.object({
  project: z.string().min(1).max(100).optional(),
  name: z.string().trim().min(1).max(100).default("key"),
  scopes: z.array(z.enum(AUTH_SCOPES)).min(1).max(3).default(["ingest", "read"]),
});

const keysQuerySchema = listQuerySchema.extend({ project: z.string().min(1).max(100).optional() });

interface KeyResponse {
  id: string;
  project: string;
  name: string;
  prefix: string;
  scopes: string[];
  createdAt: string;
  lastUsedAt: string | null;
}

@Controller("api/v1/keys")
@RequireScope("admin")
export class ApiKeysController {
  constructor(@Inject(ApiKeysService) private readonly keys: ApiKeysService) {}

  @Get()
  async list(
    @Auth() auth: AuthContext,
    @Query({ schema: keysQuerySchema }) query: z.infer<typeof keysQuerySchema>,
  ): Promise<{ data: KeyResponse[]; nextCursor: string | null }> {
    const request = { limit: query.limit, after: decodeCursor(query.cursor) };
    const page = await this.keys.list(auth, query.project, request);
    return { data: page.rows.map(toResponse), nextCursor: encodeCursor(page.next) };
  }

  @Post()
  create(
    @Auth() auth: AuthContext,
    @Body({ schema: newKeySchema }) body: z.infer<typeof newKeySchema>,
  ): Promise<{ id: string; prefix: string; key: string }> {
    return this.keys.create(auth, { project: body.project, name: body.name, scopes: body.scopes });
  }

  @Delete(":id")
  @HttpCode(204)
  async revoke(@Auth() auth: AuthContext, @Param("id") id: string): Promise<void> {
    await this.keys.revoke(auth, id);
  }
}

function toResponse(key: ApiKey): KeyResponse {
  return {
    id: key.id,
    project: key.projectId,
    name: key.name,
    prefix: key.prefix,
    scopes: key.scopes,
    createdAt: key.createdAt.toISOString(),
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
  };
}
