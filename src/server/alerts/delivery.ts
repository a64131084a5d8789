import type { Dispatcher } from "undici";
import type { AddressPolicy } from "../outbound/address-policy.js";
import type { AlertMessage } from "./alert-message.js";

/** What came of one attempt. `code` is a machine word; no part of an answer is kept. */
export type DeliveryOutcome =
  | { ok: true }
  | {
      ok: false;
      /** http_<status>, redirect_refused, refused_address, timeout, dns_failed, tls_failed, connection_failed, ... */
      code: string;
      /** When the receiver asked to wait. */
      retryAfterSeconds: number | null;
    };

/** What every attempt gets. */
export interface DeliveryContext {
  /** The same for every attempt of a delivery. */
  deliveryId: string;
  /** Milliseconds since the Unix epoch. */
  nowMs: number;
  dispatcher: Dispatcher;
  policy: AddressPolicy;
  signal: AbortSignal;
}

/** One way of telling people. Configurations are validated by `parse` before they are stored. */
export interface ChannelType {
  readonly type: string;
  /** @throws AppError `invalid_request` when the settings are not valid or their host is refused. */
  parse(config: unknown, policy: AddressPolicy): Record<string, unknown>;
  /** The settings without anything that would let others send: what the API returns. */
  redact(config: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** Never throws. */
  send(
    config: Readonly<Record<string, unknown>>,
    message: AlertMessage,
    context: DeliveryContext,
  ): Promise<DeliveryOutcome>;
}
