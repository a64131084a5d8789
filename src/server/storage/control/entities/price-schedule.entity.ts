import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from "typeorm";
import { PriceOverride } from "./price-override.entity.js";

/** One stretch of a month in which a worked-out price is the same. Instants in milliseconds since the epoch, end exclusive. */
export interface ScheduleRow {
  fromMs: number;
  toMs: number;
  /** The factor of a volume tier. */
  value: string | null;
  /** The rates of a GPU pool. */
  rates: Record<string, string> | null;
  calls: number;
  /** What an hour without calls cost. */
  idleCost: string | null;
}

/** What a volume tier or GPU pool worked out to in one calendar month. Replaced as a whole. */
@Entity("price_schedule")
export class PriceSchedule {
  @PrimaryColumn({ name: "override_id", type: "text" })
  overrideId: string;

  @ManyToOne(() => PriceOverride, { onDelete: "CASCADE" })
  @JoinColumn({ name: "override_id" })
  override: Relation<PriceOverride>;

  /** Start of the month. */
  @PrimaryColumn({ name: "period_start", type: "timestamptz", precision: 3 })
  periodStart: Date;

  @Column({ type: "jsonb" })
  rows: ScheduleRow[];

  @Column({ name: "computed_at", type: "timestamptz", precision: 3 })
  computedAt: Date;
}
