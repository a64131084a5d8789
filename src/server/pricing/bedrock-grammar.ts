import { CONTEXT_WORD, opaque } from "./model-reading.js";
import type { ModelReading } from "./model-reading.js";

const BEDROCK_OPAQUE =
  /^(application-inference-profile|imported-model|custom-model|custom-model-deployment|prompt|prompt-router|default-prompt-router)$/;
// Longest first: us-gov must not be read as us.
const BEDROCK_GEO = /^(us-gov|global|apac|us|eu|jp|au|ca|sa|uk|me|in)\.(?=[a-z0-9-]+\.)/i;
const AWS_REGION = /^([a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d)\//i;

/** Whether the word is one region of a cloud (`eu-central-1`, `us-east5`), not a geography that calls are routed in. Never throws. */
export function isCloudRegion(geo: string): boolean {
  return /^[a-z]{2,}-(?:[a-z]+-)?[a-z]+-?\d+$/.test(geo);
}

/** The place whose price list holds in a region of Bedrock: GovCloud and China have lists of their own. Never throws. */
export function bedrockPlace(region: string | null): string | null {
  const lower = region?.toLowerCase() ?? null;
  return lower === null ? null : (/^(us-gov|cn)-/.exec(lower)?.[1] ?? lower);
}

/** Months that LiteLLM writes before models on paid capacity. */
const COMMITMENT = /^(?:[a-z0-9*-]+\/)?\d+-month-commitment\//i;

/** Colons and slashes as they stand in the path of a request (`...-v1%3A0`). */
const decoded = (text: string): string => text.replace(/%3a/gi, ":").replace(/%2f/gi, "/");

/** What stands before and around an id: a gateway's route, a region, an ARN. */
interface Unwrapped {
  id: string;
  rule: string;
  region: string | null;
}

function unwrapped(whole: string): Unwrapped | ModelReading {
  const routed = whole
    .replace(/^bedrock(?:_mantle)?\//i, "")
    .replace(/^(converse|invoke|converse_like)\//i, "");
  if (COMMITMENT.test(routed)) return opaque("commitment_tier");
  const region = AWS_REGION.exec(routed)?.[1] ?? null;
  const id = routed.replace(AWS_REGION, "");
  if (!/^arn:/i.test(id)) return { id, rule: id === whole ? "exact" : "gateway_prefix", region };
  const arn = /^arn:[^:]*:bedrock:([^:]*):[^:]*:([a-z-]+)\/(.+)$/i.exec(id);
  if (arn === null) return opaque(/:sagemaker:/i.test(id) ? "commitment_tier" : "model_unknown");
  const [, arnRegion = "", kind = "", rest = ""] = arn;
  if (kind.toLowerCase() === "provisioned-model") return opaque("commitment_tier");
  if (BEDROCK_OPAQUE.test(kind.toLowerCase())) return opaque("model_unknown");
  return { id: rest, rule: "arn", region: arnRegion === "" ? region : arnRegion };
}

/**
 * Ids, inference profiles and ARNs of Bedrock; application profiles and custom models are opaque. Never throws.
 * Source: AWS Bedrock user guide, 2026-11.
 */
export function readBedrock(text: string): ModelReading {
  const found = unwrapped(decoded(text).replace(CONTEXT_WORD, ""));
  if ("opaque" in found) return found;
  let { id, rule } = found;
  const prefix = BEDROCK_GEO.exec(id)?.[1]?.toLowerCase() ?? null;
  if (prefix !== null) {
    id = id.slice(prefix.length + 1);
    if (rule === "exact") rule = "geo_prefix";
  }
  // The first version may be written or left out: anthropic.claude-opus-5, anthropic.claude-opus-5-v1:0.
  const base = id.replace(/:\d+k$/i, "").replace(/:\d+$/, "");
  const other = base.endsWith("-v1") ? base.slice(0, -3) : `${base}-v1`;
  return {
    candidates: [
      { id, rule },
      { id: other, rule },
    ],
    geo: prefix ?? bedrockPlace(found.region),
    opaque: null,
  };
}
