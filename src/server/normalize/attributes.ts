import type { Attributes, AttributeValue } from "../domain/span.js";

/** Counts above this are taken for corruption: no call has a thousand million tokens. */
const MAX_COUNT = 1e9;
/** Longer JSON texts are not parsed: usage and ids come in small documents, big ones are content. */
const MAX_JSON_CHARS = 262_144;
/** Longer values are no identifiers or names; they are taken as unknown, so that content cannot slip into a field. */
const MAX_TEXT_CHARS = 512;

const DECIMAL = /^[+]?\d+(\.\d+)?([eE][+-]?\d+)?$/;

function numberOf(value: AttributeValue | undefined): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "string" || value.length > 40) return null;
  const text = value.trim();
  return DECIMAL.test(text) ? Number(text) : null;
}

/**
 * The non-negative finite number of an attribute written as int, double or decimal text.
 * Null for negatives, NaN, infinities, values above 1e9 (inclusive bound) and every other type. Never throws.
 */
export function asNumber(value: AttributeValue | undefined): number | null {
  const number = numberOf(value);
  return number === null || number < 0 || number > MAX_COUNT ? null : number;
}

/** As {@link asNumber}, and null unless whole: tokens are not divisible. */
export function asCount(value: AttributeValue | undefined): number | null {
  const number = asNumber(value);
  return number !== null && Number.isInteger(number) ? number : null;
}

/** A short text (1 to 512 characters after trimming) or null. Never throws. */
export function asText(value: AttributeValue | undefined): string | null {
  if (typeof value !== "string") return null;
  const text = value.length > MAX_TEXT_CHARS * 2 ? "" : value.trim();
  return text === "" || text.length > MAX_TEXT_CHARS ? null : text;
}

/** A short text; numbers and booleans are written out, since ids and tags may have any scalar type. Null otherwise. */
export function asScalarText(value: AttributeValue | undefined): string | null {
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return String(value);
  return asText(value);
}

/** True or false from a boolean or its text; null otherwise. */
export function asFlag(value: AttributeValue | undefined): boolean | null {
  if (typeof value === "boolean") return value;
  if (value === "true" || value === "True") return true;
  if (value === "false" || value === "False") return false;
  return null;
}

/**
 * An object or array from an attribute that holds one, or holds it as JSON text of at most 256 Ki characters.
 * Null when there is none or it does not parse. Never throws.
 */
export function asDocument(value: AttributeValue | undefined): Document | null {
  if (value === undefined || value === null || value instanceof Uint8Array) return null;
  if (typeof value === "object") return value;
  if (typeof value !== "string" || value.length > MAX_JSON_CHARS) return null;
  const first = value.trimStart().charAt(0);
  if (first !== "{" && first !== "[") return null;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "object" && parsed !== null ? (parsed as Document) : null;
  } catch {
    // Truncated or not JSON: the value is unknown, which is what null says.
    return null;
  }
}

export type Document = readonly AttributeValue[] | { readonly [key: string]: AttributeValue };

/** The value at a path of keys in a document, or undefined. Never throws. */
export function at(document: AttributeValue | undefined, ...path: string[]): AttributeValue | undefined {
  let value: AttributeValue | undefined = document;
  for (const key of path) {
    if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Uint8Array) {
      return undefined;
    }
    const owner = value as { readonly [key: string]: AttributeValue };
    value = Object.hasOwn(owner, key) ? owner[key] : undefined;
  }
  return value;
}

/** The texts of a list, of a JSON list in text, or of one scalar text. Empty when there is none. Never throws. */
export function asTextList(value: AttributeValue | undefined): string[] {
  if (value === undefined || value === null) return [];
  const document = asDocument(value);
  if (Array.isArray(document)) return document.map((item) => asText(item)).filter((item) => item !== null);
  const text = document === null ? asText(value) : null;
  return text === null ? [] : [text];
}

/** The first of `names` that holds a whole non-negative number; null when none does. */
export function firstCount(attributes: Attributes, names: readonly string[]): number | null {
  for (const name of names) {
    const value = attributes.get(name);
    if (value === undefined) continue;
    const count = asCount(value);
    if (count !== null) return count;
  }
  return null;
}

/** The first of `names` that holds a short text; null when none does. */
export function firstText(attributes: Attributes, names: readonly string[]): string | null {
  for (const name of names) {
    const value = attributes.get(name);
    if (value === undefined) continue;
    const text = asText(value);
    if (text !== null) return text;
  }
  return null;
}

/** The first of `names` that holds a non-negative number; null when none does. */
export function firstNumber(attributes: Attributes, names: readonly string[]): number | null {
  for (const name of names) {
    const value = attributes.get(name);
    if (value === undefined) continue;
    const number = asNumber(value);
    if (number !== null) return number;
  }
  return null;
}

/** The first of `names` that holds a boolean; null when none does. */
export function firstFlag(attributes: Attributes, names: readonly string[]): boolean | null {
  for (const name of names) {
    const value = attributes.get(name);
    if (value === undefined) continue;
    const flag = asFlag(value);
    if (flag !== null) return flag;
  }
  return null;
}

/** The first non-empty list of texts among `names`; empty when there is none. */
export function firstTextList(attributes: Attributes, names: readonly string[]): string[] {
  for (const name of names) {
    const value = attributes.get(name);
    if (value === undefined) continue;
    const list = asTextList(value);
    if (list.length > 0) return list;
  }
  return [];
}

/** Money as the sender wrote it, as decimal text; null for negatives, non-numbers, and 0 (no list price is zero: it means "not known"). */
export function asMoney(value: AttributeValue | undefined): string | null {
  const number = numberOf(value);
  if (number === null || number <= 0 || number > MAX_COUNT) return null;
  if (typeof value === "string" && /^\d+(\.\d+)?$/.test(value.trim())) return value.trim();
  const text = String(number);
  return text.includes("e") ? number.toFixed(18).replace(/0+$/, "") : text;
}
