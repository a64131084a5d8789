import type { Attributes, AttributeValue, Resource, Scope } from "../../../src/server/domain/span.js";

/** Messages as protobufjs decoded them: read here without any of the product's code. */
export type Json = Record<string, unknown>;

export const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);
export const text = (value: unknown): string => (typeof value === "string" ? value : "");
export const hex = (value: unknown): string => (Buffer.isBuffer(value) ? value.toString("hex") : "");
export const whole = (value: unknown): bigint => BigInt(typeof value === "string" ? value : 0);
export const number = (value: unknown): number => (typeof value === "number" ? value : 0);

/** An AnyValue as protobufjs decoded it, in the words of domain/span.ts. */
export function expectedValue(value: unknown): AttributeValue {
  const any = (value ?? {}) as Json;
  if (any["stringValue"] !== undefined) return text(any["stringValue"]);
  if (any["boolValue"] !== undefined) return any["boolValue"] === true;
  if (any["doubleValue"] !== undefined) return number(any["doubleValue"]);
  if (any["intValue"] !== undefined) {
    const integer = whole(any["intValue"]);
    return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
  }
  if (any["bytesValue"] !== undefined) return new Uint8Array(any["bytesValue"] as Buffer);
  if (any["arrayValue"] !== undefined) return list((any["arrayValue"] as Json)["values"]).map(expectedValue);
  if (any["kvlistValue"] === undefined) return null;
  const map = Object.create(null) as Record<string, AttributeValue>;
  for (const pair of list((any["kvlistValue"] as Json)["values"])) {
    map[text(pair["key"])] = expectedValue(pair["value"]);
  }
  return map;
}

/** A list of KeyValue as protobufjs decoded it: the last of equal names wins. */
export function expectedAttributes(pairs: unknown): Attributes {
  const attributes = new Map<string, AttributeValue>();
  for (const pair of list(pairs)) attributes.set(text(pair["key"]), expectedValue(pair["value"]));
  return attributes;
}

/** Hex of an id of 16 or 8 bytes, or "" when it has another length or is all zero. */
export function expectedId(value: unknown, bytes: 8 | 16): string {
  const id = hex(value);
  return id.length === bytes * 2 && /[1-9a-f]/.test(id) ? id : "";
}

/** Every item of an export request with its resource and scope. */
export function expectedItems(
  request: Json,
  blocks: string,
  scopes: string,
  items: string,
): { item: Json; resource: Resource; scope: Scope }[] {
  return list(request[blocks]).flatMap((block) => {
    const resource = {
      attributes: expectedAttributes((block["resource"] as Json | undefined)?.["attributes"]),
    };
    return list(block[scopes]).flatMap((scopeBlock) => {
      const scopeJson = (scopeBlock["scope"] ?? {}) as Json;
      const scope = { name: text(scopeJson["name"]), version: text(scopeJson["version"]) };
      return list(scopeBlock[items]).map((item) => ({ item, resource, scope }));
    });
  });
}
