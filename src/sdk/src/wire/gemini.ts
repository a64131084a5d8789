import type { Operation, ResponseFacts } from "../call.js";
import { geminiGroundingUsage, geminiUsage } from "../usage/gemini-usage.js";
import { count, record } from "../usage/usage-reading.js";
import type { EventEffect, Family, PromptBlock, PromptPieces, StreamReader } from "./family.js";
import { normalizeFinish } from "./finish-reasons.js";
import { asArray, asCode, asObject, asText, parseObject } from "./json.js";
import type { JsonObject } from "./json.js";
import { roleLetter } from "./openai-chat.js";

const METHODS: Readonly<Record<string, Operation>> = {
  generateContent: "generate_content",
  streamGenerateContent: "generate_content",
  embedContent: "embeddings",
  batchEmbedContents: "embeddings",
};

/** Gemini API and Vertex AI `generateContent`, streams, embeddings and cache creation. Source: @google/genai 3.1 types, read 2026-11-22. */
export const gemini: Family = {
  name: "gemini",
  vendor: "gcp.gemini",
  framing: "sse",
  match(path) {
    if (path.endsWith("/cachedContents")) return { operation: "other", model: null, deployment: null };
    const [, model, method] = /\/models\/([^/:]+):(\w+)$/.exec(path) ?? [];
    if (model === undefined || method === undefined || !Object.hasOwn(METHODS, method)) return null;
    return { operation: METHODS[method] ?? "other", model: decodeURIComponent(model), deployment: null };
  },
  // Whether it streams is said by the path; the answer's content type tells as well.
  readRequest(body, facts) {
    // Only cache creation names its model in the body, as `models/...`.
    facts.model = asText(body["model"])?.split("/").at(-1) ?? null;
  },
  readResponse,
  streamReader: (facts) => new GeminiStream(facts),
  readError(body) {
    const error = asObject(body["error"]);
    return error === null ? null : (asCode(error["status"]) ?? "provider_error");
  },
  pieces,
};

function readResponse(body: JsonObject, facts: ResponseFacts): void {
  facts.id = asText(body["responseId"]) ?? facts.id;
  facts.model = asText(body["modelVersion"]) ?? facts.model;
  for (const candidate of asArray(body["candidates"]))
    addFinish(asObject(candidate)?.["finishReason"], facts);
  addFinish(asObject(body["promptFeedback"])?.["blockReason"], facts);
  const raw = asObject(body["usageMetadata"]);
  if (raw === null) return;
  const stored = body["expireTime"] === undefined ? null : count(raw["totalTokenCount"]);
  facts.usage = stored === null ? geminiUsage(raw) : cacheCreation(stored);
  facts.usage = { ...facts.usage, usage: { ...facts.usage.usage, ...geminiGroundingUsage(body) } };
  facts.serviceTier = asCode(raw["serviceTier"]) ?? asCode(raw["trafficType"]) ?? facts.serviceTier;
}

/** Creating a cache writes its tokens once; keeping it costs by the hour, which no response tells. */
function cacheCreation(tokens: number): NonNullable<ResponseFacts["usage"]> {
  return {
    usage: { inputUncached: 0, cacheRead: 0, cacheWriteOther: tokens, output: 0 },
    inputTotal: tokens,
    outputTotal: 0,
    quality: "partial",
    rule: "gemini:cache-creation",
  };
}

function addFinish(reason: unknown, facts: ResponseFacts): void {
  const code = asCode(reason);
  if (code === null) return;
  const word = normalizeFinish(code);
  if (!facts.finishReasons.includes(word)) facts.finishReasons.push(word);
}

class GeminiStream implements StreamReader {
  private sawContent = false;

  constructor(private readonly facts: ResponseFacts) {}

  complete(): boolean {
    return this.facts.finishReasons.length > 0;
  }

  /** Usage may be in every chunk: the last wins. There is no closing event. */
  event(data: string): EventEffect {
    const content = !this.sawContent && data.includes('"parts"');
    if (content) this.sawContent = true;
    if (this.facts.id === null || /"(usageMetadata|finishReason|promptFeedback|error)"/.test(data)) {
      const chunk = parseObject(data);
      if (chunk !== null && asObject(chunk["error"]) !== null) {
        this.facts.errorType = asCode(asObject(chunk["error"])?.["status"]) ?? "provider_error";
        return "end";
      }
      if (chunk !== null) this.read(chunk);
    }
    return content ? "content" : "none";
  }

  /** Chunks before the last count the prompt and not yet the answer: that is no zero, should the stream end there. */
  private read(chunk: JsonObject): void {
    readResponse(chunk, this.facts);
    const { usage: reading } = this.facts;
    if (reading === null || this.complete() || reading.outputTotal !== 0) return;
    const { output: _o, outputReasoning: _r, outputAudio: _a, outputImage: _i, ...input } = reading.usage;
    this.facts.usage = { ...reading, usage: input, outputTotal: null, quality: "partial" };
  }
}

function pieces(body: JsonObject): PromptPieces {
  const blocks: PromptBlock[] = [];
  for (const entry of asArray(body["contents"])) {
    const content = asObject(entry);
    blocks.push({
      role: roleLetter(content?.["role"] ?? "user"),
      content: content?.["parts"] ?? entry,
      mark: null,
    });
  }
  const system = record(body["systemInstruction"])?.["parts"] ?? body["systemInstruction"];
  return {
    params: [body["generationConfig"], body["safetySettings"], body["toolConfig"]],
    tools: asArray(body["tools"]),
    system: system === undefined ? [] : [system],
    blocks,
    handles: [asText(body["cachedContent"])].filter((handle) => handle !== null),
  };
}
