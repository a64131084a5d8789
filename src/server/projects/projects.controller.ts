import { Body, Controller, Get, Inject, Post, Query } from "@nestjs/common";
import { z } from "zod";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import { decodeCursor, encodeCursor, type ListQuery, listQuerySchema } from "../http/cursor.js";
import type { Project } from "../storage/control/entities/project.entity.js";
import { ProjectsService } from "./projects.service.js";

const newProjectSchema = z.object({ name: z.string().trim().min(1).max(100) });

interface ProjectResponse {
  id: string;
  name: string;
  createdAt: string;
}

@Controller("api/v1/projects")
export class ProjectsController {
  constructor(@Inject(ProjectsService) private readonly projects: ProjectsService) {}

  @Get()
  @RequireScope("read")
  async list(
    @Auth() auth: AuthContext,
    @Query({ schema: listQuerySchema }) query: ListQuery,
  ): Promise<{ data: ProjectResponse[]; nextCursor: string | null }> {
    const page = await this.projects.list(auth, { limit: query.limit, after: decodeCursor(query.cursor) });
    return { data: page.rows.map(toResponse), nextCursor: encodeCursor(page.next) };
  }

  @Post()
  @RequireScope("admin")
  async create(
    @Auth() auth: AuthContext,
    @Body({ schema: newProjectSchema }) body: z.infer<typeof newProjectSchema>,
  ): Promise<ProjectResponse> {
    return toResponse(await this.projects.create(auth, body.name));
  }
}

function toResponse({ id, name, createdAt }: Project): ProjectResponse {
  return { id, name, createdAt: createdAt.toISOString() };
}
