import type { Call } from "../domain/call.js";

/** What a delivered record is known by: one span of one trace (within one project). */
export function deliveryKey(record: { traceId: string; spanId: string }): string {
  return `${record.traceId}:${record.spanId}`;
}

/** The instrumentation that wrote a record. Two records of one emitter are two calls, whatever ids a server repeats. */
export function emitterKey(call: Call): string {
  return `${call.source.dialect}|${call.source.scope}`;
}

/**
 * Ledger id of a call first seen as this record: 22 characters of base64url made of the random halves of its ids, the same for the same
 * record. Unique within a project, which scopes every use of it. Never throws.
 */
export function ledgerId(record: { traceId: string; spanId: string }): string {
  return Buffer.from(record.traceId.slice(16) + record.spanId, "hex").toString("base64url");
}

/** End of a call in nanoseconds since the Unix epoch. */
export function endOf(call: Call): bigint {
  return call.startTimeUnixNano + BigInt(Math.round(call.durationMs * 1e6));
}

/**
 * The names of a model without what instrumentations add or drop: region and vendor prefixes, paths, dates, version suffixes.
 * For comparing two reports of one call, never for pricing.
 */
export function modelFamilies(call: Call): Set<string> {
  const families = new Set<string>();
  for (const name of [call.requestModel, call.responseModel]) {
    if (name === null) continue;
    const family = name
      .toLowerCase()
      .replace(/^.*\//, "")
      .replace(
        /^((us|eu|apac|ap|global|us-gov)\.)?(anthropic|amazon|meta|mistral|cohere|ai21|deepseek|openai)\./,
        "",
      )
      .replace(/(-v\d+)?(:\d+)?$/, "")
      .replace(/[-@](\d{4}-\d{2}-\d{2}|\d{8}|\d{3,4}|latest)$/, "");
    families.add(family);
  }
  return families;
}
