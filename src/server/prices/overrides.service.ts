import { Inject, Injectable } from "@nestjs/common";
import type { EntityManager } from "typeorm";
import { randomText } from "../auth/api-key-format.js";
import { type AuthContext, isOperator } from "../auth/auth-context.js";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { AppError } from "../domain/errors.js";
import type { PriceOverride } from "../pricing/operator-pricing.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { PriceOverride as OverrideRow } from "../storage/control/entities/price-override.entity.js";
import { newestFirst, type Page, type PageRequest } from "../storage/control/list-page.js";
import { ModelNames } from "./model-names.js";
import { OperatorPrices } from "./operator-prices.js";
import { type NewOverride, requestedOverride } from "./override-request.schema.js";

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
    if (request.allProjects && !isOperator(auth))
      throw new AppError("forbidden", "A key can state prices for its own project only.");
    const match = await this.names.overrideMatch(auth.project, request.match, request.kind);
    const override = requestedOverride(request, {
      id: `prc_${randomText(16)}`,
      project: request.allProjects ? null : auth.project,
      match,
      author: auth.keyId ?? "operator",
      nowMs: this.clock.nowMs(),
    });
    const row = this.#rowOf(override);
    await this.database.transaction(async (manager) => {
      await this.#makeRoom(manager, override, request.supersede);
      await manager.getRepository(OverrideRow).save(row, { reload: false });
    });
    await this.prices.reload();
    return row;
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
      const revokedBy = auth.keyId ?? "operator";
      await this.database.run(() =>
        overrides.update({ id }, { effectiveTo: end, revokedAt: now, revokedBy }),
      );
    }
    await this.prices.reload();
  }

  #rowOf(override: PriceOverride): OverrideRow {
    const { id, project, match, kind, effectiveFrom, effectiveTo, reason, author, ...definition } = override;
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
  async #makeRoom(manager: EntityManager, override: PriceOverride, supersede: boolean): Promise<void> {
    const overrides = manager.getRepository(OverrideRow);
    const rows = await overrides.find();
    if (rows.length >= MAX_OVERRIDES)
      throw new AppError("conflict", `There are at most ${MAX_OVERRIDES} operator prices.`);
    const rivals = rows.filter((row) => competes(row, override));
    if (rivals.length > 0 && !supersede) {
      throw new AppError(
        "conflict",
        `${override.match} has a price at the same time already: end ${rivals.map(({ id }) => id).join(", ")} first, choose times that do not overlap, or send "supersede": true.`,
        { overlaps: rivals.map(({ id }) => id) },
      );
    }
    const start = new Date(override.effectiveFrom);
    for (const { id, effectiveFrom } of rivals) {
      await overrides.update(
        { id },
        {
          effectiveTo: effectiveFrom > start ? effectiveFrom : start,
          revokedAt: new Date(this.clock.nowMs()),
          revokedBy: override.author,
        },
      );
    }
  }
}

function competes(row: OverrideRow, override: PriceOverride): boolean {
  const stacks = override.kind === "multiplier" && override.stack;
  if (stacks || row.definition["stack"] === true) return false;
  if (row.projectId !== override.project) return false;
  if (String(row.match["name"]).toLowerCase() !== override.match.toLowerCase()) return false;
  const from = Math.max(row.effectiveFrom.getTime(), Date.parse(override.effectiveFrom));
  const to = Math.min(
    row.effectiveTo?.getTime() ?? Infinity,
    override.effectiveTo === null ? Infinity : Date.parse(override.effectiveTo),
  );
  return from < to;
}
