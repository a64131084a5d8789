import { z } from "zod";
import { type AlertMessage, alertSeverity, alertText } from "../alert-message.js";
import type { ChannelType } from "../delivery.js";
import { httpPost } from "../http-post.js";
import { channelUrlSchema, parseConfig, requireAllowedUrl, shownUrl } from "./channel-url.js";

const configSchema = z.strictObject({
  /** Base URL of the Alertmanager. */
  url: channelUrlSchema,
  /** For an Alertmanager behind a proxy that asks for a bearer token. */
  token: z.string().min(1).max(1000).optional(),
});

/**
 * Prometheus Alertmanager, API v2. The alert ends with the budget's period.
 * @see https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml (read 2026-11-25)
 */
export const alertmanagerChannel: ChannelType = {
  type: "alertmanager",

  parse(config, policy) {
    const parsed = parseConfig(configSchema, config);
    requireAllowedUrl(parsed.url, policy);
    return parsed;
  },

  redact: ({ url, token }) => ({ url: shownUrl(url), authenticated: typeof token === "string" }),

  send(config, message, context) {
    const { url, token } = configSchema.parse(config);
    const target = `${url.replace(/\/+$/, "")}/api/v2/alerts`;
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return httpPost(target, headers, JSON.stringify([toAlert(message)]), context);
  },
};

function toAlert(message: AlertMessage): object {
  const { title, lines } = alertText(message);
  const annotations = { summary: title, description: lines.join("\n") };
  if (message.type === "channel.test") {
    const labels = { alertname: "SpanledgerTest", project: message.project, channel: message.channel.name };
    return { labels, annotations, startsAt: message.sentAt };
  }
  if (message.type === "price_book.stale") {
    const labels = {
      alertname: "SpanledgerPriceBook",
      project: message.project,
      version: message.book.version,
      severity: alertSeverity(message),
    };
    return { labels, annotations, startsAt: message.firedAt };
  }
  const { budget, threshold, period, firedAt } = message;
  const labels = {
    alertname: "SpanledgerBudget",
    project: message.project,
    budget: budget.name,
    budget_id: budget.id,
    kind: threshold.kind,
    threshold: String(threshold.percent),
    severity: alertSeverity(message),
  };
  return { labels, annotations, startsAt: firedAt, endsAt: period.end };
}
