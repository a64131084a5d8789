import { z } from "zod";
import { alertSeverity, alertText } from "../alert-message.js";
import type { ChannelType } from "../delivery.js";
import { httpPost } from "../http-post.js";
import { channelUrlSchema, parseConfig, requireAllowedUrl, shownOrigin } from "./channel-url.js";

const configSchema = z.strictObject({
  routingKey: z.string().min(1).max(200),
  url: channelUrlSchema.default("https://events.pagerduty.com/v2/enqueue"),
});

/**
 * PagerDuty Events API v2. One incident per budget, period and threshold.
 * @see https://developer.pagerduty.com/docs/send-alert-event (read 2026-11-25)
 */
export const pagerdutyChannel: ChannelType = {
  type: "pagerduty",

  parse(config, policy) {
    const parsed = parseConfig(configSchema, config);
    requireAllowedUrl(parsed.url, policy);
    return parsed;
  },

  redact: ({ url }) => ({ url: shownOrigin(url) }),

  send(config, message, context) {
    const { routingKey, url } = configSchema.parse(config);
    const event = {
      routing_key: routingKey,
      event_action: "trigger",
      dedup_key: message.id,
      client: "Spanledger",
      payload: {
        summary: alertText(message).title,
        source: `spanledger/${message.project}`,
        severity: alertSeverity(message),
        component: message.type,
        custom_details: message,
      },
    };
    return httpPost(url, {}, JSON.stringify(event), context);
  },
};
