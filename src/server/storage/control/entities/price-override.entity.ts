import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** A price the operator states. Append-only: a change is a new row and a revocation of the old one. */
@Entity("price_override")
export class PriceOverride {
  @PrimaryColumn({ type: "text" })
  id: string;

  /** Null: every project. */
  @Index()
  @Column({ name: "project_id", type: "text", nullable: true })
  projectId: string | null;

  /** rates | multiplier | volume_tiers | commit | gpu_hour | zero. */
  @Column({ type: "text" })
  kind: string;

  /** What it applies to: provider, model or `*`, endpoint. */
  @Column({ type: "jsonb" })
  match: Record<string, unknown>;

  /** The kind's own settings. */
  @Column({ type: "jsonb" })
  definition: Record<string, unknown>;

  /** Inclusive. */
  @Column({ name: "effective_from", type: "timestamptz", precision: 3 })
  effectiveFrom: Date;

  /** Exclusive; null: open end. */
  @Column({ name: "effective_to", type: "timestamptz", precision: 3, nullable: true })
  effectiveTo: Date | null;

  @Column({ type: "text", default: "" })
  reason: string;

  /** Key id, or `operator`. */
  @Column({ type: "text" })
  author: string;

  @Column({ name: "created_at", type: "timestamptz", precision: 3, default: () => "now()" })
  createdAt: Date;

  @Column({ name: "revoked_at", type: "timestamptz", precision: 3, nullable: true })
  revokedAt: Date | null;

  @Column({ name: "revoked_by", type: "text", nullable: true })
  revokedBy: string | null;
}
