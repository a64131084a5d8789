import { Inject, Injectable } from "@nestjs/common";
import { In } from "typeorm";
import { randomText } from "../auth/api-key-format.js";
import { type AuthContext, isOperator } from "../auth/auth-context.js";
import { ProjectDirectory } from "../auth/project-directory.js";
import { CLOCK } from "../config/app-config.js";
import type { BudgetScope } from "../domain/budget.js";
import type { Clock } from "../domain/clock.js";
import { AppError } from "../domain/errors.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { Budget } from "../storage/control/entities/budget.entity.js";
import { Channel } from "../storage/control/entities/channel.entity.js";
import { newestFirst, type Page, type PageRequest } from "../storage/control/list-page.js";
import type { BudgetPatch, BudgetScopeRequest, NewBudget } from "./budget-request.schema.js";

/** Parts of a budget that change what is counted or compared: after a change of one, thresholds are armed anew. */
const DEFINING = ["limit", "unit", "period", "customPeriod", "timezone", "scope", "unpriced"] as const;

/** A project has at most so many budgets: each costs a query of the ledger when it is touched. */
const MAX_BUDGETS = 1000;

/** Budgets of projects: their definitions. What they have used is `BudgetInsight`'s. */
@Injectable()
export class BudgetsService {
  constructor(
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(ProjectDirectory) private readonly projects: ProjectDirectory,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  list(project: string, page: PageRequest): Promise<Page<Budget>> {
    return this.database.run((manager) => {
      const query = manager
        .getRepository(Budget)
        .createQueryBuilder("budget")
        .where("budget.projectId = :project", { project });
      return newestFirst(query, "createdAt", page);
    });
  }

  /** @throws AppError `not_found`, also for another project's budget. */
  async get(project: string, id: string): Promise<Budget> {
    const budget = await this.database.run((manager) =>
      manager.getRepository(Budget).findOneBy({ id, projectId: project }),
    );
    if (budget === null) throw new AppError("not_found", "There is no such budget.");
    return budget;
  }

  /** @throws AppError `invalid_request`, `forbidden` or `not_found` (scope.project), `conflict` (too many). */
  async create(auth: AuthContext, request: NewBudget): Promise<Budget> {
    const { project, scope } = await this.#projectOf(auth, request.scope);
    const now = new Date(this.clock.nowMs());
    const budget: Omit<Budget, "project"> = {
      id: `bud_${randomText(16)}`,
      projectId: project,
      name: request.name,
      limitAmount: request.limit,
      unit: request.unit,
      period: request.period,
      customPeriod: customPeriodOf(request.period, request.customPeriod),
      timezone: request.timezone,
      scope,
      thresholds: request.thresholds,
      unpriced: request.unpriced,
      channelIds: request.channels,
      rearmPending: false,
      createdAt: now,
      updatedAt: now,
    };
    await this.#requireChannels(project, request.channels);
    await this.#requireRoom(project);
    await this.database.run((manager) => manager.getRepository(Budget).insert(budget));
    return this.get(project, budget.id);
  }

  /** @throws AppError `not_found`, `invalid_request`. */
  async update(project: string, id: string, patch: BudgetPatch): Promise<Budget> {
    if (patch.channels !== undefined) await this.#requireChannels(project, patch.channels);
    if (patch.scope?.project !== undefined && patch.scope.project !== project) {
      throw new AppError("invalid_request", "A budget cannot move to another project.");
    }
    await this.database.transaction(async (manager) => {
      const budgets = manager.getRepository(Budget);
      const lock = { mode: "pessimistic_write" } as const;
      const current = await budgets.findOne({ where: { id, projectId: project }, lock });
      if (current === null) throw new AppError("not_found", "There is no such budget.");
      const updatedAt = new Date(Math.max(this.clock.nowMs(), current.updatedAt.getTime() + 1));
      await budgets.update({ id }, { ...patched(current, patch), updatedAt });
    });
    return this.get(project, id);
  }

  /** @throws AppError `not_found`. */
  async remove(project: string, id: string): Promise<void> {
    await this.get(project, id);
    await this.database.run((manager) => manager.getRepository(Budget).delete({ id, projectId: project }));
  }

  async #projectOf(
    auth: AuthContext,
    { project, ...scope }: BudgetScopeRequest,
  ): Promise<{ project: string; scope: BudgetScope }> {
    const chosen = project ?? auth.project;
    if (chosen === auth.project) return { project: chosen, scope };
    if (!isOperator(auth))
      throw new AppError("forbidden", "A key can create budgets of its own project only.");
    if (!(await this.projects.exists(chosen))) throw new AppError("not_found", "There is no such project.");
    return { project: chosen, scope };
  }

  async #requireChannels(project: string, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const found = await this.database.run((manager) =>
      manager
        .getRepository(Channel)
        .find({ select: { id: true }, where: { id: In([...ids]), projectId: project } }),
    );
    const known = new Set(found.map(({ id }) => id));
    const missing = ids.filter((id) => !known.has(id));
    if (missing.length > 0)
      throw new AppError("invalid_request", "A channel does not exist.", { channels: missing });
  }

  async #requireRoom(project: string): Promise<void> {
    const count = await this.database.run((manager) =>
      manager.getRepository(Budget).countBy({ projectId: project }),
    );
    if (count >= MAX_BUDGETS) throw new AppError("conflict", `A project has at most ${MAX_BUDGETS} budgets.`);
  }
}

type MutableBudget = Omit<Budget, "id" | "projectId" | "project" | "createdAt" | "updatedAt">;

function patched(current: Budget, patch: BudgetPatch): MutableBudget {
  const { project: _, ...scope } = patch.scope ?? {};
  const period = patch.period ?? current.period;
  return {
    name: patch.name ?? current.name,
    limitAmount: patch.limit ?? current.limitAmount,
    unit: patch.unit ?? current.unit,
    period,
    customPeriod: customPeriodOf(
      period,
      patch.customPeriod === undefined ? current.customPeriod : patch.customPeriod,
    ),
    timezone: patch.timezone ?? current.timezone,
    scope: patch.scope === undefined ? current.scope : scope,
    thresholds: patch.thresholds ?? current.thresholds,
    unpriced: patch.unpriced ?? current.unpriced,
    channelIds: patch.channels ?? current.channelIds,
    rearmPending: current.rearmPending || DEFINING.some((name) => patch[name] !== undefined),
  };
}

function customPeriodOf(
  period: Budget["period"],
  customPeriod: Budget["customPeriod"],
): Budget["customPeriod"] {
  if (period !== "custom") return null;
  if (customPeriod !== null) return customPeriod;
  throw new AppError("invalid_request", 'The period "custom" needs customPeriod {start, days}.');
}
