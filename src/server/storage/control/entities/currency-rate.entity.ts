import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** What one unit of a currency is worth in USD from an instant on. Append-only. */
@Entity("currency_rate")
export class CurrencyRate {
  @PrimaryColumn({ type: "text" })
  id: string;

  /** Null: every project. */
  @Index()
  @Column({ name: "project_id", type: "text", nullable: true })
  projectId: string | null;

  /** ISO 4217 letters. */
  @Column({ type: "text" })
  currency: string;

  @Column({ type: "numeric", precision: 38, scale: 18 })
  usd: string;

  /** Inclusive; holds until the next entry of the currency. */
  @Column({ name: "effective_from", type: "timestamptz", precision: 3 })
  effectiveFrom: Date;

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
