import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from "typeorm";
import { Alert } from "./alert.entity.js";
import { Channel } from "./channel.entity.js";

export type DeliveryStatus = "pending" | "delivered" | "dead";

/** One delivery of one alert to one channel, written with the alert and worked off afterwards. */
@Entity("outbox")
@Index("IDX_outbox_due", ["dueAt"], { where: "status = 'pending'" })
export class Outbox {
  /** The delivery id that receivers see; the same for every attempt. */
  @PrimaryColumn({ type: "text" })
  id: string;

  @Index()
  @Column({ name: "alert_id", type: "text" })
  alertId: string;

  @ManyToOne(() => Alert, { onDelete: "CASCADE" })
  @JoinColumn({ name: "alert_id" })
  alert: Relation<Alert>;

  /** Null once the channel was deleted; its name stays. */
  @Index()
  @Column({ name: "channel_id", type: "text", nullable: true })
  channelId: string | null;

  @ManyToOne(() => Channel, { onDelete: "SET NULL", nullable: true })
  @JoinColumn({ name: "channel_id" })
  channel: Relation<Channel> | null;

  @Column({ name: "channel_name", type: "text" })
  channelName: string;

  /** The message; every attempt is built from it and so is byte-equal. */
  @Column({ type: "json" })
  payload: object;

  @Column({ type: "text", default: "pending" })
  status: DeliveryStatus;

  @Column({ type: "integer", default: 0 })
  attempts: number;

  /** When it may be tried next; while an attempt runs, when its lease ends. */
  @Column({ name: "due_at", type: "timestamptz", precision: 3 })
  dueAt: Date;

  /** Machine code of the last failure: http_500, timeout, refused_address, ... */
  @Column({ name: "last_error", type: "text", nullable: true })
  lastError: string | null;

  @Column({ name: "created_at", type: "timestamptz", precision: 3, default: () => "now()" })
  createdAt: Date;

  @Column({ name: "finished_at", type: "timestamptz", precision: 3, nullable: true })
  finishedAt: Date | null;
}
