import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from "typeorm";
import { Project } from "./project.entity.js";

/** Something that fired. It outlives the rule that fired it. */
@Entity("alert")
@Index(["projectId", "firedAt", "id"])
export class Alert {
  @PrimaryColumn({ type: "text" })
  id: string;

  @Column({ name: "project_id", type: "text" })
  projectId: string;

  @ManyToOne(() => Project, { onDelete: "CASCADE" })
  @JoinColumn({ name: "project_id" })
  project: Relation<Project>;

  /** `budget.threshold` or `price_book.stale`. */
  @Column({ type: "text" })
  type: string;

  @Index()
  @Column({ name: "budget_id", type: "text", nullable: true })
  budgetId: string | null;

  /** The facts at the time of firing, as webhooks carry them. */
  @Column({ type: "json" })
  payload: object;

  @Column({ name: "fired_at", type: "timestamptz", precision: 3 })
  firedAt: Date;

  @Column({ name: "acknowledged_at", type: "timestamptz", precision: 3, nullable: true })
  acknowledgedAt: Date | null;

  /** Key id, or `operator`. */
  @Column({ name: "acknowledged_by", type: "text", nullable: true })
  acknowledgedBy: string | null;
}
