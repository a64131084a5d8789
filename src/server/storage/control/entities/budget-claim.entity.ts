import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from "typeorm";
import { Budget } from "./budget.entity.js";

/** Proof that a threshold fired in a period. Its key is what makes a warning happen once, across restarts and replicas. */
@Entity("budget_claim")
export class BudgetClaim {
  @PrimaryColumn({ name: "budget_id", type: "text" })
  budgetId: string;

  @ManyToOne(() => Budget, { onDelete: "CASCADE" })
  @JoinColumn({ name: "budget_id" })
  budget: Relation<Budget>;

  @PrimaryColumn({ name: "period_start", type: "timestamptz", precision: 3 })
  periodStart: Date;

  /** `<kind>:<percent>`. */
  @PrimaryColumn({ type: "text" })
  threshold: string;

  @Column({ name: "alert_id", type: "text" })
  alertId: string;

  @Column({ name: "fired_at", type: "timestamptz", precision: 3 })
  firedAt: Date;
}
