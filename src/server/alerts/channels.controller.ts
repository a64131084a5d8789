import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query } from "@nestjs/common";
import { z } from "zod";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { decodeCursor, encodeCursor, type ListQuery, listQuerySchema } from "../http/cursor.js";
import type { Channel } from "../storage/control/entities/channel.entity.js";
import { channelType } from "./channel-types.js";
import { ChannelsService, type ChannelTestResult } from "./channels.service.js";

const nameSchema = z.string().trim().min(1).max(200);
const configSchema = z.record(z.string(), z.unknown());
const newChannelSchema = z.strictObject({ name: nameSchema, type: z.string().max(50), config: configSchema });
const patchSchema = z.strictObject({ name: nameSchema.optional(), config: configSchema.optional() });

/** Settings of a channel often let their reader send in its name: all routes need `admin`, and no secret is returned. */
@Controller("api/v1/channels")
@RequireScope("admin")
export class ChannelsController {
  constructor(@Inject(ChannelsService) private readonly channels: ChannelsService) {}

  @Get()
  async list(
    @Auth() auth: AuthContext,
    @Query({ schema: listQuerySchema }) query: ListQuery,
  ): Promise<{ data: object[]; nextCursor: string | null }> {
    const request = { limit: query.limit, after: decodeCursor(query.cursor) };
    const page = await this.channels.list(auth.project, request);
    return { data: page.rows.map(toResponse), nextCursor: encodeCursor(page.next) };
  }

  @Get(":id")
  async get(@Auth() auth: AuthContext, @Param("id") id: string): Promise<object> {
    return toResponse(await this.channels.get(auth.project, id));
  }

  @Post()
  async create(
    @Auth() auth: AuthContext,
    @Body({ schema: newChannelSchema }) body: z.infer<typeof newChannelSchema>,
  ): Promise<object> {
    return toResponse(await this.channels.create(auth.project, body));
  }

  @Patch(":id")
  async update(
    @Auth() auth: AuthContext,
    @Param("id") id: string,
    @Body({ schema: patchSchema }) body: z.infer<typeof patchSchema>,
  ): Promise<object> {
    const patch = { name: body.name, config: body.config };
    return toResponse(await this.channels.update(auth.project, id, patch));
  }

  @Delete(":id")
  @HttpCode(204)
  async remove(@Auth() auth: AuthContext, @Param("id") id: string): Promise<void> {
    await this.channels.remove(auth.project, id);
  }

  @Post(":id/test")
  @HttpCode(200)
  test(@Auth() auth: AuthContext, @Param("id") id: string): Promise<ChannelTestResult> {
    return this.channels.test(auth.project, id);
  }
}

function toResponse(channel: Channel): object {
  return {
    id: channel.id,
    project: channel.projectId,
    name: channel.name,
    type: channel.type,
    config: channelType(channel.type).redact(channel.config as Readonly<Record<string, unknown>>),
    createdAt: channel.createdAt.toISOString(),
    updatedAt: channel.updatedAt.toISOString(),
  };
}
