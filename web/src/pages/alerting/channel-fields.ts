/** One setting of a channel as the form asks for it. */
export interface ConfigField {
  name: string;
  label: string;
  isSecret?: boolean;
  isOptional?: boolean;
  placeholder?: string;
  hint?: string;
  /** How the text becomes the setting; text as it is when left out. */
  read?: (text: string) => unknown;
  options?: readonly { value: string; text: string }[];
  initial?: string;
}

export interface ChannelKind {
  type: string;
  text: string;
  fields: readonly ConfigField[];
}

const list = (text: string): string[] =>
  text
    .split(/[,;\s]+/)
    .map((part) => part.trim())
    .filter((part) => part !== "");

const SECURITY = [
  { value: "starttls", text: "STARTTLS" },
  { value: "tls", text: "TLS" },
  { value: "none", text: "none" },
];

const EMAIL: readonly ConfigField[] = [
  { name: "host", label: "Mail server", placeholder: "smtp.example.com" },
  { name: "port", label: "Port", initial: "587", read: Number },
  { name: "security", label: "Encryption", options: SECURITY, initial: "starttls" },
  { name: "user", label: "User", isOptional: true },
  { name: "password", label: "Password", isSecret: true, isOptional: true },
  { name: "from", label: "From", placeholder: "spanledger@example.com" },
  { name: "to", label: "To (comma-separated)", placeholder: "team@example.com", read: list },
];

/** Every type of channel, and what it needs to know. The server checks again. */
export const CHANNEL_KINDS: readonly ChannelKind[] = [
  {
    type: "webhook",
    text: "Webhook",
    fields: [
      { name: "url", label: "URL", placeholder: "https://example.com/hooks/spanledger" },
      {
        name: "secret",
        label: "Secret for the signature",
        isSecret: true,
        isOptional: true,
        hint: "Messages are signed with it (x-spanledger-signature)",
      },
    ],
  },
  {
    type: "slack",
    text: "Slack",
    fields: [
      {
        name: "url",
        label: "Incoming webhook URL",
        isSecret: true,
        placeholder: "https://hooks.slack.com/services/…",
      },
    ],
  },
  { type: "email", text: "Email", fields: EMAIL },
  {
    type: "pagerduty",
    text: "PagerDuty",
    fields: [
      {
        name: "routingKey",
        label: "Integration key",
        isSecret: true,
        hint: "Of an Events API v2 integration",
      },
    ],
  },
  {
    type: "alertmanager",
    text: "Alertmanager",
    fields: [
      { name: "url", label: "URL", placeholder: "https://alertmanager.example.com/api/v2/alerts" },
      { name: "token", label: "Bearer token", isSecret: true, isOptional: true },
    ],
  },
];

/** The config of the API for what a form holds; optional settings that are empty are left out. */
export function configOf(
  kind: ChannelKind,
  values: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const config: Record<string, unknown> = {};
  for (const field of kind.fields) {
    const text = (values[field.name] ?? field.initial ?? "").trim();
    if (text === "" && field.isOptional === true) continue;
    config[field.name] = field.read === undefined ? text : field.read(text);
  }
  return config;
}
