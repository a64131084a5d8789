import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** How far a re-pricing is: the last call done and the undo steps accounted for, or the next step to restore. */
export interface RepricingProgress {
  startNano?: string;
  traceId?: string;
  spanId?: string;
  steps?: number;
  next?: number;
}

export type RepricingStatus = "running" | "done" | "failed" | "rolling_back" | "rolled_back";

/** One re-pricing of stored calls: what was asked, how far it is, what it changed. */
@Entity("repricing")
@Index(["projectId", "createdAt", "id"])
export class Repricing {
  @PrimaryColumn({ type: "text" })
  id: string;

  @Column({ name: "project_id", type: "text" })
  projectId: string;

  @Index()
  @Column({ type: "text" })
  status: RepricingStatus;

  /** `request`, or the change of operator prices that asked for it. */
  @Column({ type: "text" })
  cause: string;

  /** Nanoseconds since the epoch, inclusive; null: no bound. */
  @Column({ name: "from_nano", type: "bigint", nullable: true })
  fromNano: string | null;

  /** Exclusive; null: no bound. */
  @Column({ name: "to_nano", type: "bigint", nullable: true })
  toNano: string | null;

  /** Dimension to values, as in budgets. */
  @Column({ type: "jsonb" })
  filter: Record<string, unknown>;

  /** Book in force when it started. */
  @Column({ name: "price_book", type: "text" })
  priceBook: string;

  /** Billable calls in range when it started. */
  @Column({ type: "integer" })
  total: number;

  @Column({ type: "integer", default: 0 })
  calls: number;

  @Column({ type: "integer", default: 0 })
  changed: number;

  /** Rows that changed by other means meanwhile, and were left as they are by the roll-back. */
  @Column({ type: "integer", default: 0 })
  kept: number;

  /** Sums over the calls looked at. */
  @Column({ type: "numeric", precision: 38, scale: 12, default: 0 })
  before: string;

  @Column({ type: "numeric", precision: 38, scale: 12, default: 0 })
  after: string;

  @Column({ name: "unpriced_before", type: "integer", default: 0 })
  unpricedBefore: number;

  @Column({ name: "unpriced_after", type: "integer", default: 0 })
  unpricedAfter: number;

  /** Calls of closed periods for which an adjustment was booked, and by how much. */
  @Column({ type: "integer", default: 0 })
  adjusted: number;

  @Column({ type: "numeric", precision: 38, scale: 12, default: 0 })
  adjustment: string;

  /** Since when it cannot be rolled back any more. */
  @Column({ name: "undo_pruned_at", type: "timestamptz", precision: 3, nullable: true })
  undoPrunedAt: Date | null;

  /** Where to go on; null: at the start. */
  @Column({ type: "jsonb", nullable: true })
  position: RepricingProgress | null;

  /** Machine code of what stopped it. */
  @Column({ type: "text", nullable: true })
  error: string | null;

  /** Key id, or `operator`. */
  @Column({ type: "text" })
  author: string;

  /** The process at work and until when nobody else may take over. */
  @Column({ name: "lease_owner", type: "text", nullable: true })
  leaseOwner: string | null;

  @Column({ name: "lease_until", type: "timestamptz", precision: 3, nullable: true })
  leaseUntil: Date | null;

  @Column({ name: "created_at", type: "timestamptz", precision: 3, default: () => "now()" })
  createdAt: Date;

  @Column({ name: "updated_at", type: "timestamptz", precision: 3, default: () => "now()" })
  updatedAt: Date;

  @Column({ name: "finished_at", type: "timestamptz", precision: 3, nullable: true })
  finishedAt: Date | null;
}
