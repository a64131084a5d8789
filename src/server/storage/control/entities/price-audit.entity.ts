import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** One change of prices, mappings, currencies, books or periods: who, when, what, why. Append-only. */
@Entity("price_audit")
@Index(["createdAt", "id"])
export class PriceAudit {
  @PrimaryColumn({ type: "text" })
  id: string;

  /** Null: it holds for every project. */
  @Index()
  @Column({ name: "project_id", type: "text", nullable: true })
  projectId: string | null;

  /** Key id, or `operator`. */
  @Column({ type: "text" })
  author: string;

  /** `override.create`, `period.close`, `book.approve`, ... */
  @Column({ type: "text" })
  action: string;

  /** Id of what was changed. */
  @Column({ type: "text" })
  subject: string;

  @Column({ type: "text", default: "" })
  reason: string;

  @Column({ type: "jsonb", default: () => "'{}'" })
  details: Record<string, unknown>;

  @Column({ name: "created_at", type: "timestamptz", precision: 3, default: () => "now()" })
  createdAt: Date;
}
