import { describe, expect, it } from "@jest/globals";
import type { AnthropicBedrock } from "@anthropic-ai/bedrock-sdk";
import type Anthropic from "@anthropic-ai/sdk";
import type { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";
import type { GoogleGenAI } from "@google/genai";
import type { Mistral } from "@mistralai/mistralai";
import type Anthropic0137 from "anthropic0137";
import type Anthropic039 from "anthropic039";
import type { CohereClientV2 } from "cohere-ai";
import type { GoogleGenAI as GoogleGenAI1 } from "genai1";
import type { GoogleGenAI as GoogleGenAI3 } from "genai3";
import type Groq from "groq-sdk";
import type { Ollama } from "ollama";
import type OpenAI from "openai";
import type { AzureOpenAI } from "openai";
import type OpenAI4 from "openai4";
import type OpenAI5 from "openai5";
import type OpenAI7 from "openai7";
import type Together from "together-ai";
import type { observe, observeFetch, observeModel, withAttribution } from "@spanledger/sdk";

/** True only for types that are the same in both directions. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** What `observe` makes of a client type. */
type Observed<C extends object> = ReturnType<typeof observe<C>>;

/** Each line fails the type check when observing changes a client's type. */
const SAME: {
  openai4: Same<Observed<OpenAI4>, OpenAI4>;
  openai5: Same<Observed<OpenAI5>, OpenAI5>;
  openai6: Same<Observed<OpenAI>, OpenAI>;
  openai7: Same<Observed<OpenAI7>, OpenAI7>;
  azure: Same<Observed<AzureOpenAI>, AzureOpenAI>;
  anthropic039: Same<Observed<Anthropic039>, Anthropic039>;
  anthropic0137: Same<Observed<Anthropic0137>, Anthropic0137>;
  anthropic1: Same<Observed<Anthropic>, Anthropic>;
  anthropicBedrock: Same<Observed<AnthropicBedrock>, AnthropicBedrock>;
  genai1: Same<Observed<GoogleGenAI1>, GoogleGenAI1>;
  genai2: Same<Observed<GoogleGenAI>, GoogleGenAI>;
  genai3: Same<Observed<GoogleGenAI3>, GoogleGenAI3>;
  bedrock: Same<Observed<BedrockRuntimeClient>, BedrockRuntimeClient>;
  mistral: Same<Observed<Mistral>, Mistral>;
  cohere: Same<Observed<CohereClientV2>, CohereClientV2>;
  ollama: Same<Observed<Ollama>, Ollama>;
  groq: Same<Observed<Groq>, Groq>;
  together: Same<Observed<Together>, Together>;
  fetch: Same<ReturnType<typeof observeFetch<typeof fetch>>, typeof fetch>;
  model: Same<ReturnType<typeof observeModel<{ doGenerate(): Promise<1> }>>, { doGenerate(): Promise<1> }>;
  result: Same<ReturnType<typeof withAttribution<Promise<7>>>, Promise<7>>;
} = {
  openai4: true,
  openai5: true,
  openai6: true,
  openai7: true,
  azure: true,
  anthropic039: true,
  anthropic0137: true,
  anthropic1: true,
  anthropicBedrock: true,
  genai1: true,
  genai2: true,
  genai3: true,
  bedrock: true,
  mistral: true,
  cohere: true,
  ollama: true,
  groq: true,
  together: true,
  fetch: true,
  model: true,
  result: true,
};

describe("types", () => {
  it("stay the client's own (checked by the compiler)", () => {
    expect(Object.values(SAME).every((same) => same)).toBe(true);
  });
});
