import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from "typeorm";
import type {
  BudgetPeriod,
  BudgetScope,
  BudgetThreshold,
  BudgetUnit,
  CustomPeriod,
  UnpricedTreatment,
} from "../../../domain/budget.js";
import { Project } from "./project.entity.js";

/** A limit on what one slice of a project's calls may cost in a period. */
@Entity("budget")
export class Budget {
  @PrimaryColumn({ type: "text" })
  id: string;

  @Index()
  @Column({ name: "project_id", type: "text" })
  projectId: string;

  @ManyToOne(() => Project, { onDelete: "CASCADE" })
  @JoinColumn({ name: "project_id" })
  project: Relation<Project>;

  @Column({ type: "text" })
  name: string;

  @Column({ name: "limit_amount", type: "numeric", precision: 38, scale: 12 })
  limitAmount: string;

  @Column({ type: "text" })
  unit: BudgetUnit;

  @Column({ type: "text" })
  period: BudgetPeriod;

  /** Set when, and only when, the period is `custom`. */
  @Column({ name: "custom_period", type: "jsonb", nullable: true })
  customPeriod: CustomPeriod | null;

  @Column({ type: "text" })
  timezone: string;

  @Column({ type: "jsonb" })
  scope: BudgetScope;

  @Column({ type: "jsonb" })
  thresholds: BudgetThreshold[];

  /** What calls without a price count for: `ignore` or `breach`. */
  @Column({ type: "text", default: "ignore" })
  unpriced: UnpricedTreatment;

  @Column({ name: "channel_ids", type: "text", array: true })
  channelIds: string[];

  /** The definition changed: at its next evaluation the thresholds that are no longer crossed are armed again. */
  @Column({ name: "rearm_pending", type: "boolean", default: false })
  rearmPending: boolean;

  @Column({ name: "created_at", type: "timestamptz", precision: 3, default: () => "now()" })
  createdAt: Date;

  @Column({ name: "updated_at", type: "timestamptz", precision: 3, default: () => "now()" })
  updatedAt: Date;
}
