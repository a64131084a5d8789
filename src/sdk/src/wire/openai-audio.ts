import type { RequestFacts, ResponseFacts } from "../call.js";
import { mistralUsage } from "../usage/mistral-usage.js";
import { openaiTranscriptionUsage } from "../usage/openai-usage.js";
import type { EventEffect, Family, StreamReader } from "./family.js";
import { asObject, asText, parseObject } from "./json.js";
import type { JsonObject } from "./json.js";
import { readOpenaiError } from "./openai-error.js";
import { deploymentOf } from "./openai-path.js";

/**
 * OpenAI audio: transcription and translation (multipart requests, whose model the transport reads from the form) and speech, which is
 * billed by its input. Source: openai-node 7.57 types, read 2026-11-22.
 */
export const openaiAudio: Family = {
  name: "openai-audio",
  vendor: "openai",
  framing: "sse",
  match(path) {
    if (!/\/audio\/(transcriptions|translations|speech)$/.test(path)) return null;
    return { operation: "audio", model: null, deployment: deploymentOf(path) };
  },
  readRequest(body: JsonObject, facts: RequestFacts) {
    facts.model = asText(body["model"]);
    if (typeof body["input"] === "string") facts.characters = Array.from(body["input"]).length;
  },
  readResponse(body: JsonObject, facts: ResponseFacts, provider: string) {
    facts.model = asText(body["model"]) ?? facts.model;
    readUsage(body, facts, provider);
  },
  streamReader: (facts, provider) => new AudioStream(facts, provider),
  readError: readOpenaiError,
};

/** Mistral speaks the same paths and bills the seconds of the prompt. */
function readUsage(body: JsonObject, facts: ResponseFacts, provider: string): void {
  const usage = asObject(body["usage"]);
  if (usage === null) return;
  facts.usage = provider === "mistral_ai" ? mistralUsage(usage) : openaiTranscriptionUsage(usage);
}

/** `transcript.text.delta`, `transcript.text.done`; `speech.audio.delta`, `speech.audio.done`. */
class AudioStream implements StreamReader {
  private finished = false;
  private sawContent = false;

  constructor(
    private readonly facts: ResponseFacts,
    private readonly provider: string,
  ) {}

  complete(): boolean {
    return this.finished;
  }

  event(data: string): EventEffect {
    const type = /"type"\s*:\s*"([\w.]+)"/.exec(data)?.[1] ?? "";
    if (type.endsWith(".done")) {
      readUsage(parseObject(data) ?? {}, this.facts, this.provider);
      this.finished = true;
      return "end";
    }
    if (!type.endsWith(".delta") || this.sawContent) return "none";
    this.sawContent = true;
    return "content";
  }
}
