import { AppError } from "../domain/errors.js";
import { alertmanagerChannel } from "./channels/alertmanager.channel.js";
import { emailChannel } from "./channels/email.channel.js";
import { pagerdutyChannel } from "./channels/pagerduty.channel.js";
import { slackChannel } from "./channels/slack.channel.js";
import { webhookChannel } from "./channels/webhook.channel.js";
import type { ChannelType } from "./delivery.js";

const ALL = [webhookChannel, slackChannel, emailChannel, pagerdutyChannel, alertmanagerChannel];
const BY_NAME = new Map(ALL.map((channel) => [channel.type, channel]));

/** Names of every channel type. */
export const CHANNEL_TYPES: readonly string[] = [...BY_NAME.keys()];

/** @throws AppError `invalid_request` for a type that does not exist. */
export function channelType(name: string): ChannelType {
  const channel = BY_NAME.get(name);
  if (channel !== undefined) return channel;
  throw new AppError("invalid_request", `type: must be one of ${CHANNEL_TYPES.join(", ")}`);
}
