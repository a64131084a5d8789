import { isIP } from "node:net";
import { createTransport } from "nodemailer";
import { z } from "zod";
import { AppError } from "../../domain/errors.js";
import { alertText } from "../alert-message.js";
import type { ChannelType } from "../delivery.js";
import { failureCode } from "../http-post.js";
import { allowedAddresses } from "../../outbound/outbound-guard.js";
import { parseConfig } from "./channel-url.js";

const addressSchema = z
  .string()
  .max(320)
  .regex(/^[^\s@<>,;]+@[^\s@<>,;]+$/, "must be an e-mail address");

const configSchema = z.strictObject({
  host: z
    .string()
    .min(1)
    .max(253)
    .regex(/^[A-Za-z0-9.:-]+$/, "must be a host name or address"),
  port: z.number().int().min(1).max(65535).default(587),
  /** `tls` from the first byte, `starttls` required, or `none` (a relay on the same network). */
  security: z.enum(["tls", "starttls", "none"]).default("starttls"),
  user: z.string().max(320).optional(),
  password: z.string().max(1000).optional(),
  from: addressSchema,
  to: z.array(addressSchema).min(1).max(50),
});

const TIMEOUTS_MS = { connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 10_000 };

/** Mail over SMTP. The connection goes to an address that was checked, with the host's name for TLS. */
export const emailChannel: ChannelType = {
  type: "email",

  parse(config, policy) {
    const parsed = parseConfig(configSchema, config);
    if (policy.refusesHost(parsed.host)) {
      const message = `The host ${parsed.host} is not public. Add it to SPANLEDGER_WEBHOOK_ALLOW to send mail through it.`;
      throw new AppError("invalid_request", message, { host: parsed.host });
    }
    return parsed;
  },

  redact: ({ password, ...shown }) => ({ ...shown, authenticated: typeof password === "string" }),

  async send(config, message, { policy, deliveryId }) {
    const { host, port, security, user, password, from, to } = configSchema.parse(config);
    try {
      const [address] = await allowedAddresses(host, policy);
      const transport = createTransport({
        host: address ?? host,
        port,
        secure: security === "tls",
        requireTLS: security === "starttls",
        ignoreTLS: security === "none",
        tls: isIP(host) === 0 ? { servername: host } : {},
        ...(user === undefined ? {} : { auth: { user, pass: password ?? "" } }),
        ...TIMEOUTS_MS,
      });
      const { title, lines } = alertText(message);
      await transport.sendMail({
        from,
        to,
        subject: title,
        text: lines.join("\n"),
        messageId: `<${deliveryId}@spanledger>`,
      });
      transport.close();
      return { ok: true };
    } catch (error) {
      return { ok: false, code: smtpFailure(error), retryAfterSeconds: null };
    }
  },
};

function smtpFailure(error: unknown): string {
  const { responseCode, code } = error as { responseCode?: unknown; code?: unknown };
  if (code === "EAUTH") return "smtp_authentication";
  return typeof responseCode === "number" ? `smtp_${responseCode}` : failureCode(error);
}
