import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** What an opaque endpoint or deployment really is. Append-only, like price overrides. */
@Entity("endpoint_map")
export class EndpointMap {
  @PrimaryColumn({ type: "text" })
  id: string;

  /** Null: every project. */
  @Index()
  @Column({ name: "project_id", type: "text", nullable: true })
  projectId: string | null;

  /** Server address as calls report it, or null when only the deployment decides. */
  @Column({ type: "text", nullable: true })
  host: string | null;

  /** Azure deployment, Bedrock profile ARN; null: every call of the host. */
  @Column({ type: "text", nullable: true })
  deployment: string | null;

  /** The billing vendor, or `self_hosted`. */
  @Column({ type: "text" })
  provider: string;

  /** The vendor's model the deployment serves; null: the model stays as reported. */
  @Column({ type: "text", nullable: true })
  model: string | null;

  /** Further settings, e.g. the pool of a self-hosted endpoint. */
  @Column({ type: "jsonb", default: () => "'{}'" })
  definition: Record<string, unknown>;

  /** Inclusive. */
  @Column({ name: "effective_from", type: "timestamptz", precision: 3 })
  effectiveFrom: Date;

  /** Exclusive; null: open end. */
  @Column({ name: "effective_to", type: "timestamptz", precision: 3, nullable: true })
  effectiveTo: Date | null;

  @Column({ type: "text" })
  author: string;

  @Column({ name: "created_at", type: "timestamptz", precision: 3, default: () => "now()" })
  createdAt: Date;

  @Column({ name: "revoked_at", type: "timestamptz", precision: 3, nullable: true })
  revokedAt: Date | null;
}
