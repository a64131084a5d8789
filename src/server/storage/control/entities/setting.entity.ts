import { Column, Entity, PrimaryColumn } from "typeorm";

/** One named value of the installation. */
@Entity("setting")
export class Setting {
  @PrimaryColumn({ type: "text" })
  key: string;

  @Column({ type: "jsonb" })
  value: unknown;

  @Column({ name: "updated_at", type: "timestamptz", precision: 3, default: () => "now()" })
  updatedAt: Date;
}
