import { Inject, Injectable } from "@nestjs/common";
import { IsNull } from "typeorm";
import { createApiKey, randomText } from "../auth/api-key-format.js";
import { ApiKeyVerifier } from "../auth/api-key-verifier.js";
import { type AuthContext, type AuthScope, isOperator } from "../auth/auth-context.js";
import { ProjectDirectory } from "../auth/project-directory.js";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { AppError } from "../domain/errors.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { ApiKey } from "../storage/control/entities/api-key.entity.js";
import { newestFirst, type Page, type PageRequest } from "../storage/control/list-page.js";

export interface NewKeyRequest {
  /** Project of the key; undefined: the sender's. */
  project: string | undefined;
  name: string;
  scopes: readonly AuthScope[];
}

@Injectable()
export class ApiKeysService {
  constructor(
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(ApiKeyVerifier) private readonly verifier: ApiKeyVerifier,
    @Inject(ProjectDirectory) private readonly projects: ProjectDirectory,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Keys in force, newest first. The operator sees those of every project unless the request names one. */
  list(auth: AuthContext, project: string | undefined, page: PageRequest): Promise<Page<ApiKey>> {
    const only = isOperator(auth) ? project : auth.project;
    return this.database.run((manager) => {
      const query = manager.getRepository(ApiKey).createQueryBuilder("key").where("key.revokedAt IS NULL");
      if (only !== undefined) query.andWhere("key.projectId = :only", { only });
      return newestFirst(query, "createdAt", page);
    });
  }

  /**
   * Creates a key; its text is returned this once.
   * @throws AppError `forbidden` when a key asks for another project, `not_found` for an unknown project.
   */
  async create(
    auth: AuthContext,
    request: NewKeyRequest,
  ): Promise<{ id: string; prefix: string; key: string }> {
    const projectId = request.project ?? auth.project;
    if (!isOperator(auth) && projectId !== auth.project) {
      throw new AppError("forbidden", "A key can create keys of its own project only.");
    }
    if (!(await this.projects.exists(projectId)))
      throw new AppError("not_found", "There is no such project.");
    const { key, prefix, hash } = createApiKey();
    const id = `key_${randomText(16)}`;
    await this.database.run((manager) =>
      manager.getRepository(ApiKey).insert({
        id,
        projectId,
        name: request.name,
        prefix,
        secretHash: hash,
        scopes: [...new Set(request.scopes)],
        createdAt: new Date(this.clock.nowMs()),
      }),
    );
    this.verifier.invalidate(prefix);
    return { id, prefix, key };
  }

  /** Revokes a key: it stops working at once. @throws AppError `not_found` */
  async revoke(auth: AuthContext, id: string): Promise<void> {
    const where = { id, revokedAt: IsNull(), ...(isOperator(auth) ? {} : { projectId: auth.project }) };
    const key = await this.database.run((manager) => manager.getRepository(ApiKey).findOneBy(where));
    if (key === null) throw new AppError("not_found", "There is no such key.");
    const revokedAt = new Date(this.clock.nowMs());
    await this.database.run((manager) => manager.getRepository(ApiKey).update({ id }, { revokedAt }));
    this.verifier.invalidate(key.prefix);
  }
}
