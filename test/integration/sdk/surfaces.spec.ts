import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { Mistral } from "@mistralai/mistralai";
import { CohereClient, CohereClientV2 } from "cohere-ai";
import { Ollama } from "ollama";
import OpenAI, { toFile } from "openai";
import OpenAI7 from "openai7";
import { flush, observe, observeFetch } from "@spanledger/sdk";
import { namedSse, ProviderServer, sse } from "../../support/sdk/provider-server.js";
import type { Answer } from "../../support/sdk/provider-server.js";
import { SpanProbe } from "../../support/sdk/span-probe.js";

const server = new ProviderServer();
const probe = new SpanProbe();
beforeAll(async () => {
  await server.start();
});
afterAll(() => server.close());
beforeEach(() => probe.reset());

const seen = <C extends object>(client: C, provider?: string): C =>
  observe(client, { tracerProvider: probe.provider, provider });
const openai = (): OpenAI => seen(new OpenAI({ apiKey: "k", baseURL: `${server.url}/v1`, maxRetries: 0 }));
const openai7 = (): OpenAI7 => seen(new OpenAI7({ apiKey: "k", baseURL: `${server.url}/v1`, maxRetries: 0 }));
const anthropic = (): Anthropic => seen(new Anthropic({ apiKey: "k", baseURL: server.url, maxRetries: 0 }));
const mistral = (): Mistral => seen(new Mistral({ apiKey: "k", serverURL: server.url }));
const cohere = (): CohereClient => seen(new CohereClient({ token: "k", environment: server.url }));
const cohere2 = (): CohereClientV2 => seen(new CohereClientV2({ token: "k", environment: server.url }));
const gemini = (more: object = {}): GoogleGenAI =>
  seen(
    new GoogleGenAI({
      apiKey: "k",
      httpOptions: {
        baseUrl: server.url,
        fetch: (...args: Parameters<typeof fetch>) => fetch(...args),
      },
      ...more,
    }),
  );
const vertex = (): GoogleGenAI => gemini({ vertexai: true });
const all = async (stream: AsyncIterable<unknown>): Promise<void> => {
  for await (const part of stream) void part;
};
const audio = (): Promise<File> => toFile(Buffer.from("RIFF"), "speech.wav");
const picture = (): Promise<File> => toFile(Buffer.from("png"), "in.png", { type: "image/png" });

/** One kind of call: what the server answers, and the usage that the answer speaks of, by class. */
interface Surface {
  name: string;
  answer: Answer;
  call: () => Promise<unknown>;
  operation: string;
  model: string;
  /** Exactly the classes of the record. */
  usage: Record<string, number>;
  quality?: string;
  more?: Record<string, unknown>;
}

const IMAGE_USAGE = {
  input_tokens: 361,
  input_tokens_details: { text_tokens: 38, image_tokens: 323 },
  output_tokens: 1056,
  total_tokens: 1417,
};
const IMAGE_CLASSES = {
  input_uncached: 38,
  input_image: 323,
  output: 0,
  output_image: 1056,
  output_reasoning: 0,
};
const TRANSCRIPT = {
  type: "tokens",
  input_tokens: 214,
  input_token_details: { audio_tokens: 200, text_tokens: 14 },
  output_tokens: 61,
  total_tokens: 275,
};
const TRANSCRIPT_CLASSES = { input_uncached: 14, input_audio: 200, output: 61 };

const OPENAI: Surface[] = [
  {
    name: "openai images, token-billed",
    answer: {
      json: {
        created: 1,
        size: "1024x1024",
        quality: "high",
        data: [{ b64_json: "AAAA" }],
        usage: IMAGE_USAGE,
      },
    },
    call: () => openai().images.generate({ model: "gpt-image-1", prompt: "a cat" }),
    operation: "image",
    model: "gpt-image-1",
    usage: { ...IMAGE_CLASSES, images: 1 },
    more: { "spanledger.variant.size": "1024x1024", "spanledger.variant.quality": "high" },
  },
  {
    name: "openai images, billed by the image",
    answer: {
      json: { created: 1, data: [{ url: "https://x/1" }, { url: "https://x/2" }, { url: "https://x/3" }] },
    },
    call: () => openai().images.generate({ model: "dall-e-2", prompt: "a cat", n: 3, size: "512x512" }),
    operation: "image",
    model: "dall-e-2",
    usage: { images: 3 },
    more: { "spanledger.variant.size": "512x512" },
  },
  {
    name: "openai image edits, a form",
    answer: { json: { created: 1, data: [{ b64_json: "A".repeat(200_000) }], usage: IMAGE_USAGE } },
    call: async () => openai().images.edit({ model: "gpt-image-1", image: await picture(), prompt: "hat" }),
    operation: "image",
    model: "gpt-image-1",
    usage: { ...IMAGE_CLASSES, images: 1 },
  },
  {
    name: "openai images, streamed",
    answer: {
      chunks: namedSse(
        { type: "image_generation.partial_image", b64_json: "A".repeat(3000), partial_image_index: 0 },
        {
          type: "image_generation.completed",
          b64_json: "A".repeat(90_000),
          size: "1024x1024",
          usage: IMAGE_USAGE,
        },
      ),
    },
    call: async () =>
      all(
        await openai().images.generate({
          model: "gpt-image-1",
          prompt: "a cat",
          stream: true,
          partial_images: 1,
        }),
      ),
    operation: "image",
    model: "gpt-image-1",
    usage: { ...IMAGE_CLASSES, images: 1 },
  },
  {
    name: "openai transcription, token-billed",
    answer: { json: { text: "hello", usage: TRANSCRIPT } },
    call: async () =>
      openai().audio.transcriptions.create({ model: "gpt-4o-transcribe", file: await audio() }),
    operation: "audio",
    model: "gpt-4o-transcribe",
    usage: TRANSCRIPT_CLASSES,
  },
  {
    name: "openai transcription, streamed",
    answer: {
      chunks: sse(
        { type: "transcript.text.delta", delta: "hel" },
        { type: "transcript.text.done", text: "hello", usage: TRANSCRIPT },
      ),
    },
    call: async () =>
      all(
        await openai().audio.transcriptions.create({
          model: "gpt-4o-mini-transcribe",
          file: await audio(),
          stream: true,
        }),
      ),
    operation: "audio",
    model: "gpt-4o-mini-transcribe",
    usage: TRANSCRIPT_CLASSES,
  },
  {
    name: "openai transcription, billed by duration",
    answer: { json: { text: "hello", usage: { type: "duration", seconds: 47 } } },
    call: async () => openai().audio.transcriptions.create({ model: "whisper-1", file: await audio() }),
    operation: "audio",
    model: "whisper-1",
    usage: { audio_seconds: 47 },
  },
  {
    name: "openai speech, billed by its input",
    answer: { chunks: ["binary", "sound"], headers: { "content-type": "audio/mpeg" } },
    call: async () =>
      (
        await openai().audio.speech.create({ model: "tts-1", voice: "alloy", input: "Grüße 👋" })
      ).arrayBuffer(),
    operation: "audio",
    model: "tts-1",
    usage: { characters: 7 },
    quality: "unknown",
  },
  {
    name: "openai completions",
    answer: {
      json: {
        id: "cmpl-1",
        object: "text_completion",
        model: "davinci-002",
        choices: [{ index: 0, text: "x", finish_reason: "length" }],
        usage: { prompt_tokens: 17, completion_tokens: 9, total_tokens: 26 },
      },
    },
    call: () => openai().completions.create({ model: "davinci-002", prompt: "x" }),
    operation: "text_completion",
    model: "davinci-002",
    usage: { input_uncached: 17, output: 9 },
    quality: "partial",
  },
  {
    name: "openai responses with web and file search and two code containers",
    answer: {
      json: {
        id: "resp_1",
        object: "response",
        status: "completed",
        model: "gpt-5.4-2026",
        tools: [],
        output: [
          { type: "web_search_call", id: "w", status: "completed", action: { type: "search", query: "q" } },
          { type: "web_search_call", id: "w2", status: "completed", action: { type: "open_page", url: "u" } },
          { type: "file_search_call", id: "f", status: "completed", queries: ["q"] },
          {
            type: "code_interpreter_call",
            id: "c",
            container_id: "cntr_1",
            status: "completed",
            code: "",
            outputs: [],
          },
          {
            type: "code_interpreter_call",
            id: "d",
            container_id: "cntr_2",
            status: "completed",
            code: "",
            outputs: [],
          },
        ],
        usage: {
          input_tokens: 330,
          input_tokens_details: { cached_tokens: 30 },
          output_tokens: 45,
          output_tokens_details: { reasoning_tokens: 5 },
          total_tokens: 375,
        },
      },
    },
    call: () => openai().responses.create({ model: "gpt-5.4", input: "x", tools: [{ type: "web_search" }] }),
    operation: "chat",
    model: "gpt-5.4",
    usage: {
      input_uncached: 300,
      cache_read: 30,
      output: 40,
      output_reasoning: 5,
      web_search_requests: 1,
      file_search_calls: 1,
      container_sessions: 2,
    },
  },
];

const embedding = (usage: object) => ({ object: "list", data: [], model: "m", usage });

const OTHERS: Surface[] = [
  {
    name: "gemini embeddings",
    answer: {
      json: { embeddings: [{ values: [0.1] }], usageMetadata: { promptTokenCount: 6, totalTokenCount: 6 } },
    },
    call: () => gemini().models.embedContent({ model: "gemini-embedding-001", contents: ["a", "b"] }),
    operation: "embeddings",
    model: "gemini-embedding-001",
    usage: { input_uncached: 6, cache_read: 0, input_tool: 0, output: 0, output_reasoning: 0 },
  },
  {
    name: "Vertex embeddings, counted by text",
    answer: {
      json: {
        predictions: [4, 7].map((tokens) => ({
          embeddings: {
            values: Array(2000).fill(0.123456789),
            statistics: { truncated: false, token_count: tokens },
          },
        })),
        metadata: { billableCharacterCount: 40 },
      },
    },
    call: () => vertex().models.embedContent({ model: "text-embedding-005", contents: ["a", "b"] }),
    operation: "embeddings",
    model: "text-embedding-005",
    usage: { input_uncached: 11, cache_read: 0, output: 0, output_reasoning: 0 },
    more: { "gen_ai.provider.name": "gcp.vertex_ai" },
  },
  {
    name: "Vertex embeddings without a count",
    answer: { json: { predictions: [{ embeddings: { values: [0.1] } }] } },
    call: () => vertex().models.embedContent({ model: "text-embedding-005", contents: ["a"] }),
    operation: "embeddings",
    model: "text-embedding-005",
    usage: { cache_read: 0, output: 0, output_reasoning: 0 },
    quality: "partial",
  },
  {
    name: "Imagen, without the images that its filters took",
    answer: {
      json: {
        predictions: [
          { bytesBase64Encoded: "AAAA", mimeType: "image/png" },
          { bytesBase64Encoded: "AAAA", mimeType: "image/png" },
          { raiFilteredReason: "no" },
        ],
      },
    },
    call: () =>
      vertex().models.generateImages({
        model: "imagen-4.0-generate-001",
        prompt: "a cat",
        config: { numberOfImages: 3 },
      }),
    operation: "image",
    model: "imagen-4.0-generate-001",
    usage: { images: 2 },
  },
  {
    name: "gemini cache creation",
    answer: {
      json: {
        name: "cachedContents/1",
        model: "models/gemini-2.5-flash",
        expireTime: "2026-11-25T12:00:00Z",
        usageMetadata: { totalTokenCount: 4321 },
      },
    },
    call: () => gemini().caches.create({ model: "gemini-2.5-flash", config: { contents: "long" } }),
    operation: "other",
    model: "gemini-2.5-flash",
    usage: { input_uncached: 0, cache_read: 0, cache_write_other: 4321, output: 0 },
    quality: "partial",
  },
  {
    name: "gemini with every modality, a tool prompt, thoughts and grounding",
    answer: {
      json: {
        responseId: "gem-all",
        modelVersion: "gemini-3-pro",
        candidates: [
          {
            finishReason: "STOP",
            content: { parts: [{ text: "x" }] },
            groundingMetadata: { webSearchQueries: ["a", "b"] },
          },
        ],
        usageMetadata: {
          promptTokenCount: 1000,
          cachedContentTokenCount: 400,
          candidatesTokenCount: 160,
          thoughtsTokenCount: 70,
          toolUsePromptTokenCount: 30,
          totalTokenCount: 1260,
          promptTokensDetails: [
            { modality: "TEXT", tokenCount: 500 },
            { modality: "AUDIO", tokenCount: 200 },
            { modality: "IMAGE", tokenCount: 180 },
            { modality: "VIDEO", tokenCount: 120 },
          ],
          cacheTokensDetails: [
            { modality: "TEXT", tokenCount: 250 },
            { modality: "AUDIO", tokenCount: 50 },
            { modality: "VIDEO", tokenCount: 100 },
          ],
          candidatesTokensDetails: [
            { modality: "TEXT", tokenCount: 60 },
            { modality: "IMAGE", tokenCount: 100 },
          ],
        },
      },
    },
    call: () => gemini().chats.create({ model: "gemini-3-pro" }).sendMessage({ message: "hi" }),
    operation: "generate_content",
    model: "gemini-3-pro",
    usage: {
      input_uncached: 250,
      input_audio: 150,
      input_image: 180,
      input_video: 20,
      input_tool: 30,
      cache_read: 350,
      cache_read_audio: 50,
      output: 60,
      output_audio: 0,
      output_video: 0,
      output_image: 100,
      output_reasoning: 70,
      web_search_requests: 2,
    },
  },
  {
    name: "cohere v1 chat, streamed",
    answer: {
      chunks: [
        { event_type: "stream-start", generation_id: "gen-1" },
        { event_type: "text-generation", text: "x" },
        {
          event_type: "stream-end",
          finish_reason: "COMPLETE",
          response: {
            text: "x",
            generation_id: "gen-1",
            meta: { billed_units: { input_tokens: 12, output_tokens: 8 } },
          },
        },
      ].map((line) => `${JSON.stringify(line)}\n`),
      headers: { "content-type": "application/stream+json" },
    },
    call: async () => all(await cohere().chatStream({ model: "command-r", message: "hi" })),
    operation: "chat",
    model: "command-r",
    usage: { input_uncached: 12, output: 8 },
  },
  {
    name: "cohere v1 chat",
    answer: {
      json: {
        text: "x",
        generation_id: "gen-2",
        finish_reason: "MAX_TOKENS",
        meta: { billed_units: { input_tokens: 14, output_tokens: 3 } },
      },
    },
    call: () => cohere().chat({ model: "command-r", message: "hi" }),
    operation: "chat",
    model: "command-r",
    usage: { input_uncached: 14, output: 3 },
  },
  {
    name: "cohere rerank",
    answer: { json: { id: "rr-1", results: [], meta: { billed_units: { search_units: 2 } } } },
    call: () => cohere2().rerank({ model: "rerank-v3.5", query: "q", documents: ["a", "b"] }),
    operation: "rerank",
    model: "rerank-v3.5",
    usage: { search_units: 2 },
  },
  {
    name: "cohere embed",
    answer: {
      json: {
        id: "e-1",
        response_type: "embeddings_by_type",
        embeddings: { float: [[1]] },
        texts: ["a"],
        meta: { billed_units: { input_tokens: 5, images: 1 } },
      },
    },
    call: () =>
      cohere2().embed({
        model: "embed-v4.0",
        inputType: "search_query",
        texts: ["a"],
        embeddingTypes: ["float"],
      }),
    operation: "embeddings",
    model: "embed-v4.0",
    usage: { input_uncached: 5, images: 1 },
  },
  {
    name: "mistral embeddings",
    answer: {
      json: { id: "me-1", ...embedding({ prompt_tokens: 19, completion_tokens: 0, total_tokens: 19 }) },
    },
    call: () => mistral().embeddings.create({ model: "mistral-embed", inputs: ["x"] }),
    operation: "embeddings",
    model: "mistral-embed",
    usage: {
      input_uncached: 19,
      cache_read: 0,
      output: 0,
      output_reasoning: 0,
      output_audio: 0,
      output_image: 0,
    },
  },
  {
    name: "mistral OCR",
    answer: {
      json: { model: "mistral-ocr-2512", pages: [], usage_info: { pages_processed: 8, doc_size_bytes: 9 } },
    },
    call: () =>
      mistral().ocr.process({
        model: "mistral-ocr-latest",
        document: { type: "document_url", documentUrl: "https://x/a.pdf" },
      }),
    operation: "other",
    model: "mistral-ocr-latest",
    usage: { pages: 8 },
  },
  {
    name: "mistral transcription",
    answer: {
      json: {
        model: "voxtral-mini-2507",
        text: "x",
        language: null,
        segments: [],
        usage: { prompt_audio_seconds: 203, prompt_tokens: 4, total_tokens: 3264, completion_tokens: 635 },
      },
    },
    call: () =>
      mistral().audio.transcriptions.complete({ model: "voxtral-mini-latest", fileUrl: "https://x/a.mp3" }),
    operation: "audio",
    model: "voxtral-mini-latest",
    usage: { audio_seconds: 203, input_uncached: 4, output: 635 },
    quality: "partial",
  },
  {
    name: "ollama embed",
    answer: { json: { model: "nomic", embeddings: [[1]], prompt_eval_count: 11 } },
    call: () => seen(new Ollama({ host: server.url })).embed({ model: "nomic", input: "x" }),
    operation: "embeddings",
    model: "nomic",
    usage: { input_uncached: 11 },
    quality: "partial",
  },
  {
    name: "xAI behind a private host, whose reasoning stands beside the completion",
    answer: {
      json: {
        id: "x-1",
        model: "grok-4",
        choices: [{ index: 0, finish_reason: "stop", message: { content: "x" } }],
        usage: {
          prompt_tokens: 125,
          completion_tokens: 48,
          total_tokens: 373,
          prompt_tokens_details: { cached_tokens: 98 },
          completion_tokens_details: { reasoning_tokens: 200 },
        },
      },
    },
    call: () => seen(openai(), "x_ai").chat.completions.create({ model: "grok-4", messages: [] }),
    operation: "chat",
    model: "grok-4",
    usage: { input_uncached: 27, cache_read: 98, output: 48, output_reasoning: 200 },
  },
  {
    name: "DeepSeek behind a gateway that nobody named",
    answer: {
      json: {
        id: "d-1",
        model: "deepseek-chat",
        choices: [{ index: 0, finish_reason: "stop", message: { content: "x" } }],
        usage: {
          prompt_tokens: 500,
          prompt_cache_hit_tokens: 384,
          prompt_cache_miss_tokens: 116,
          completion_tokens: 90,
          total_tokens: 590,
          completion_tokens_details: { reasoning_tokens: 40 },
        },
      },
    },
    call: () => openai().chat.completions.create({ model: "deepseek-chat", messages: [] }),
    operation: "chat",
    model: "deepseek-chat",
    usage: { input_uncached: 116, cache_read: 384, output: 50, output_reasoning: 40 },
  },
  {
    name: "OpenRouter with the cost that it states",
    answer: {
      json: {
        id: "gen-1",
        model: "openai/gpt-5.4",
        choices: [{ index: 0, finish_reason: "stop", message: { content: "x" } }],
        usage: {
          prompt_tokens: 10,
          completion_tokens: 5,
          total_tokens: 15,
          cost: 0.00014,
          prompt_tokens_details: { cached_tokens: 0 },
        },
      },
    },
    call: () =>
      seen(openai(), "openrouter").chat.completions.create({ model: "openai/gpt-5.4", messages: [] }),
    operation: "chat",
    model: "openai/gpt-5.4",
    usage: { input_uncached: 10, cache_read: 0, output: 5 },
    more: { "spanledger.reported_cost_usd": "0.00014" },
  },
  {
    name: "a LiteLLM proxy with the cost in a header",
    answer: {
      headers: { "x-litellm-response-cost": "3.2e-05", "x-litellm-call-id": "c" },
      json: {
        id: "l-1",
        model: "claude",
        choices: [{ index: 0, finish_reason: "stop", message: { content: "x" } }],
        usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
      },
    },
    call: () => openai().chat.completions.create({ model: "claude", messages: [] }),
    operation: "chat",
    model: "claude",
    usage: { input_uncached: 10, output: 5 },
    quality: "partial",
    more: { "spanledger.reported_cost_usd": "0.000032" },
  },
  {
    name: "vLLM with running usage on every chunk",
    answer: {
      chunks: sse(
        ...[1, 2, 3].map((completion) => ({
          id: "v-1",
          model: "m",
          choices: [{ index: 0, delta: { content: "x" }, finish_reason: completion === 3 ? "stop" : null }],
          usage: { prompt_tokens: 7, completion_tokens: completion, total_tokens: 7 + completion },
        })),
        "[DONE]",
      ),
    },
    call: async () => all(await openai().chat.completions.create({ model: "m", messages: [], stream: true })),
    operation: "chat",
    model: "m",
    usage: { input_uncached: 7, output: 3 },
    quality: "partial",
  },
  {
    // huggingface/text-generation-inference, router/src/server.rs: usage only on the chunk behind the last, asked for or not.
    name: "TGI, streamed, with an empty id",
    answer: {
      chunks: sse(
        ...["Hel", "lo"].map((content, index) => ({
          object: "chat.completion.chunk",
          id: "",
          created: 1_795_374_058,
          model: "meta-llama/Llama-3.3-70B-Instruct",
          system_fingerprint: "3.3.4-sha-abc",
          choices: [
            {
              index: 0,
              delta: { role: "assistant", content },
              logprobs: null,
              finish_reason: index === 1 ? "length" : null,
            },
          ],
          usage: null,
        })),
        {
          object: "chat.completion.chunk",
          id: "",
          created: 1_795_374_058,
          model: "meta-llama/Llama-3.3-70B-Instruct",
          system_fingerprint: "3.3.4-sha-abc",
          choices: [],
          usage: { prompt_tokens: 44, completion_tokens: 20, total_tokens: 64 },
        },
        "[DONE]",
      ),
    },
    call: async () =>
      all(
        await seen(openai(), "self_hosted").chat.completions.create({
          model: "tgi",
          messages: [],
          stream: true,
          stream_options: { include_usage: true },
        }),
      ),
    operation: "chat",
    model: "tgi",
    usage: { input_uncached: 44, output: 20 },
    quality: "partial",
    more: {
      "gen_ai.response.model": "meta-llama/Llama-3.3-70B-Instruct",
      "gen_ai.response.finish_reasons": ["length"],
      "spanledger.provider": "self_hosted",
    },
  },
  {
    // sgl-project/sglang, entrypoints/openai/protocol.py: reasoning_tokens beside completion_tokens, of which they are a part.
    name: "SGLang with cached and reasoning tokens",
    answer: {
      json: {
        id: "sg-1",
        object: "chat.completion",
        model: "qwen3-32b",
        choices: [
          {
            index: 0,
            message: { role: "assistant", content: "x", reasoning_content: "y" },
            logprobs: null,
            finish_reason: "stop",
            matched_stop: 151_645,
          },
        ],
        usage: {
          prompt_tokens: 120,
          total_tokens: 200,
          completion_tokens: 80,
          prompt_tokens_details: { cached_tokens: 96 },
          reasoning_tokens: 64,
        },
        metadata: { weight_version: "default" },
      },
    },
    call: () => seen(openai(), "self_hosted").chat.completions.create({ model: "qwen3-32b", messages: [] }),
    operation: "chat",
    model: "qwen3-32b",
    usage: { input_uncached: 24, cache_read: 96, output: 16, output_reasoning: 64 },
  },
  {
    // docs.fireworks.ai/api-reference/post-chatcompletions: usage comes with the last chunk of every stream.
    name: "Fireworks, streamed, with cached tokens",
    answer: {
      headers: { "x-ratelimit-limit-requests": "600", "x-ratelimit-remaining-requests": "599" },
      chunks: sse(
        {
          id: "fw-1",
          object: "chat.completion.chunk",
          model: "accounts/fireworks/models/deepseek-v3p1",
          choices: [{ index: 0, delta: { content: "x" }, finish_reason: null }],
          usage: null,
        },
        {
          id: "fw-1",
          object: "chat.completion.chunk",
          model: "accounts/fireworks/models/deepseek-v3p1",
          choices: [{ index: 0, delta: {}, finish_reason: "stop" }],
          usage: {
            prompt_tokens: 300,
            total_tokens: 340,
            completion_tokens: 40,
            prompt_tokens_details: { cached_tokens: 256 },
          },
        },
        "[DONE]",
      ),
    },
    call: async () =>
      all(
        await seen(openai(), "fireworks").chat.completions.create({
          model: "accounts/fireworks/models/deepseek-v3p1",
          messages: [],
          stream: true,
        }),
      ),
    operation: "chat",
    model: "accounts/fireworks/models/deepseek-v3p1",
    usage: { input_uncached: 44, cache_read: 256, output: 40 },
    more: { "spanledger.rate_limit.requests.remaining": 599 },
  },
];

function usageOf(attributes: Record<string, unknown>): Record<string, unknown> {
  const prefix = "spanledger.usage.";
  const words = new Set(["source", "quality", "rule"]);
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([name]) => name.startsWith(prefix) && !words.has(name.slice(prefix.length)))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}

describe("usage is what the provider said of", () => {
  it.each([...OPENAI, ...OTHERS])(
    "$name",
    async ({ answer, call, operation, model, usage, quality, more }) => {
      server.script(answer);
      await call();
      await flush();
      const { attributes } = await probe.one();
      expect(usageOf(attributes)).toEqual(usage);
      expect(attributes).toMatchObject({
        "gen_ai.operation.name": operation,
        "gen_ai.request.model": model,
        "spanledger.outcome": "ok",
        "spanledger.usage.quality": quality ?? "exact",
        ...more,
      });
    },
  );
});

describe("another model inside a call is a record of its own", () => {
  it("for the image tool of a response", async () => {
    server.script({
      json: {
        id: "resp_img",
        object: "response",
        status: "completed",
        model: "gpt-5.4-2026",
        output: [],
        tools: [{ type: "image_generation", model: "gpt-image-1.5" }],
        usage: {
          input_tokens: 50,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: 20,
          total_tokens: 70,
        },
        tool_usage: { image_gen: IMAGE_USAGE, web_search: { num_requests: 4 } },
      },
    });
    await openai7().responses.create({ model: "gpt-5.4", input: "draw" });
    const [main, tool] = (await probe.atLeast(2)).map((span) => span.attributes);
    expect(usageOf(main ?? {})).toEqual({
      input_uncached: 50,
      cache_read: 0,
      output: 20,
      web_search_requests: 4,
    });
    expect(usageOf(tool ?? {})).toEqual(IMAGE_CLASSES);
    expect(tool).toMatchObject({
      "gen_ai.operation.name": "image",
      "gen_ai.response.model": "gpt-image-1.5",
      "gen_ai.response.id": "resp_img.image_tool.0",
    });
  });

  it("for the authoring model of SVG images", async () => {
    const svg = {
      model: "gpt-5.4-mini",
      input_tokens: 40,
      output_tokens: 90,
      reasoning_tokens: 30,
      total_tokens: 130,
    };
    server.script({ json: { created: 1, data: [{ b64_json: "A" }], usage: IMAGE_USAGE, svg_usage: svg } });
    await openai7().images.generate({ model: "gpt-image-2", prompt: "logo" });
    const [main, author] = (await probe.atLeast(2)).map((span) => span.attributes);
    expect(usageOf(main ?? {})).toEqual({ ...IMAGE_CLASSES, images: 1 });
    expect(author).toMatchObject({ "gen_ai.response.model": "gpt-5.4-mini" });
    expect(usageOf(author ?? {})).toEqual({ input_uncached: 40, output: 60, output_reasoning: 30 });
  });

  const hop = (type: string, model: string | null, input: number, output: number): object => ({
    type,
    model,
    input_tokens: input,
    output_tokens: output,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 0,
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  });
  const message = (usage: object): object => ({
    id: "msg_it",
    type: "message",
    role: "assistant",
    model: "claude-opus-4-9",
    content: [],
    stop_reason: "end_turn",
    usage: { ...hop("", null, 100, 60), service_tier: "standard", ...usage },
  });
  const REQUEST = { model: "claude-sonnet-4-6", max_tokens: 9, messages: [] };

  it("for an advisor; compaction is added to the call, the breakdown is not", async () => {
    const iterations = [
      hop("compaction", null, 900, 40),
      hop("message", "claude-opus-4-9", 100, 60),
      hop("advisor_message", "claude-advisor-5", 700, 30),
    ];
    server.script({ json: message({ iterations }) });
    await anthropic().messages.create(REQUEST);
    const [main, advisor] = (await probe.atLeast(2)).map((span) => span.attributes);
    expect(main).toMatchObject({ "gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100 });
    expect(advisor).toMatchObject({
      "gen_ai.response.model": "claude-advisor-5",
      "gen_ai.usage.input_tokens": 700,
      "gen_ai.usage.output_tokens": 30,
    });
    expect(probe.spans).toHaveLength(2);
  });

  it("for the hops that declined before a fallback answered, streamed or not", async () => {
    const iterations = [
      hop("message", null, 80, 5),
      hop("message", "claude-opus-4-9", 20, 7),
      hop("fallback_message", "claude-opus-4-9", 100, 60),
    ];
    const { usage, ...head } = message({ iterations }) as { usage: object };
    server.script(
      { json: { ...head, usage } },
      {
        chunks: namedSse(
          { type: "message_start", message: { ...head, usage: hop("", null, 80, 1) } },
          { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "x" } },
          { type: "message_delta", delta: { stop_reason: "end_turn" }, usage },
          { type: "message_stop" },
        ),
      },
    );
    await anthropic().messages.create(REQUEST);
    await all(await anthropic().messages.create({ ...REQUEST, stream: true }));
    const rows = (await probe.atLeast(4)).map((span) => span.attributes);
    for (const [main, declined] of [rows.slice(0, 2), rows.slice(2)]) {
      expect(main).toMatchObject({ "gen_ai.usage.input_tokens": 120, "gen_ai.usage.output_tokens": 67 });
      expect(declined).toMatchObject({
        "gen_ai.request.model": "claude-sonnet-4-6",
        "gen_ai.usage.input_tokens": 80,
        "gen_ai.usage.output_tokens": 5,
      });
    }
  });
});

describe("gemini interactions", () => {
  const interaction = {
    id: "int-1",
    object: "interaction",
    model: "gemini-3-flash",
    status: "completed",
    created: "2026-11-25T10:00:00Z",
    updated: "2026-11-25T10:00:01Z",
    steps: [],
    usage: {
      total_input_tokens: 300,
      total_cached_tokens: 100,
      total_output_tokens: 40,
      total_thought_tokens: 20,
      total_tool_use_tokens: 10,
      total_tokens: 370,
    },
  };
  const expected = { input_uncached: 200, cache_read: 100, input_tool: 10, output: 40, output_reasoning: 20 };

  it("are recorded, whole and streamed", async () => {
    server.script(
      { json: interaction },
      {
        chunks: sse(
          {
            event_type: "interaction.created",
            interaction: { id: "int-1", status: "in_progress", model: "gemini-3-flash" },
          },
          { event_type: "step.delta", index: 0, delta: { type: "text", text: "x" } },
          { event_type: "interaction.completed", interaction },
        ),
      },
    );
    await gemini().interactions.create({ model: "gemini-3-flash", input: "hi" });
    await all(await gemini().interactions.create({ model: "gemini-3-flash", input: "hi", stream: true }));
    for (const { attributes } of await probe.atLeast(2)) {
      expect(usageOf(attributes)).toEqual(expected);
      expect(attributes).toMatchObject({ "gen_ai.response.id": "int-1", "spanledger.outcome": "ok" });
    }
  });
});

describe("plain fetch", () => {
  it("reads Claude on Vertex by its path", async () => {
    const usage = {
      input_tokens: 5,
      output_tokens: 3,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 0,
    };
    server.script({
      json: { id: "msg_v", type: "message", model: "claude-sonnet-4-6", stop_reason: "end_turn", usage },
    });
    const send = observeFetch(fetch, { tracerProvider: probe.provider });
    const path =
      "/v1/projects/p/locations/eu/publishers/anthropic/models/claude-sonnet-4-6@20260101:rawPredict";
    await (await send(`${server.url}${path}`, { method: "POST", body: "{}" })).json();
    expect((await probe.one()).attributes).toMatchObject({
      "gen_ai.provider.name": "gcp.vertex_ai",
      "gen_ai.request.model": "claude-sonnet-4-6@20260101",
      "gen_ai.usage.input_tokens": 5,
    });
  });
});
