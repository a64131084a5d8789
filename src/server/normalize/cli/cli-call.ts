import { createHash } from "node:crypto";
import type { Call } from "../../domain/call.js";
import type { Attributes, Resource, Scope, Span } from "../../domain/span.js";
import { buildCall } from "../build-call.js";
import type { Reading } from "../reading.js";

/** A call that a tool reported in a log record or metric: there is no span, so its ids are made from what identifies it. */
export interface CliCall {
  dialect: string;
  reading: Reading;
  /** Nanoseconds since the Unix epoch. */
  start: bigint;
  end: bigint;
  /** What makes this report different from every other: equal for a repeated delivery. */
  identity: readonly (string | number | null)[];
  /** What its fellows share: the session, or the process. */
  group: readonly (string | null)[];
}

interface Origin {
  attributes: Attributes;
  resource: Resource;
  scope: Scope;
}

function hash(parts: readonly unknown[], characters: number): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, characters);
}

/** The call as a record with ids of its own: the same report gives the same ids. Never throws. */
export function buildCliCall(call: CliCall, origin: Origin): Call {
  const failed = call.reading.outcome === "error";
  const span: Span = {
    traceId: hash([call.dialect, ...call.group], 32),
    spanId: hash([call.dialect, ...call.group, ...call.identity], 16),
    parentSpanId: "",
    name: call.dialect,
    kind: 3,
    startTimeUnixNano: call.start,
    endTimeUnixNano: call.end < call.start ? call.start : call.end,
    attributes: origin.attributes,
    events: [],
    statusCode: failed ? 2 : 0,
    resource: origin.resource,
    scope: origin.scope,
  };
  return buildCall(span, call.reading, call.dialect);
}
