export type JsonObject = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** A text of at most `max` characters; null for anything else, and for empty text. */
export function asText(value: unknown, max = 256): string | null {
  if (typeof value !== "string" || value === "") return null;
  return value.length > max ? value.slice(0, max) : value;
}

/** A word that can be a provider's enum value: no spaces, at most 64 characters; null otherwise. Keeps content out of codes. */
export function asCode(value: unknown): string | null {
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  return typeof value === "string" && /^[\w.:/-]{1,64}$/.test(value) ? value : null;
}

/** The parsed object, or null when the text is no JSON object. Never throws. */
export function parseObject(text: string): JsonObject | null {
  try {
    return asObject(JSON.parse(text));
  } catch {
    // Not JSON: the record stays without what it would have said.
    return null;
  }
}
