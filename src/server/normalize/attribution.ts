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
import type { Attributes, Span } from "../domain/span.js";
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

function find(names: readonly string[], span: Attributes, resource: Attributes): string | null {
  for (const name of names) {
    const text = asScalarText(span.get(name));
    if (text !== null) return text;
  }
  for (const name of names) {
    const text = asScalarText(resource.get(name));
    if (text !== null) return text;
  }
  return null;
}

function addTags(tags: Record<string, string>, attributes: Attributes): void {
  for (const [name, value] of attributes) {
    if (!name.startsWith(ATTR_TAG_PREFIX)) continue;
    const key = name.slice(ATTR_TAG_PREFIX.length);
    const text = asScalarText(value);
    if (key === "" || key.length > 64 || text === null || Object.hasOwn(tags, key)) continue;
    if (Object.keys(tags).length >= MAX_TAGS) return;
    tags[key] = text;
  }
}

/** Who a span was for, from its own attributes first and its resource second; unknown is null. At most 32 tags. Never throws. */
export function readAttribution(span: Span): Attribution {
  const own = span.attributes;
  const resource = span.resource.attributes;
  const tags: Record<string, string> = {};
  addTags(tags, own);
  addTags(tags, resource);
  return {
    service: find(ATTRIBUTION_NAMES.service, own, resource),
    environment: find(ATTRIBUTION_NAMES.environment, own, resource),
    user: find(ATTRIBUTION_NAMES.user, own, resource),
    team: find(ATTRIBUTION_NAMES.team, own, resource),
    feature: find(ATTRIBUTION_NAMES.feature, own, resource),
    session: find(ATTRIBUTION_NAMES.session, own, resource),
    customer: find(ATTRIBUTION_NAMES.customer, own, resource),
    tags,
  };
}
