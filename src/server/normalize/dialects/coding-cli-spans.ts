import { emptyReading } from "../reading.js";
import type { Dialect } from "../dialect.js";

/** Scopes of the coding tools whose calls are read from their logs: see `normalize/cli`. */
const SCOPES = /^(com\.anthropic\.claude_code|codex|gemini[-_]cli)/i;
const SERVICES = new Set([
  "claude-code",
  "codex_cli_rs",
  "codex_exec",
  "codex_tui",
  "codex-app-server",
  "gemini-cli",
]);

/** Spans of Claude Code, Codex and Gemini CLI: hundreds per turn, none is a call, several repeat usage. */
export const codingCliSpans: Dialect = {
  name: "coding_cli",
  claims: (span) =>
    SCOPES.test(span.scope.name) || SERVICES.has(String(span.resource.attributes.get("service.name"))),
  read: () => ({ ...emptyReading(), role: "ignored" }),
};
