import type { RequestFacts, ResponseFacts } from "../call.js";
import { openaiChatUsage, openaiImagesUsage } from "../usage/openai-usage.js";
import type { EventEffect, Family, StreamReader } from "./family.js";
import { asArray, asCode, asObject, asText, parseObject } from "./json.js";
import type { JsonObject } from "./json.js";
import { readOpenaiError } from "./openai-error.js";
import { deploymentOf } from "./openai-path.js";

/** OpenAI Images: generations, edits, variations. Source: openai-node 7.57 types, read 2026-11-22. */
export const openaiImages: Family = {
  name: "openai-images",
  vendor: "openai",
  framing: "sse",
  match(path) {
    if (!/\/images\/(generations|edits|variations)$/.test(path)) return null;
    return { operation: "image", model: null, deployment: deploymentOf(path) };
  },
  readRequest(body: JsonObject, facts: RequestFacts) {
    facts.model = asText(body["model"]);
    facts.streaming = body["stream"] === true;
    addVariant(body, facts.variant);
  },
  readResponse(body: JsonObject, facts: ResponseFacts) {
    addVariant(body, facts.variant);
    const images = asArray(body["data"]).length;
    readUsage(body, facts, images > 0 ? images : null);
  },
  streamReader: (facts) => new ImageStream(facts),
  readError: readOpenaiError,
};

function addVariant(body: JsonObject, variant: Record<string, string>): void {
  for (const key of ["size", "quality"]) {
    const value = asCode(body[key]);
    if (value !== null) variant[key] = value;
  }
}

/** Images are counted beside the tokens: older models are billed by the image. */
function readUsage(body: JsonObject, facts: ResponseFacts, images: number | null): void {
  const svg = asObject(body["svg_usage"]);
  if (svg !== null)
    facts.side = [
      { kind: "svg", model: asText(svg["model"]), operation: "image", usage: openaiChatUsage(svg) },
    ];
  const raw = asObject(body["usage"]);
  const counted = images === null ? {} : { images };
  if (raw !== null) {
    const reading = openaiImagesUsage(raw);
    facts.usage = { ...reading, usage: { ...reading.usage, ...counted } };
  } else if (images !== null) {
    facts.usage = {
      usage: counted,
      inputTotal: null,
      outputTotal: null,
      quality: "exact",
      rule: "openai.images:count",
    };
  }
}

class ImageStream implements StreamReader {
  private finished = false;
  private sawContent = false;

  constructor(private readonly facts: ResponseFacts) {}

  complete(): boolean {
    return this.finished;
  }

  event(data: string): EventEffect {
    // The type stands at either end of an event that is mostly one large base64 text.
    const type = /"type"\s*:\s*"([\w.]+)"/.exec(`${data.slice(0, 512)} ${data.slice(-2048)}`)?.[1] ?? "";
    if (type.endsWith(".completed")) {
      const event = parseObject(data);
      if (event !== null) {
        addVariant(event, this.facts.variant);
        readUsage(event, this.facts, 1);
      }
      this.finished = true;
      return "end";
    }
    if (!type.endsWith(".partial_image") || this.sawContent) return "none";
    this.sawContent = true;
    return "content";
  }
}
