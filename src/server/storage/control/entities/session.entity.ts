import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** A login of the operator to the page. */
@Entity("session")
export class Session {
  /** SHA-256 of the cookie's token, hex. */
  @PrimaryColumn({ name: "token_hash", type: "text" })
  tokenHash: string;

  /** HMAC-SHA256 of the token under the admin password of the time: changing the password ends every session. */
  @Column({ name: "password_tag", type: "text" })
  passwordTag: string;

  @Column({ name: "created_at", type: "timestamptz", precision: 3, default: () => "now()" })
  createdAt: Date;

  @Index()
  @Column({ name: "expires_at", type: "timestamptz", precision: 3 })
  expiresAt: Date;
}
