import { Inject, Injectable } from "@nestjs/common";
import { type EntityManager, In, Not } from "typeorm";
import { randomText } from "../auth/api-key-format.js";
import { CLOCK } from "../config/app-config.js";
import { type BudgetThreshold, thresholdKey } from "../domain/budget.js";
import type { Clock } from "../domain/clock.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { Alert } from "../storage/control/entities/alert.entity.js";
import { BudgetClaim } from "../storage/control/entities/budget-claim.entity.js";
import { Budget } from "../storage/control/entities/budget.entity.js";
import { Channel } from "../storage/control/entities/channel.entity.js";
import { Outbox } from "../storage/control/entities/outbox.entity.js";
import { OutboxSignal } from "../storage/control/outbox-signal.js";
import { type BudgetFinding, budgetAlert } from "./budget-alert.js";

/** What became of reached thresholds. `changed`: the budget is no longer the one that was judged; judge it again. */
export type ClaimResult = { outcome: "claimed"; fired: BudgetThreshold[] } | { outcome: "changed" };

/** Makes every threshold fire once per period: claim, alert and deliveries are one transaction. */
@Injectable()
export class BudgetClaims {
  constructor(
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(OutboxSignal) private readonly outbox: OutboxSignal,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Fires those of the reached thresholds that nobody fired in this period; the result lists only these.
   * @param judgedAtMs `updatedAt` of the budget that was judged.
   * @throws AppError `unavailable`; nothing has fired then.
   */
  async fire(
    finding: BudgetFinding,
    reached: readonly BudgetThreshold[],
    judgedAtMs: number,
  ): Promise<ClaimResult> {
    const result = await this.database.transaction(async (manager): Promise<ClaimResult> => {
      const budget = await lockBudget(manager, finding.budget.id);
      if (budget === null || budget.updatedAt.getTime() !== judgedAtMs) return { outcome: "changed" };
      if (budget.rearmPending) await rearm(manager, finding, reached);
      const channels = await manager
        .getRepository(Channel)
        .findBy({ id: In(budget.channelIds), projectId: budget.projectId });
      const fired: BudgetThreshold[] = [];
      for (const threshold of reached) {
        if (await this.#fireOne(manager, finding, threshold, channels)) fired.push(threshold);
      }
      return { outcome: "claimed", fired };
    });
    if (result.outcome === "claimed" && result.fired.length > 0) this.outbox.wake();
    return result;
  }

  /** Claims of a budget's period: threshold key to the time it fired and its alert. @throws AppError `unavailable` */
  async ofPeriod(budgetId: string, periodStartMs: number): Promise<Map<string, BudgetClaim>> {
    const claims = await this.database.run((manager) =>
      manager.getRepository(BudgetClaim).findBy({ budgetId, periodStart: new Date(periodStartMs) }),
    );
    return new Map(claims.map((claim) => [claim.threshold, claim]));
  }

  async #fireOne(
    manager: EntityManager,
    finding: BudgetFinding,
    threshold: BudgetThreshold,
    channels: readonly Channel[],
  ): Promise<boolean> {
    const { budget, window } = finding;
    const alertId = `alr_${randomText(20)}`;
    const now = this.clock.nowMs();
    const firedAt = new Date(now);
    const claim: unknown[] = await manager.query(
      `INSERT INTO budget_claim (budget_id, period_start, threshold, alert_id, fired_at)
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING alert_id`,
      [budget.id, new Date(window.startMs), thresholdKey(threshold), alertId, firedAt],
    );
    if (claim.length === 0) return false;
    const payload = { ...budgetAlert(alertId, finding, threshold, now) };
    const { project: projectId, id: budgetId } = budget;
    await manager
      .getRepository(Alert)
      .insert({ id: alertId, projectId, type: payload.type, budgetId, payload, firedAt });
    await manager.getRepository(Outbox).insert(
      channels.map((channel) => ({
        id: `dlv_${randomText(20)}`,
        alertId,
        channelId: channel.id,
        channelName: channel.name,
        payload,
        dueAt: firedAt,
        createdAt: firedAt,
      })),
    );
    return true;
  }
}

/** The row is locked until the end of the transaction: replicas that judge the same budget take turns. */
function lockBudget(manager: EntityManager, id: string): Promise<Budget | null> {
  return manager.getRepository(Budget).findOne({ where: { id }, lock: { mode: "pessimistic_write" } });
}

/** After the definition changed: thresholds that are not reached any more may fire again in this period. */
async function rearm(
  manager: EntityManager,
  { budget, window }: BudgetFinding,
  reached: readonly BudgetThreshold[],
): Promise<void> {
  await manager.getRepository(BudgetClaim).delete({
    budgetId: budget.id,
    periodStart: new Date(window.startMs),
    threshold: Not(In(reached.map(thresholdKey))),
  });
  await manager.getRepository(Budget).update({ id: budget.id }, { rearmPending: false });
}
