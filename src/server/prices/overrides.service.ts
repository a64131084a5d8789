import { Inject, Injectable } from "@nestjs/common";
import type { EntityManager } from "typeorm";
import { randomText } from "../auth/api-key-format.js";
import { type AuthContext, isOperator } from "../auth/auth-context.js";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { AppError } from "../domain/errors.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { PriceOverride as OverrideRow } from "../storage/control/entities/price-override.entity.js";
import { newestFirst, type Page, type PageRequest } from "../storage/control/list-page.js";
import { ModelNames } from "./model-names.js";
import { OperatorPrices } from "./operator-prices.js";
import { authorOf, writeAudit } from "./price-audit.service.js";
import { type NewOverride, requestedOverride, type StatedOverride } from "./override-request.schema.js";

/** Each override is compared with a model once; more of them than people can oversee are a mistake. */
const MAX_OVERRIDES = 5000;

/** Prices that operators state. Append-only: a price ends, it is never edited. */
@Injectable()
export class OverridesService {
  constructor(
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(OperatorPrices) private readonly prices: OperatorPrices,
    @Inject(ModelNames) private readonly names: ModelNames,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The project's own and those for all projects. */
  list(project: string, page: PageRequest): Promise<Page<OverrideRow>> {
    return this.database.run((manager) => {
      const query = manager
        .getRepository(OverrideRow)
        .createQueryBuilder("price")
        .where("(price.projectId = :project OR price.projectId IS NULL)", { project });
      return newestFirst(query, "createdAt", page);
    });
  }

  /**
   * Stores a price; it holds for incoming calls when this resolves.
   * @throws AppError `invalid_request`, `forbidden` (for all projects, without being the operator), `conflict` (overlap, too many).
   */
  async create(auth: AuthContext, request: NewOverride): Promise<OverrideRow> {
    const row = await this.prepare(auth, request);
    await this.database.transaction((manager) => this.write(manager, row, request.supersede));
    await this.prices.reload();
    return row;
  }

  /**
   * The row that a request stands for, checked but for what else is stored.
   * @param pool a pool that the same change is about to name
   * @throws AppError `invalid_request`, `forbidden`
   */
  async prepare(auth: AuthContext, request: NewOverride, pool: string | null = null): Promise<OverrideRow> {
    if (request.allProjects && !isOperator(auth))
      throw new AppError("forbidden", "A key can state prices for its own project only.");
    const isNewPool = pool !== null && request.match.startsWith(`${pool}/`);
    const match = isNewPool
      ? request.match
      : await this.names.overrideMatch(auth.project, request.match, request.kind);
    const stated = requestedOverride(request, {
      id: `prc_${randomText(16)}`,
      project: request.allProjects ? null : auth.project,
      match,
      author: authorOf(auth),
      nowMs: this.clock.nowMs(),
    });
    return this.#rowOf(stated);
  }

  /** Stores a prepared price, with its audit entry. @throws AppError `conflict`; nothing is stored when the transaction ends so. */
  async write(manager: EntityManager, row: OverrideRow, supersede: boolean): Promise<void> {
    await this.#makeRoom(manager, row, supersede);
    await manager.getRepository(OverrideRow).save(row, { reload: false });
    const { id, projectId, kind, match, definition, effectiveFrom, effectiveTo, reason } = row;
    const details = {
      kind,
      match: match["name"],
      ...definition,
      effectiveFrom: effectiveFrom.toISOString(),
      effectiveTo: effectiveTo?.toISOString() ?? null,
    };
    const entry = { project: projectId, action: "override.create", subject: id, reason, details };
    await writeAudit(manager, row.author, entry, row.createdAt.getTime());
  }

  /**
   * Ends a price now; calls that it priced keep it. `asIfNever`: it holds at no time, and re-pricing takes it out of the past too. Again: no effect.
   * @throws AppError `not_found`; `forbidden` for a price of all projects without being the operator.
   */
  async close(auth: AuthContext, id: string, asIfNever: boolean): Promise<void> {
    const overrides = this.database.repository(OverrideRow);
    const row = await this.database.run(() => overrides.findOneBy({ id }));
    if (row === null || (row.projectId !== null && row.projectId !== auth.project))
      throw new AppError("not_found", "There is no such price.");
    if (row.projectId === null && !isOperator(auth))
      throw new AppError("forbidden", "A key can end prices of its own project only.");
    const now = new Date(this.clock.nowMs());
    const from = row.effectiveFrom;
    const end = asIfNever || now < from ? from : now;
    if (row.effectiveTo === null || row.effectiveTo > end) {
      const revokedBy = authorOf(auth);
      await this.database.transaction(async (manager) => {
        await manager
          .getRepository(OverrideRow)
          .update({ id }, { effectiveTo: end, revokedAt: now, revokedBy });
        const action = asIfNever ? "override.void" : "override.end";
        const details = { match: row.match["name"], effectiveTo: end.toISOString() };
        await writeAudit(
          manager,
          revokedBy,
          { project: row.projectId, action, subject: id, details },
          now.getTime(),
        );
      });
    }
    await this.prices.reload();
  }

  #rowOf({ override, settings }: StatedOverride): OverrideRow {
    const { id, project, match, kind, effectiveFrom, effectiveTo, reason, author, ...rest } = override;
    const isWorkedOut = kind === "gpu_hour" || kind === "volume_tiers";
    const definition = isWorkedOut ? settings : { ...rest, ...settings };
    return {
      id,
      projectId: project,
      kind,
      match: { name: match },
      definition,
      effectiveFrom: new Date(effectiveFrom),
      effectiveTo: effectiveTo === null ? null : new Date(effectiveTo),
      reason: reason ?? "",
      author: author ?? "operator",
      createdAt: new Date(this.clock.nowMs()),
      revokedAt: null,
      revokedBy: null,
    };
  }

  /** Of equally specific prices one holds at a time; stacking multipliers do not compete. */
  async #makeRoom(manager: EntityManager, override: OverrideRow, supersede: boolean): Promise<void> {
    const overrides = manager.getRepository(OverrideRow);
    const rows = await overrides.find();
    if (rows.length >= MAX_OVERRIDES)
      throw new AppError("conflict", `There are at most ${MAX_OVERRIDES} operator prices.`);
    const rivals = rows.filter((row) => competes(row, override));
    if (rivals.length > 0 && !supersede) {
      throw new AppError(
        "conflict",
        `${nameOf(override)} has a price at the same time already: end ${rivals.map(({ id }) => id).join(", ")} first, choose times that do not overlap, or send "supersede": true.`,
        { overlaps: rivals.map(({ id }) => id) },
      );
    }
    const start = override.effectiveFrom;
    const now = override.createdAt;
    for (const { id, projectId, effectiveFrom } of rivals) {
      const effectiveTo = effectiveFrom > start ? effectiveFrom : start;
      await overrides.update({ id }, { effectiveTo, revokedAt: now, revokedBy: override.author });
      const details = { by: override.id, effectiveTo: effectiveTo.toISOString() };
      const entry = { project: projectId, action: "override.supersede", subject: id, details };
      await writeAudit(manager, override.author, entry, now.getTime());
    }
  }
}

const nameOf = (row: OverrideRow): string => String(row.match["name"]);

function competes(row: OverrideRow, override: OverrideRow): boolean {
  if (row.definition["stack"] === true || override.definition["stack"] === true) return false;
  if (row.projectId !== override.projectId) return false;
  if (nameOf(row).toLowerCase() !== nameOf(override).toLowerCase()) return false;
  const from = Math.max(row.effectiveFrom.getTime(), override.effectiveFrom.getTime());
  const to = Math.min(row.effectiveTo?.getTime() ?? Infinity, override.effectiveTo?.getTime() ?? Infinity);
  return from < to;
}
