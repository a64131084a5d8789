import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** A stretch of time whose calls keep their price: re-pricing books adjustments instead. */
@Entity("closed_period")
export class ClosedPeriod {
  @PrimaryColumn({ type: "text" })
  id: string;

  @Index()
  @Column({ name: "project_id", type: "text" })
  projectId: string;

  /** Inclusive; null: everything before the end. */
  @Column({ name: "starts_at", type: "timestamptz", precision: 3, nullable: true })
  startsAt: Date | null;

  /** Exclusive. */
  @Column({ name: "ends_at", type: "timestamptz", precision: 3 })
  endsAt: Date;

  @Column({ type: "text", default: "" })
  reason: string;

  @Column({ name: "closed_at", type: "timestamptz", precision: 3 })
  closedAt: Date;

  /** Key id, or `operator`. */
  @Column({ name: "closed_by", type: "text" })
  closedBy: string;

  @Column({ name: "reopened_at", type: "timestamptz", precision: 3, nullable: true })
  reopenedAt: Date | null;

  @Column({ name: "reopened_by", type: "text", nullable: true })
  reopenedBy: string | null;
}
