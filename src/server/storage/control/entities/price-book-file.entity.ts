import { Column, Entity, Index, PrimaryColumn } from "typeorm";

export type PriceBookStatus = "active" | "previous" | "held" | "refused" | "rejected" | "rolled_back";

/** A price book as it was read from a URL, and what became of it. At most one per URL is active. */
@Entity("price_book_file")
@Index(["fetchedAt", "id"])
export class PriceBookFile {
  @PrimaryColumn({ type: "text" })
  id: string;

  @Index()
  @Column({ type: "text" })
  url: string;

  /** `YYYY.MM.DD-n`; empty when it could not be read. */
  @Column({ type: "text" })
  version: string;

  /** Hex digest of the bytes. */
  @Column({ type: "text" })
  sha256: string;

  @Column({ type: "boolean" })
  signed: boolean;

  @Column({ type: "text", nullable: true })
  etag: string | null;

  @Index()
  @Column({ type: "text" })
  status: PriceBookStatus;

  /** Why it was refused, or what is held. */
  @Column({ type: "text", default: "" })
  message: string;

  @Column({ type: "jsonb", default: () => "'{}'" })
  changes: Record<string, unknown>;

  /** Compressed document as read; null when it was refused. */
  @Column({ type: "bytea", nullable: true })
  document: Buffer | null;

  /** Compressed document as it takes part in the active book: dated, without what is held. */
  @Column({ type: "bytea", nullable: true })
  resolved: Buffer | null;

  @Column({ name: "fetched_at", type: "timestamptz", precision: 3 })
  fetchedAt: Date;

  @Column({ name: "activated_at", type: "timestamptz", precision: 3, nullable: true })
  activatedAt: Date | null;

  @Column({ name: "decided_by", type: "text", nullable: true })
  decidedBy: string | null;
}
