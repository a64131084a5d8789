import { Inject, Injectable } from "@nestjs/common";
import { randomText } from "../auth/api-key-format.js";
import { type AuthContext, isOperator } from "../auth/auth-context.js";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { AppError } from "../domain/errors.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { isUniqueViolation } from "../storage/control/control-errors.js";
import { Project } from "../storage/control/entities/project.entity.js";
import { newestFirst, type Page, type PageRequest } from "../storage/control/list-page.js";
import { projectIdFor } from "./project-id.js";

@Injectable()
export class ProjectsService {
  constructor(
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Projects the sender may see, newest first: all for the operator, its own for a key. */
  list(auth: AuthContext, page: PageRequest): Promise<Page<Project>> {
    return this.database.run((manager) => {
      const query = manager.getRepository(Project).createQueryBuilder("project");
      if (!isOperator(auth)) query.where("project.id = :own", { own: auth.project });
      return newestFirst(query, "createdAt", page);
    });
  }

  /** @throws AppError `forbidden` for a key, `conflict` when the name is taken. */
  async create(auth: AuthContext, name: string): Promise<Project> {
    if (!isOperator(auth)) throw new AppError("forbidden", "Only the operator can create projects.");
    const id = projectIdFor(name);
    const created =
      (await this.#insert(id, name)) ?? (await this.#insert(`${id}-${randomText(6).toLowerCase()}`, name));
    if (created === null) throw new AppError("conflict", "The project id is taken; try again.");
    return created;
  }

  /** Null when the id is taken by another name. */
  async #insert(id: string, name: string): Promise<Project | null> {
    const createdAt = new Date(this.clock.nowMs());
    try {
      await this.database.run((manager) => manager.getRepository(Project).insert({ id, name, createdAt }));
      return { id, name, createdAt };
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
    if (await this.database.run((manager) => manager.getRepository(Project).existsBy({ name }))) {
      throw new AppError("conflict", "A project of this name exists already.");
    }
    return null;
  }
}
