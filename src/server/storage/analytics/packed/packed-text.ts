/**
 * Stands between the values of a packed list. A list with a value that holds it, or with more values than these, is stored as JSON in
 * the column `rest` instead.
 */
const SEPARATOR = "|";
export const MAX_PACKED = 8;

/** The values as one text that `splitByChar('|', ...)` takes apart again. Never throws. */
export function joined(values: readonly string[]): string {
  return values.join(SEPARATOR);
}

/** The reverse of `joined` for at least one value. Never throws. */
export function split(text: string): string[] {
  return text.split(SEPARATOR);
}

/** Whether a value can be one of a packed list. Never throws. */
export function isJoinable(value: string): boolean {
  return !value.includes(SEPARATOR);
}

/** Text as JSON. Lone surrogates become U+FFFD: the engine's JSON parser refuses a whole text that has one. Never throws. */
export function quoted(text: string): string {
  return JSON.stringify(/\p{Surrogate}/u.test(text) ? Buffer.from(text, "utf8").toString("utf8") : text);
}

/** Texts as a JSON list, null for null. Never throws. */
export function quotedList(texts: readonly (string | null)[]): string {
  return `[${texts.map((text) => (text === null ? "null" : quoted(text))).join(",")}]`;
}

/** What an object of these members is as JSON; empty ones are left out. Never throws. */
export function objectOf(members: readonly string[]): string {
  return `{${members.filter((member) => member !== "").join(",")}}`;
}

/** The value of a JSON text, remembered: rows repeat the same few texts. It is shared, so never to be changed. */
export class ParsedTexts<Value> {
  private readonly known = new Map<string, Value>();

  constructor(private readonly parse: (text: string) => Value) {}

  /** @throws what `parse` throws. */
  of(text: string): Value {
    const found = this.known.get(text);
    if (found !== undefined) return found;
    if (this.known.size >= MAX_KNOWN_TEXTS) this.known.clear();
    const value = this.parse(text);
    this.known.set(text, value);
    return value;
  }
}

/** Texts that are remembered: of a kilobyte or less each. */
export const MAX_KNOWN_TEXTS = 4_096;
