import { asCode, asObject } from "./json.js";
import type { JsonObject } from "./json.js";

/** `error.code`, else `error.type`, of an OpenAI-shaped error body; null when there is none. The message is never read. */
export function readOpenaiError(body: JsonObject): string | null {
  const error = asObject(body["error"]) ?? asObject(asObject(body["response"])?.["error"]);
  if (error === null) return typeof body["error"] === "string" ? "provider_error" : null;
  return asCode(error["code"]) ?? asCode(error["type"]) ?? "provider_error";
}
