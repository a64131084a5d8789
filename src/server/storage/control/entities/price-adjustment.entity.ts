import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from "typeorm";
import { Repricing } from "./repricing.entity.js";

/** What a re-pricing would have changed in a call of a closed period. Append-only; a roll-back marks it as reversed. */
@Entity("price_adjustment")
@Index(["projectId", "traceId", "spanId"])
@Index(["projectId", "bookedAt"])
export class PriceAdjustment {
  @PrimaryColumn({ name: "repricing_id", type: "text" })
  repricingId: string;

  @ManyToOne(() => Repricing, { onDelete: "CASCADE" })
  @JoinColumn({ name: "repricing_id" })
  repricing: Relation<Repricing>;

  @PrimaryColumn({ name: "trace_id", type: "text" })
  traceId: string;

  @PrimaryColumn({ name: "span_id", type: "text" })
  spanId: string;

  /** Nanoseconds since the epoch. */
  @PrimaryColumn({ name: "start_nano", type: "bigint" })
  startNano: string;

  @Column({ name: "project_id", type: "text" })
  projectId: string;

  @Column({ name: "period_id", type: "text" })
  periodId: string;

  @Column({ type: "text" })
  provider: string;

  @Column({ type: "text", nullable: true })
  model: string | null;

  /** What the call counted for, earlier adjustments included; null: it had no price. */
  @Column({ name: "before_total", type: "numeric", precision: 38, scale: 12, nullable: true })
  beforeTotal: string | null;

  @Column({ name: "after_total", type: "numeric", precision: 38, scale: 12, nullable: true })
  afterTotal: string | null;

  @Column({ name: "booked_at", type: "timestamptz", precision: 3 })
  bookedAt: Date;

  @Column({ name: "reversed_at", type: "timestamptz", precision: 3, nullable: true })
  reversedAt: Date | null;
}
