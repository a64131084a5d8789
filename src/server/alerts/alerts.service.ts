import { Inject, Injectable } from "@nestjs/common";
import { In } from "typeorm";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { AppError } from "../domain/errors.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { Alert } from "../storage/control/entities/alert.entity.js";
import { Outbox } from "../storage/control/entities/outbox.entity.js";
import { newestFirst, type Page, type PageRequest } from "../storage/control/list-page.js";

/** An alert with what became of its deliveries. */
export interface AlertWithDeliveries {
  alert: Alert;
  deliveries: Outbox[];
}

/** What has fired, and who has seen it. */
@Injectable()
export class AlertsService {
  constructor(
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Alerts of a project, newest first; of one budget only, when given. */
  async list(
    project: string,
    budgetId: string | undefined,
    page: PageRequest,
  ): Promise<Page<AlertWithDeliveries>> {
    return this.database.run(async (manager) => {
      const query = manager
        .getRepository(Alert)
        .createQueryBuilder("alert")
        .where("alert.projectId = :project", { project });
      if (budgetId !== undefined) query.andWhere("alert.budgetId = :budgetId", { budgetId });
      const { rows, next } = await newestFirst(query, "firedAt", page);
      return { rows: await this.#withDeliveries(rows), next };
    });
  }

  /** Marks an alert as seen; the first one to do so stays on record. @throws AppError `not_found` */
  async acknowledge(project: string, id: string, by: string): Promise<AlertWithDeliveries> {
    const alert = await this.database.run(async (manager) => {
      const alerts = manager.getRepository(Alert);
      await alerts
        .createQueryBuilder()
        .update()
        .set({ acknowledgedAt: new Date(this.clock.nowMs()), acknowledgedBy: by })
        .where("id = :id AND project_id = :project AND acknowledged_at IS NULL", { id, project })
        .execute();
      return alerts.findOneBy({ id, projectId: project });
    });
    if (alert === null) throw new AppError("not_found", "There is no such alert.");
    const [result] = await this.#withDeliveries([alert]);
    return result ?? { alert, deliveries: [] };
  }

  async #withDeliveries(alerts: readonly Alert[]): Promise<AlertWithDeliveries[]> {
    if (alerts.length === 0) return [];
    const rows = await this.database.run((manager) =>
      manager.getRepository(Outbox).find({
        where: { alertId: In(alerts.map(({ id }) => id)) },
        order: { createdAt: "ASC", id: "ASC" },
      }),
    );
    return alerts.map((alert) => ({ alert, deliveries: rows.filter(({ alertId }) => alertId === alert.id) }));
  }
}
