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
import type { Attributes, Resource, Span } from "../domain/span.js";
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

function find(names: readonly string[], attributes: Attributes): string | null {
  for (const name of names) {
    const value = attributes.get(name);
    if (value === undefined) continue;
    const text = asScalarText(value);
    if (text !== null) return text;
  }
  return null;
}

function readTags(attributes: Attributes, tags: Record<string, string>): Record<string, string> {
  for (const [name, value] of attributes) {
    if (!name.startsWith(ATTR_TAG_PREFIX)) continue;
    const key = name.slice(ATTR_TAG_PREFIX.length);
    const text = asScalarText(value);
    if (key === "" || key.length > 64 || text === null || Object.hasOwn(tags, key)) continue;
    if (Object.keys(tags).length >= MAX_TAGS) break;
    tags[key] = text;
  }
  return tags;
}

function readAll(attributes: Attributes): Attribution {
  return {
    service: find(ATTRIBUTION_NAMES.service, attributes),
    environment: find(ATTRIBUTION_NAMES.environment, attributes),
    user: find(ATTRIBUTION_NAMES.user, attributes),
    team: find(ATTRIBUTION_NAMES.team, attributes),
    feature: find(ATTRIBUTION_NAMES.feature, attributes),
    session: find(ATTRIBUTION_NAMES.session, attributes),
    customer: find(ATTRIBUTION_NAMES.customer, attributes),
    tags: readTags(attributes, {}),
  };
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
  const own = span.attributes;
  const shared = ofResource(span.resource);
  const tags = readTags(own, {});
  for (const [key, value] of Object.entries(shared.tags)) {
    if (!Object.hasOwn(tags, key) && Object.keys(tags).length < MAX_TAGS) tags[key] = value;
  }
  return {
    service: find(ATTRIBUTION_NAMES.service, own) ?? shared.service,
    environment: find(ATTRIBUTION_NAMES.environment, own) ?? shared.environment,
    user: find(ATTRIBUTION_NAMES.user, own) ?? shared.user,
    team: find(ATTRIBUTION_NAMES.team, own) ?? shared.team,
    feature: find(ATTRIBUTION_NAMES.feature, own) ?? shared.feature,
    session: find(ATTRIBUTION_NAMES.session, own) ?? shared.session,
    customer: find(ATTRIBUTION_NAMES.customer, own) ?? shared.customer,
    tags,
  };
}
