import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { ControlDatabase } from "../storage/control/control-database.js";
import { Project } from "../storage/control/entities/project.entity.js";

/** The project of every request in open mode, and of the operator unless `?project=` says otherwise. */
export const DEFAULT_PROJECT = "default";

const MAX_KNOWN = 10_000;

/** Which projects exist. Projects are never deleted, so one that was seen once needs no second look. */
@Injectable()
export class ProjectDirectory implements OnModuleInit {
  readonly #known = new Set<string>();

  constructor(@Inject(ControlDatabase) private readonly database: ControlDatabase) {}

  /** Creates project `default` on the first start; replicas that start together do not disturb each other. */
  async onModuleInit(): Promise<void> {
    await this.database.run((manager) =>
      manager
        .createQueryBuilder()
        .insert()
        .into(Project)
        .values({ id: DEFAULT_PROJECT, name: DEFAULT_PROJECT })
        .orIgnore()
        .execute(),
    );
    this.#known.add(DEFAULT_PROJECT);
  }

  /** @throws AppError `unavailable` */
  async exists(id: string): Promise<boolean> {
    if (this.#known.has(id)) return true;
    const isThere = await this.database.run((manager) => manager.getRepository(Project).existsBy({ id }));
    if (isThere && this.#known.size < MAX_KNOWN) this.#known.add(id);
    return isThere;
  }
}
