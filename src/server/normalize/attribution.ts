import {
  ATTR_CONVERSATION_ID,
  ATTR_CUSTOMER,
  ATTR_ENVIRONMENT,
  ATTR_FEATURE,
  ATTR_SERVICE_NAME,
  ATTR_SESSION_ID,
  ATTR_TAG_PREFIX,
  ATTR_TEAM,
  ATTR_USER_ID,
} from "@spanledger/sdk/semconv";
import type { Attribution } from "../domain/call.js";
import type { Attributes, AttributeValue, Resource, Span } from "../domain/span.js";
import { asScalarText } from "./attributes.js";

type Field = Exclude<keyof Attribution, "tags">;

/** More tags than this are dropped: a tag per request would be content by another name. */
const MAX_TAGS = 32;

/** Where each field is looked for, in order of priority: on the span, then on the resource. */
export const ATTRIBUTION_NAMES: Readonly<Record<Field, readonly string[]>> = {
  service: [ATTR_SERVICE_NAME],
  environment: [ATTR_ENVIRONMENT, "deployment.environment", "langfuse.environment"],
  user: [
    ATTR_USER_ID,
    "langfuse.user.id",
    "enduser.id",
    "gen_ai.user.id",
    "traceloop.association.properties.user_id",
    "traceloop.association.properties.userId",
    "ai.telemetry.metadata.userId",
    "ai.telemetry.metadata.user_id",
    "langsmith.metadata.user_id",
    "metadata.user_api_key_end_user_id",
    "metadata.user_api_key_user_id",
  ],
  team: [
    ATTR_TEAM,
    "traceloop.association.properties.team",
    "ai.telemetry.metadata.team",
    "metadata.user_api_key_team_alias",
    "metadata.user_api_key_team_id",
  ],
  feature: [
    ATTR_FEATURE,
    "ai.telemetry.metadata.feature",
    "ai.telemetry.functionId",
    "traceloop.association.properties.feature",
  ],
  session: [
    ATTR_SESSION_ID,
    "langfuse.session.id",
    ATTR_CONVERSATION_ID,
    "traceloop.association.properties.session_id",
    "traceloop.association.properties.sessionId",
    "ai.telemetry.metadata.sessionId",
    "ai.telemetry.metadata.session_id",
    "langsmith.trace.session_id",
    "langsmith.metadata.thread_id",
    "thread.id",
    "conversation.id",
  ],
  customer: [
    ATTR_CUSTOMER,
    "traceloop.association.properties.customer_id",
    "ai.telemetry.metadata.customer",
    "ai.telemetry.metadata.customerId",
  ],
};

const FIELDS = [
  "service",
  "environment",
  "user",
  "team",
  "feature",
  "session",
  "customer",
] as const satisfies readonly Field[];

/** Where a name stands: the field it fills, by its position among FIELDS, and its rank there; the lowest rank wins. */
interface Place {
  field: number;
  rank: number;
}

/** By name: one look at each attribute finds all fields, where asking for every name would take several times as many. */
const PLACES = placesOf();

function placesOf(): ReadonlyMap<string, readonly Place[]> {
  const places = new Map<string, Place[]>();
  for (const [field, key] of FIELDS.entries()) {
    for (const [rank, name] of ATTRIBUTION_NAMES[key].entries()) {
      const known = places.get(name);
      if (known === undefined) places.set(name, [{ field, rank }]);
      else known.push({ field, rank });
    }
  }
  return places;
}

const UNRANKED = 255;

/** Fields and tags of one set of attributes; a field that no attribute fills is null. */
function readAll(attributes: Attributes): Attribution {
  const texts: (string | null)[] = [null, null, null, null, null, null, null];
  const ranks = [UNRANKED, UNRANKED, UNRANKED, UNRANKED, UNRANKED, UNRANKED, UNRANKED];
  const tags: Record<string, string> = {};
  let tagCount = 0;
  for (const name of attributes.keys()) {
    const places = PLACES.get(name);
    if (places !== undefined) {
      const text = asScalarText(attributes.get(name));
      if (text === null) continue;
      for (const { field, rank } of places) {
        if (rank >= (ranks[field] ?? UNRANKED)) continue;
        ranks[field] = rank;
        texts[field] = text;
      }
    } else if (tagCount < MAX_TAGS && name.startsWith(ATTR_TAG_PREFIX)) {
      if (addTag(tags, name.slice(ATTR_TAG_PREFIX.length), attributes.get(name))) tagCount += 1;
    }
  }
  const [service = null, environment = null, user = null, team = null, feature = null] = texts;
  return {
    service,
    environment,
    user,
    team,
    feature,
    session: texts[5] ?? null,
    customer: texts[6] ?? null,
    tags,
  };
}

/** Whether the tag was one that is kept. */
function addTag(tags: Record<string, string>, key: string, value: AttributeValue | undefined): boolean {
  const text = asScalarText(value);
  if (key === "" || key.length > 64 || text === null || Object.hasOwn(tags, key)) return false;
  tags[key] = text;
  return true;
}

/** All spans of a request share their resource: it is read once. */
const byResource = new WeakMap<Resource, Attribution>();

function ofResource(resource: Resource): Attribution {
  let known = byResource.get(resource);
  if (known === undefined) {
    known = readAll(resource.attributes);
    byResource.set(resource, known);
  }
  return known;
}

/** Who a span was for, from its own attributes first and its resource second; unknown is null. At most 32 tags. Never throws. */
export function readAttribution(span: Span): Attribution {
  const shared = ofResource(span.resource);
  const own = readAll(span.attributes);
  addShared(own.tags, shared.tags);
  own.service ??= shared.service;
  own.environment ??= shared.environment;
  own.user ??= shared.user;
  own.team ??= shared.team;
  own.feature ??= shared.feature;
  own.session ??= shared.session;
  own.customer ??= shared.customer;
  return own;
}

function addShared(tags: Record<string, string>, shared: Readonly<Record<string, string>>): void {
  for (const key in shared) {
    if (Object.hasOwn(tags, key) || !Object.hasOwn(shared, key)) continue;
    if (Object.keys(tags).length >= MAX_TAGS) return;
    tags[key] = shared[key] ?? "";
  }
}
