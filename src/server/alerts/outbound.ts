import { Inject, Injectable, type OnApplicationShutdown } from "@nestjs/common";
import type { Dispatcher } from "undici";
import { APP_CONFIG, type AppConfig, CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import type { Channel } from "../storage/control/entities/channel.entity.js";
import { AddressPolicy } from "../outbound/address-policy.js";
import type { AlertMessage } from "./alert-message.js";
import { channelType } from "./channel-types.js";
import type { DeliveryOutcome } from "./delivery.js";
import { guardedDispatcher } from "../outbound/outbound-guard.js";

/** The one way out: every delivery passes the address policy and is cut off when the server stops. */
@Injectable()
export class Outbound implements OnApplicationShutdown {
  readonly policy: AddressPolicy;
  readonly #dispatcher: Dispatcher;
  readonly #stop = new AbortController();

  constructor(
    @Inject(APP_CONFIG) config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.policy = new AddressPolicy(config.webhookAllow);
    this.#dispatcher = guardedDispatcher(this.policy);
  }

  /** One attempt. Never throws. */
  async send(channel: Channel, message: AlertMessage, deliveryId: string): Promise<DeliveryOutcome> {
    const context = {
      deliveryId,
      nowMs: this.clock.nowMs(),
      dispatcher: this.#dispatcher,
      policy: this.policy,
      signal: this.#stop.signal,
    };
    const config = channel.config as Readonly<Record<string, unknown>>;
    try {
      return await channelType(channel.type).send(config, message, context);
    } catch {
      // Settings stored by another version that this one cannot read. Visible as the delivery's error.
      return { ok: false, code: "channel_invalid", retryAfterSeconds: null };
    }
  }

  /** Cuts off attempts in progress; their outcome is `aborted`. */
  abort(): void {
    this.#stop.abort();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#dispatcher.destroy();
  }
}
