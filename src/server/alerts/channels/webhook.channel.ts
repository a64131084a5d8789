import { createHmac } from "node:crypto";
import { z } from "zod";
import type { ChannelType } from "../delivery.js";
import { httpPost } from "../http-post.js";
import { channelUrlSchema, parseConfig, requireAllowedUrl, shownUrl } from "./channel-url.js";

const configSchema = z.strictObject({
  url: channelUrlSchema,
  /** Without one, deliveries are not signed. */
  secret: z.string().min(1).max(500).optional(),
});

/** The message as JSON, signed so that the receiver knows who sent it and when. */
export const webhookChannel: ChannelType = {
  type: "webhook",

  parse(config, policy) {
    const parsed = parseConfig(configSchema, config);
    requireAllowedUrl(parsed.url, policy);
    return parsed;
  },

  redact: ({ url, secret }) => ({ url: shownUrl(url), signed: typeof secret === "string" }),

  send(config, message, context) {
    const { url, secret } = configSchema.parse(config);
    const body = JSON.stringify(message);
    const headers: Record<string, string> = { "x-spanledger-delivery": context.deliveryId };
    if (secret !== undefined) {
      headers["x-spanledger-signature"] = webhookSignature(secret, Math.floor(context.nowMs / 1000), body);
    }
    return httpPost(url, headers, body, context);
  },
};

/** `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">` under the channel's secret. Never throws. */
export function webhookSignature(secret: string, unixSeconds: number, body: string): string {
  const mac = createHmac("sha256", secret).update(`${unixSeconds}.${body}`).digest("hex");
  return `t=${unixSeconds},v1=${mac}`;
}
