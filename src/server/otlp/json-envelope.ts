import type { Resource, Scope } from "../domain/span.js";
import { AppError } from "../domain/errors.js";
import { parseJson } from "./json-text.js";
import { type JsonObject, jsonArray, jsonAttributes, jsonObject, jsonText } from "./json-values.js";
import type { DecodeOptions } from "./limits.js";
import type { Signal } from "./signal.js";

/** Member names of one signal's export request. */
const ENVELOPES: Readonly<Record<Signal, { request: string; scopes: string; items: string }>> = {
  traces: { request: "resourceSpans", scopes: "scopeSpans", items: "spans" },
  logs: { request: "resourceLogs", scopes: "scopeLogs", items: "logRecords" },
  metrics: { request: "resourceMetrics", scopes: "scopeMetrics", items: "metrics" },
};

/** Reads one item; null when the sender put something else than an object in its place. */
export type JsonItemReader = (item: JsonObject | null, resource: Resource, scope: Scope) => void;

/**
 * Walks an OTLP/JSON export request and hands out its items. Unknown members are ignored.
 * @throws AppError `invalid_request` when the body is not JSON, no such request, or plainly another signal's request.
 */
export function readJsonEnvelope(
  body: Buffer,
  signal: Signal,
  options: DecodeOptions,
  readItem: JsonItemReader,
): void {
  const names = ENVELOPES[signal];
  const request = jsonObject(parseJson(body));
  if (request === null) throw new AppError("invalid_request", "The body is not a JSON object.");
  refuseOtherSignal(request, signal);
  for (const block of blocks(request, names.request)) {
    const resource: Resource = {
      attributes: jsonAttributes(jsonObject(block["resource"])?.["attributes"], options),
    };
    for (const scopeBlock of blocks(block, names.scopes)) {
      const scope = scopeOf(scopeBlock["scope"], options);
      for (const item of jsonArray(scopeBlock[names.items])) readItem(jsonObject(item), resource, scope);
    }
  }
}

function refuseOtherSignal(request: JsonObject, signal: Signal): void {
  if (request[ENVELOPES[signal].request] !== undefined) return;
  for (const other of Object.keys(ENVELOPES) as Signal[]) {
    if (request[ENVELOPES[other].request] !== undefined) {
      throw new AppError("invalid_request", `The body is a ${other} export: send it to /v1/${other}.`);
    }
  }
}

/** The objects of a list member; a missing or null one is an empty list. */
function blocks(parent: JsonObject, name: string): readonly JsonObject[] {
  const list = parent[name];
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw new AppError("invalid_request", `${name} is not a list.`);
  return list.map((element: unknown) => {
    const object = jsonObject(element);
    if (object === null)
      throw new AppError("invalid_request", `${name} holds something that is not an object.`);
    return object;
  });
}

function scopeOf(value: unknown, options: DecodeOptions): Scope {
  const scope = jsonObject(value);
  return {
    name: jsonText(scope?.["name"], options.limits.valueBytes),
    version: jsonText(scope?.["version"], options.limits.valueBytes),
  };
}
