/** The only reader of the SDK's settings from the environment (the fingerprint key aside, which never leaves its file). */
const DEFAULT_ENDPOINT = "http://127.0.0.1:4318";

function setting(name: string): string | null {
  const value = process.env[name]?.trim();
  return value === undefined || value === "" ? null : value;
}

function isTrue(name: string): boolean {
  return /^(1|true|yes|on)$/i.test(setting(name) ?? "");
}

/** Whether `SPANLEDGER_DISABLED` or `OTEL_SDK_DISABLED` is set to true. */
export function isDisabled(): boolean {
  return isTrue("SPANLEDGER_DISABLED") || isTrue("OTEL_SDK_DISABLED");
}

/**
 * Where our own exporter sends: `SPANLEDGER_ENDPOINT` + `/v1/traces`; when that is unset and a standard `OTEL_EXPORTER_OTLP_*` endpoint
 * is set, `url` is null and the exporter follows that; else the default port of a local server.
 */
export function ownEndpoint(): { url: string | null; headers: Record<string, string> } {
  const key = setting("SPANLEDGER_API_KEY");
  const headers: Record<string, string> = key === null ? {} : { Authorization: `Bearer ${key}` };
  const own = setting("SPANLEDGER_ENDPOINT");
  const standard = setting("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") ?? setting("OTEL_EXPORTER_OTLP_ENDPOINT");
  if (own === null && standard !== null) return { url: null, headers };
  const base = own ?? DEFAULT_ENDPOINT;
  return { url: `${base.endsWith("/") ? base.slice(0, -1) : base}/v1/traces`, headers };
}
