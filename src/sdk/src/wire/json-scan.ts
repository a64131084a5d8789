import { parseObject } from "./json.js";
import type { JsonObject } from "./json.js";

/** How far from either end of a large body the fields are looked for. */
const WINDOW = 16_384;

/**
 * The named top-level fields of a large JSON object, found without parsing what lies between (embeddings, images). A field counts when
 * it stands in the first or last 16 KiB as `"name": value`; a wrong hit inside content is possible only in text that imitates one.
 */
export function scanObject(text: string, names: readonly string[]): JsonObject | null {
  const windows = [text.slice(-WINDOW), text.slice(0, WINDOW)];
  const found: Record<string, unknown> = {};
  for (const name of names) {
    for (const window of windows) {
      const value = fieldIn(window, name);
      if (value !== undefined && !(name in found)) found[name] = value;
    }
  }
  return Object.keys(found).length === 0 ? null : found;
}

function fieldIn(window: string, name: string): unknown {
  const at = window.lastIndexOf(`"${name}"`);
  if (at === -1) return undefined;
  const rest = window.slice(at + name.length + 2);
  const opener = /^\s*:\s*/.exec(rest)?.[0];
  if (opener === undefined) return undefined;
  const value = rest.slice(opener.length);
  if (value.startsWith("{")) {
    const end = objectEnd(value);
    return end === -1 ? undefined : (parseObject(value.slice(0, end)) ?? undefined);
  }
  return /^"([\w.:/@-]{1,256})"/.exec(value)?.[1];
}

/** The index after the object's closing brace; -1 when it is cut. Usage objects hold no braces inside texts. */
function objectEnd(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 123) depth += 1;
    else if (code === 125) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}
