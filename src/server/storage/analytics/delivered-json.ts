import type { PricedCall } from "../../domain/call.js";

/** A record as delivered, as text for one column. */
export function callToJson(call: PricedCall): string {
  return JSON.stringify({ ...call, startTimeUnixNano: call.startTimeUnixNano.toString() });
}

/** The reverse of `callToJson`. */
export function callFromJson(text: string): PricedCall {
  const parsed = JSON.parse(text) as Omit<PricedCall, "startTimeUnixNano"> & { startTimeUnixNano: string };
  return { ...parsed, startTimeUnixNano: BigInt(parsed.startTimeUnixNano) };
}
