import type { Attributes, AttributeValue, Resource, Scope } from "./span.js";

/** One decoded OTLP log record. Ids are lower-case hex, empty when absent; resource and scope are shared within one request. */
export interface LogRecord {
  /** 0 when not set. */
  timeUnixNano: bigint;
  /** 0 when not set. */
  observedTimeUnixNano: bigint;
  traceId: string;
  spanId: string;
  /** Empty when not set. Some senders put a source location here. */
  eventName: string;
  /** Null when absent. Only short texts are ever read: a body may hold content. */
  body: AttributeValue;
  attributes: Attributes;
  resource: Resource;
  scope: Scope;
}
