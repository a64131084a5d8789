import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from "typeorm";
import { Repricing } from "./repricing.entity.js";

/** What one step of a re-pricing replaced; written before the ledger is, so that a roll-back can restore every row. */
@Entity("repricing_undo")
export class RepricingUndo {
  @PrimaryColumn({ name: "repricing_id", type: "text" })
  repricingId: string;

  @ManyToOne(() => Repricing, { onDelete: "CASCADE" })
  @JoinColumn({ name: "repricing_id" })
  repricing: Relation<Repricing>;

  /** Ascending in order of time. */
  @PrimaryColumn({ type: "integer" })
  step: number;

  /** Compressed list of rows with their price before and after. */
  @Column({ type: "bytea" })
  rows: Buffer;
}
