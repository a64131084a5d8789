import { Inject, Injectable } from "@nestjs/common";
import { IsNull } from "typeorm";
import { randomText } from "../auth/api-key-format.js";
import { type AuthContext, isOperator } from "../auth/auth-context.js";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { AppError } from "../domain/errors.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { CurrencyRate } from "../storage/control/entities/currency-rate.entity.js";
import { newestFirst, type Page, type PageRequest } from "../storage/control/list-page.js";
import type { NewCurrency } from "./currency.schema.js";
import { OperatorPrices } from "./operator-prices.js";
import { authorOf, writeAudit } from "./price-audit.service.js";

const MAX_RATES = 20_000;

/** What currencies are worth in USD, by date, as the operator states it. Append-only: an entry is taken back, never edited. */
@Injectable()
export class CurrenciesService {
  constructor(
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(OperatorPrices) private readonly prices: OperatorPrices,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The project's own and those for all projects that were not taken back. */
  list(project: string, page: PageRequest): Promise<Page<CurrencyRate>> {
    return this.database.run((manager) => {
      const query = manager
        .getRepository(CurrencyRate)
        .createQueryBuilder("rate")
        .where("(rate.projectId = :project OR rate.projectId IS NULL) AND rate.revokedAt IS NULL", {
          project,
        });
      return newestFirst(query, "createdAt", page);
    });
  }

  /** @throws AppError `forbidden` (all projects), `conflict` (an entry of that instant, too many). */
  async create(auth: AuthContext, request: NewCurrency): Promise<CurrencyRate> {
    if (request.allProjects && !isOperator(auth))
      throw new AppError("forbidden", "A key can state currencies for its own project only.");
    const now = new Date(this.clock.nowMs());
    const row: CurrencyRate = {
      id: `fxr_${randomText(16)}`,
      projectId: request.allProjects ? null : auth.project,
      currency: request.currency,
      usd: request.usd,
      effectiveFrom: new Date(request.effectiveFrom),
      reason: request.reason,
      author: authorOf(auth),
      createdAt: now,
      revokedAt: null,
      revokedBy: null,
    };
    await this.database.transaction(async (manager) => {
      const rates = manager.getRepository(CurrencyRate);
      const { currency, effectiveFrom } = row;
      const same = { projectId: row.projectId ?? IsNull(), currency, effectiveFrom, revokedAt: IsNull() };
      const other = await rates.findOneBy(same);
      if (other !== null)
        throw new AppError(
          "conflict",
          `${currency} has an entry from that instant on: delete ${other.id} first.`,
        );
      if ((await rates.countBy({ revokedAt: IsNull() })) >= MAX_RATES)
        throw new AppError("conflict", `There are at most ${MAX_RATES} currency entries.`);
      await rates.insert(row);
      const details = { currency, usd: row.usd, effectiveFrom: effectiveFrom.toISOString() };
      const entry = {
        project: row.projectId,
        action: "currency.create",
        subject: row.id,
        reason: row.reason,
        details,
      };
      await writeAudit(manager, row.author, entry, now.getTime());
    });
    await this.prices.reload();
    return row;
  }

  /** Takes an entry back. Again: no effect. @throws AppError `not_found`, `forbidden` */
  async remove(auth: AuthContext, id: string): Promise<void> {
    const now = new Date(this.clock.nowMs());
    await this.database.transaction(async (manager) => {
      const rates = manager.getRepository(CurrencyRate);
      const row = await rates.findOneBy({ id });
      if (row === null || (row.projectId !== null && row.projectId !== auth.project))
        throw new AppError("not_found", "There is no such currency entry.");
      if (row.projectId === null && !isOperator(auth))
        throw new AppError("forbidden", "A key can take back entries of its own project only.");
      if (row.revokedAt !== null) return;
      await rates.update({ id }, { revokedAt: now, revokedBy: authorOf(auth) });
      const entry = { project: row.projectId, action: "currency.remove", subject: id };
      await writeAudit(manager, authorOf(auth), entry, now.getTime());
    });
    await this.prices.reload();
  }
}
