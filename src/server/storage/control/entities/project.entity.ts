import { Column, Entity, PrimaryColumn } from "typeorm";

/** A tenant: calls, keys, budgets and alerts belong to exactly one. */
@Entity("project")
export class Project {
  /** Readable and stable: it is the `project` column of every call. */
  @PrimaryColumn({ type: "text" })
  id: string;

  @Column({ type: "text", unique: true })
  name: string;

  @Column({ name: "created_at", type: "timestamptz", precision: 3, default: () => "now()" })
  createdAt: Date;
}
