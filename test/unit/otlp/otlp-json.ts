type Json = Record<string, unknown>;

const ID_MEMBERS = new Set(["traceId", "spanId", "parentSpanId"]);

/**
 * A request as protobufjs decoded it, written as OTLP/JSON: ids hex, other bytes base64, non-finite doubles as text.
 * `bigNumbers` writes 64-bit integers as JSON numbers of full precision, which JSON.stringify cannot.
 */
export function toOtlpJson(request: Json, bigNumbers: boolean): string {
  const json = JSON.stringify(convert(request));
  return bigNumbers ? json.replaceAll(/"(intValue|asInt|count|\w*UnixNano)":"(-?\d+)"/g, '"$1":$2') : json;
}

function convert(value: unknown, name = ""): unknown {
  if (Buffer.isBuffer(value)) {
    return ID_MEMBERS.has(name) ? value.toString("hex").toUpperCase() : value.toString("base64");
  }
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map((element) => convert(element));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, convert(member, key)]));
}
