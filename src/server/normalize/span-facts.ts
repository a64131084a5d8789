import type { Outcome } from "../domain/call.js";
import type { Span } from "../domain/span.js";
import { asCount, asText, firstCount, firstText } from "./attributes.js";

/** Status code of the answer under the current and the pre-1.21 HTTP convention; null when not a status (100 to 599). Never throws. */
export function httpStatusOf(span: Span): number | null {
  for (const name of ["http.response.status_code", "http.status_code"]) {
    const status = asCount(span.attributes.get(name));
    if (status !== null && status >= 100 && status <= 599) return status;
  }
  return null;
}

/** Type of the error on the span, else of its exception event. The message is never read: it may quote content. Never throws. */
export function errorTypeOf(span: Span): string | null {
  const own = asText(span.attributes.get("error.type"));
  if (own !== null) return own;
  for (const event of span.events) {
    if (event.name !== "exception") continue;
    const type = asText(event.attributes.get("exception.type"));
    if (type !== null) return type;
  }
  return null;
}

/**
 * How client libraries word an error that came after the answer had begun: the Anthropic SDK puts an error event of a stream there as it
 * stands (a refused request starts with its status), undici says that a body was cut. Measured with @anthropic-ai/sdk 0.120, 2026-11-25.
 */
const BROKEN_OFF = [/^\{"type":"error"/, /^terminated$/];

/** Whether an exception on the span shows that the answer had begun. Its message is matched, never kept. Never throws. */
export function brokeOff(span: Span): boolean {
  return span.events.some((event) => {
    const message = event.name === "exception" ? event.attributes.get("exception.message") : undefined;
    return typeof message === "string" && BROKEN_OFF.some((pattern) => pattern.test(message));
  });
}

/** `error` when the span says so by status or by `error.type`, else `ok`. Never throws. */
export function outcomeOf(span: Span): Outcome {
  return span.statusCode === 2 || asText(span.attributes.get("error.type")) !== null ? "error" : "ok";
}

const HOST_NAMES = ["server.address", "net.peer.name", "gen_ai.openai.api_base", "llm.base_url"];
const PORT_NAMES = ["server.port", "net.peer.port"];

/** Server host name in lower case, with the port unless it is 443 or 80; null when not written. Never throws. */
export function hostOf(span: Span): string | null {
  const text = firstText(span.attributes, HOST_NAMES);
  // Microsoft's Agent Framework writes `unknown` where a client has no address (read in source, 2026-11-25).
  if (text === null || text === "unknown") return null;
  return rememberedHost(text, firstCount(span.attributes, PORT_NAMES));
}

/** Hosts met, by address as written and port: few, and every span names one. */
const hosts = new Map<string, Map<number | null, string>>();
const MAX_HOSTS = 4096;
let hostCount = 0;

function rememberedHost(text: string, port: number | null): string {
  const known = hosts.get(text)?.get(port);
  if (known !== undefined) return known;
  if (hostCount >= MAX_HOSTS) {
    hosts.clear();
    hostCount = 0;
  }
  const host = hostName(text, port);
  const byPort = hosts.get(text);
  if (byPort === undefined) hosts.set(text, new Map([[port, host]]));
  else byPort.set(port, host);
  hostCount += 1;
  return host;
}

function hostName(text: string, port: number | null): string {
  const name = text
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, "")
    .replace(/\/.*$/, "");
  const isIpv6 = name.split(":").length > 2;
  const hasPort = !isIpv6 && name.includes(":");
  const withPort =
    hasPort || port === null
      ? name
      : isIpv6 && !name.startsWith("[")
        ? `[${name}]:${port}`
        : `${name}:${port}`;
  return withPort.replace(/:(443|80)$/, "");
}
