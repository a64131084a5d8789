import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from "typeorm";
import { Project } from "./project.entity.js";

/** A key of one project. Only a hash of it is kept. */
@Entity("api_key")
export class ApiKey {
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

  /** The public part of the key, by which it is found. */
  @Column({ type: "text", unique: true })
  prefix: string;

  /** SHA-256 of the whole key, hex. The secret has 256 bits, so a slow hash would add nothing. */
  @Column({ name: "secret_hash", type: "text" })
  secretHash: string;

  @Column({ type: "text", array: true })
  scopes: string[];

  @Column({ name: "created_at", type: "timestamptz", precision: 3, default: () => "now()" })
  createdAt: Date;

  /** Day-exact is enough to find unused keys; written at most once an hour. */
  @Column({ name: "last_used_at", type: "timestamptz", precision: 3, nullable: true })
  lastUsedAt: Date | null;

  @Column({ name: "revoked_at", type: "timestamptz", precision: 3, nullable: true })
  revokedAt: Date | null;
}
