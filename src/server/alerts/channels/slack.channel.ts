import { z } from "zod";
import { alertText } from "../alert-message.js";
import type { ChannelType } from "../delivery.js";
import { httpPost } from "../http-post.js";
import { channelUrlSchema, parseConfig, requireAllowedUrl, shownOrigin } from "./channel-url.js";

const configSchema = z.strictObject({ url: channelUrlSchema });

/**
 * A Slack incoming webhook (also understood by Mattermost and Rocket.Chat). Its URL is the secret.
 * @see https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks (read 2026-11-25)
 */
export const slackChannel: ChannelType = {
  type: "slack",

  parse(config, policy) {
    const parsed = parseConfig(configSchema, config);
    requireAllowedUrl(parsed.url, policy);
    return parsed;
  },

  redact: ({ url }) => ({ url: shownOrigin(url) }),

  send(config, message, context) {
    const { url } = configSchema.parse(config);
    const { title, lines } = alertText(message);
    const text = [`*${escapeText(title)}*`, ...lines.map(escapeText)].join("\n");
    return httpPost(url, {}, JSON.stringify({ text }), context);
  },
};

/** The three characters that Slack's own markup uses. */
function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
