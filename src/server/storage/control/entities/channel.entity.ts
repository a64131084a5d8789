import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from "typeorm";
import { Project } from "./project.entity.js";

/** Where alerts of a project are delivered to. */
@Entity("channel")
export class Channel {
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

  @Column({ type: "text" })
  type: string;

  /** Settings of the channel's type, secrets included. Never returned as a whole. */
  @Column({ type: "jsonb" })
  config: object;

  @Column({ name: "created_at", type: "timestamptz", precision: 3, default: () => "now()" })
  createdAt: Date;

  @Column({ name: "updated_at", type: "timestamptz", precision: 3, default: () => "now()" })
  updatedAt: Date;
}
