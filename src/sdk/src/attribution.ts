import { AsyncLocalStorage } from "node:async_hooks";
import { context, propagation } from "@opentelemetry/api";
import type { Attributes, Context } from "@opentelemetry/api";
import { guard } from "./guard.js";
import {
  ATTR_CUSTOMER,
  ATTR_ENVIRONMENT,
  ATTR_FEATURE,
  ATTR_SERVICE_NAME,
  ATTR_SESSION_ID,
  ATTR_TAG_PREFIX,
  ATTR_TEAM,
  ATTR_USER_ID,
} from "./semconv.js";

/** Who and what a call is for. Every field is optional; values are cut at 256 characters, tags at 32. */
export interface Attribution {
  service?: string | undefined;
  environment?: string | undefined;
  user?: string | undefined;
  team?: string | undefined;
  feature?: string | undefined;
  session?: string | undefined;
  customer?: string | undefined;
  tags?: Readonly<Record<string, string>> | undefined;
}

export interface WithAttributionOptions {
  /**
   * Also writes the values into OpenTelemetry baggage, so that other services of yours that are reached inside `fn` see them.
   * Baggage goes out with every instrumented request, to third parties too. Default false.
   */
  baggage?: boolean | undefined;
}

const FIELDS = {
  service: ATTR_SERVICE_NAME,
  environment: ATTR_ENVIRONMENT,
  user: ATTR_USER_ID,
  team: ATTR_TEAM,
  feature: ATTR_FEATURE,
  session: ATTR_SESSION_ID,
  customer: ATTR_CUSTOMER,
} as const;
type Field = keyof typeof FIELDS;
const FIELD_ENTRIES = Object.entries(FIELDS) as [Field, string][];
/** Not service and environment: a caller's baggage must not rename the service that pays. */
const BAGGAGE_NAMES = [ATTR_USER_ID, ATTR_TEAM, ATTR_FEATURE, ATTR_SESSION_ID, ATTR_CUSTOMER];

const MAX_VALUE = 256;
const MAX_TAGS = 32;

const current = new AsyncLocalStorage<Attributes>();
let used = false;

/**
 * The result of `fn`. Every observed call made inside it, also asynchronously, carries `attribution`. Nested uses add up; the inner
 * value of a field wins. What `fn` throws is thrown.
 *
 * @example
 * ```ts
 * await withAttribution({ feature: "summary", user: "u-17" }, () => client.chat.completions.create(request));
 * ```
 */
export function withAttribution<R>(
  attribution: Attribution,
  fn: () => R,
  options: WithAttributionOptions = {},
): R {
  const added = guard(() => attributionAttributes(attribution)) ?? {};
  used = true;
  const merged = { ...current.getStore(), ...added };
  const run = (): R => current.run(merged, fn);
  if (options.baggage !== true) return run();
  const withBaggage = guard(() => baggageContext(added));
  return withBaggage === undefined ? run() : context.with(withBaggage, run);
}

/** Span attributes of an attribution; unset, empty and non-text values are left out. */
export function attributionAttributes(attribution: Attribution | undefined): Attributes {
  const attributes: Attributes = {};
  if (attribution === undefined || attribution === null) return attributes;
  for (const [field, name] of FIELD_ENTRIES) put(attributes, name, attribution[field]);
  const tags = Object.entries(attribution.tags ?? {}).slice(0, MAX_TAGS);
  for (const [key, value] of tags) put(attributes, ATTR_TAG_PREFIX + key.slice(0, 64), value);
  return attributes;
}

function put(attributes: Attributes, name: string, value: unknown): void {
  if (typeof value !== "string" || value === "") return;
  attributes[name] = value.length > MAX_VALUE ? value.slice(0, MAX_VALUE) : value;
}

/** Attributes of the surrounding `withAttribution` and of the baggage in `active`; the former win. */
export function ambientAttribution(active: Context): Attributes {
  const baggage = propagation.getBaggage(active);
  const store = used ? current.getStore() : undefined;
  if (baggage === undefined) return store ?? {};
  const attributes: Attributes = {};
  for (const name of BAGGAGE_NAMES) put(attributes, name, baggage.getEntry(name)?.value);
  for (const [key, entry] of baggage.getAllEntries().slice(0, MAX_TAGS * 4)) {
    if (key.startsWith(ATTR_TAG_PREFIX)) put(attributes, key, entry.value);
  }
  return { ...attributes, ...store };
}

function baggageContext(added: Attributes): Context {
  const active = context.active();
  let baggage = propagation.getBaggage(active) ?? propagation.createBaggage();
  for (const [name, value] of Object.entries(added)) {
    if (typeof value === "string") baggage = baggage.setEntry(name, { value });
  }
  return propagation.setBaggage(active, baggage);
}
