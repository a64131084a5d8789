import { randomUUID } from "node:crypto";
import Anthropic from "@anthropic-ai/sdk";
import { BedrockRuntimeClient, ConverseCommand, InvokeModelCommand } from "@aws-sdk/client-bedrock-runtime";
import { GoogleGenAI } from "@google/genai";
import { Mistral } from "@mistralai/mistralai";
import { CohereClient, CohereClientV2 } from "cohere-ai";
import Groq from "groq-sdk";
import { Ollama } from "ollama";
import OpenAI, { toFile } from "openai";
import Together from "together-ai";

/** Stands in every field of every request, answer, header and error. */
export const SECRET = "zq-secret-9431";

/** One kind of call: what its server answers, and the call. */
export interface SecretCall {
  family: string;
  answer: unknown;
  call: () => Promise<unknown>;
  /** A request that, refused, is no call: it leaves no record. */
  refusedInSilence?: true;
}

const text = (what: string): string => `${what} ${SECRET}`;
const user = text("prompt");
const tool = { name: text("tool"), description: text("d"), parameters: { type: "object", title: text("t") } };
const file = (type: string): Promise<File> => toFile(Buffer.from(SECRET), `${SECRET}.${type}`);

export interface SecretClients {
  openai: () => OpenAI;
  anthropic: () => Anthropic;
}

/** The clients that streams are made with, observed. Keys are secrets too. */
export function secretClients(url: string, observed: <T extends object>(client: T) => T): SecretClients {
  return {
    openai: () => observed(new OpenAI({ apiKey: SECRET, baseURL: `${url}/v1`, maxRetries: 0 })),
    anthropic: () => observed(new Anthropic({ apiKey: SECRET, baseURL: url, maxRetries: 0 })),
  };
}

/** Calls of every family over HTTP/1, with the secret wherever content, names or keys can stand. `observedFetch` sends the plain ones. */
export function secretCalls(
  url: string,
  observed: <T extends object>(client: T) => T,
  observedFetch: typeof fetch,
): SecretCall[] {
  const { openai, anthropic } = secretClients(url, observed);
  const gemini = (): GoogleGenAI =>
    observed(
      new GoogleGenAI({
        apiKey: SECRET,
        httpOptions: { baseUrl: url, fetch: (...args: Parameters<typeof fetch>) => fetch(...args) },
      }),
    );
  const mistral = (): Mistral => observed(new Mistral({ apiKey: SECRET, serverURL: url }));
  const cohere = (): CohereClient => observed(new CohereClient({ token: SECRET, environment: url }));
  const cohere2 = (): CohereClientV2 => observed(new CohereClientV2({ token: SECRET, environment: url }));
  return [
    {
      family: "openai chat",
      answer: {
        id: "c-1",
        model: "m",
        choices: [{ finish_reason: "stop", message: { content: text("answer") } }],
      },
      call: () =>
        openai().chat.completions.create({
          model: "m",
          user: text("user"),
          metadata: { key: text("meta") },
          messages: [
            { role: "system", content: text("system"), name: SECRET },
            { role: "user", content: [{ type: "image_url", image_url: { url: `https://x/${SECRET}.png` } }] },
            {
              role: "assistant",
              tool_calls: [{ id: SECRET, type: "function", function: { name: SECRET, arguments: user } }],
            },
            { role: "tool", tool_call_id: SECRET, content: user },
          ],
          tools: [{ type: "function", function: tool }],
          prompt_cache_key: SECRET,
        }),
    },
    {
      family: "openai responses",
      answer: {
        id: "resp-1",
        model: "m",
        status: "completed",
        output: [{ type: "message", content: [{ text: user }] }],
      },
      call: () =>
        openai().responses.create({
          model: "m",
          instructions: text("system"),
          input: user,
          previous_response_id: SECRET,
          tools: [{ type: "function", strict: true, ...tool }],
        }),
    },
    {
      family: "embeddings",
      answer: { data: [], model: "m", usage: { prompt_tokens: 1, total_tokens: 1 } },
      call: () => openai().embeddings.create({ model: "m", input: [user, text("second")] }),
    },
    {
      family: "images",
      answer: { data: [{ revised_prompt: user, b64_json: SECRET }] },
      call: () => openai().images.generate({ model: "m", prompt: user }),
    },
    {
      family: "speech",
      answer: { audio: SECRET },
      call: async () =>
        (await openai().audio.speech.create({ model: "m", input: user, voice: "alloy" })).text(),
    },
    {
      family: "anthropic",
      answer: {
        id: "msg-1",
        model: "m",
        content: [{ type: "text", text: user }],
        stop_reason: "end_turn",
        usage: {},
      },
      call: () =>
        anthropic().messages.create({
          model: "m",
          max_tokens: 1,
          system: [{ type: "text", text: text("system"), cache_control: { type: "ephemeral", ttl: "1h" } }],
          metadata: { user_id: SECRET },
          messages: [
            { role: "user", content: [{ type: "text", text: user, cache_control: { type: "ephemeral" } }] },
            {
              role: "assistant",
              content: [{ type: "tool_use", id: SECRET, name: SECRET, input: { a: SECRET } }],
            },
          ],
          tools: [{ name: "x", description: SECRET, input_schema: { type: "object" } }],
        }),
    },
    {
      family: "gemini",
      answer: { candidates: [{ content: { parts: [{ text: user }] }, finishReason: "STOP" }] },
      call: () =>
        gemini().models.generateContent({
          model: "m",
          contents: [
            {
              role: "user",
              parts: [{ text: user }, { inlineData: { data: SECRET, mimeType: "image/png" } }],
            },
          ],
          config: { systemInstruction: text("system"), cachedContent: SECRET },
        }),
    },
    {
      family: "mistral",
      answer: {
        id: "x",
        object: "o",
        model: "m",
        created: 1,
        choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: user } }],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      },
      call: () =>
        mistral().chat.complete({
          model: "m",
          messages: [{ role: "user", content: user }],
        }),
    },
    {
      family: "cohere",
      answer: {
        id: "x",
        finish_reason: "COMPLETE",
        message: { role: "assistant", content: [{ type: "text", text: user }] },
      },
      call: () =>
        cohere2().chat(
          { model: "m", messages: [{ role: "user", content: user }], documents: [user] },
          { maxRetries: 0 },
        ),
    },
    {
      family: "ollama",
      answer: { model: "m", message: { role: "assistant", content: user }, done: true, done_reason: "stop" },
      call: () =>
        observed(new Ollama({ host: url })).chat({
          model: "m",
          messages: [{ role: "user", content: user, images: [SECRET] }],
        }),
    },

    {
      family: "openai completions",
      answer: {
        id: "cmpl-1",
        model: "m",
        choices: [{ text: user, finish_reason: "stop", logprobs: { tokens: [SECRET] } }],
      },
      call: () =>
        openai().completions.create({ model: "m", prompt: [user, SECRET], suffix: SECRET, user: SECRET }),
    },
    {
      family: "openai image edits",
      answer: { data: [{ b64_json: SECRET }], usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 } },
      call: async () =>
        openai().images.edit({ model: "m", image: await file("png"), mask: await file("png"), prompt: user }),
    },
    {
      family: "openai transcription",
      answer: { text: user, usage: { type: "duration", seconds: 3 } },
      call: async () =>
        openai().audio.transcriptions.create({ model: "m", file: await file("wav"), prompt: user }),
    },
    {
      family: "openai batch results",
      answer: {
        id: `batch_req_${randomUUID()}`,
        custom_id: SECRET,
        response: {
          status_code: 200,
          request_id: "req_1",
          body: {
            id: `chatcmpl-${randomUUID()}`,
            object: "chat.completion",
            created: 1_790_000_000,
            model: "m",
            choices: [{ finish_reason: "stop", message: { content: user } }],
            usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
          },
        },
        error: null,
      },
      call: async () => (await openai().files.content("file-1")).text(),
      refusedInSilence: true,
    },
    {
      family: "anthropic with documents and server tools",
      answer: {
        id: "msg-2",
        model: "m",
        content: [
          { type: "server_tool_use", id: SECRET, name: "web_search", input: { query: user } },
          {
            type: "web_search_tool_result",
            content: [{ url: `https://x/${SECRET}`, title: user, encrypted_content: SECRET }],
          },
          { type: "thinking", thinking: user, signature: SECRET },
        ],
        stop_reason: "end_turn",
        stop_sequence: SECRET,
        usage: { input_tokens: 1, output_tokens: 1, server_tool_use: { web_search_requests: 1 } },
      },
      call: () =>
        anthropic().messages.create({
          model: "m",
          max_tokens: 1,
          stop_sequences: [SECRET],
          messages: [
            {
              role: "user",
              content: [
                {
                  type: "document",
                  title: user,
                  context: user,
                  source: { type: "text", media_type: "text/plain", data: user },
                },
                { type: "image", source: { type: "url", url: `https://x/${SECRET}.png` } },
              ],
            },
          ],
          tools: [
            { type: "web_search_20250305", name: "web_search", allowed_domains: [`${SECRET}.example`] },
          ],
        }),
    },
    {
      family: "gemini embeddings",
      answer: { embeddings: [{ values: [1] }], metadata: { billableCharacterCount: 1 } },
      call: () =>
        gemini().models.embedContent({ model: "m", contents: [user, SECRET], config: { title: SECRET } }),
    },
    {
      family: "gemini with tools",
      answer: {
        candidates: [
          {
            content: {
              parts: [
                { functionCall: { name: SECRET, args: { a: user } } },
                { executableCode: { code: user } },
              ],
            },
            groundingMetadata: {
              webSearchQueries: [user],
              groundingChunks: [{ web: { uri: SECRET, title: user } }],
            },
            finishReason: "STOP",
            finishMessage: user,
          },
        ],
        promptFeedback: { blockReasonMessage: user },
        usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
      },
      call: () =>
        gemini().models.generateContent({
          model: "m",
          contents: [{ role: "user", parts: [{ fileData: { fileUri: SECRET, mimeType: "text/plain" } }] }],
          config: {
            tools: [{ functionDeclarations: [{ name: "f", description: user }] }, { googleSearch: {} }],
          },
        }),
    },
    {
      family: "mistral embeddings",
      answer: {
        id: "x",
        object: "list",
        model: "m",
        data: [],
        usage: { prompt_tokens: 1, completion_tokens: 0, total_tokens: 1 },
      },
      call: () => mistral().embeddings.create({ model: "m", inputs: [user, SECRET] }),
    },
    {
      family: "mistral ocr",
      answer: {
        model: "m",
        pages: [{ index: 0, markdown: user, images: [], dimensions: null }],
        usage_info: { pages_processed: 1, doc_size_bytes: 9 },
      },
      call: () =>
        mistral().ocr.process({
          model: "m",
          document: { type: "document_url", documentUrl: `https://x/${SECRET}`, documentName: SECRET },
        }),
    },
    {
      family: "cohere v1",
      answer: {
        text: user,
        generation_id: "g",
        finish_reason: "COMPLETE",
        chat_history: [{ role: "USER", message: user }],
      },
      call: () =>
        cohere().chat(
          {
            model: "m",
            message: user,
            preamble: user,
            chatHistory: [{ role: "USER", message: user }],
            documents: [{ title: user }],
          },
          { maxRetries: 0 },
        ),
    },
    {
      family: "cohere rerank",
      answer: {
        id: "x",
        results: [{ index: 0, relevance_score: 1, document: { text: user } }],
        meta: { billed_units: { search_units: 1 } },
      },
      call: () => cohere2().rerank({ model: "m", query: user, documents: [user, SECRET] }, { maxRetries: 0 }),
    },
    {
      family: "cohere embeddings",
      answer: {
        id: "x",
        texts: [user],
        embeddings: { float: [[1]] },
        meta: { billed_units: { input_tokens: 1 } },
      },
      call: () =>
        cohere2().embed(
          { model: "m", texts: [user], inputType: "search_document", embeddingTypes: ["float"] },
          { maxRetries: 0 },
        ),
    },
    {
      family: "groq",
      answer: {
        id: "x",
        model: "m",
        choices: [{ finish_reason: "stop", message: { content: user, reasoning: user } }],
      },
      call: () =>
        observed(new Groq({ apiKey: SECRET, baseURL: url, maxRetries: 0 })).chat.completions.create({
          model: "m",
          messages: [{ role: "user", content: user }],
        }),
    },
    {
      family: "together",
      answer: {
        id: "x",
        model: "m",
        choices: [{ finish_reason: "stop", message: { content: user } }],
        prompt: [user],
      },
      call: () =>
        observed(new Together({ apiKey: SECRET, baseURL: url, maxRetries: 0 })).chat.completions.create({
          model: "m",
          messages: [{ role: "user", content: user }],
        }),
    },
    {
      family: "plain code with an observed fetch",
      answer: { id: "x", model: "m", choices: [{ finish_reason: "stop", message: { content: user } }] },
      call: async () =>
        (
          await observedFetch(`${url}/v1/chat/completions?key=${SECRET}`, {
            method: "POST",
            headers: { authorization: `Bearer ${SECRET}`, "content-type": "application/json" },
            body: JSON.stringify({ model: "m", messages: [{ role: "user", content: user }] }),
          })
        ).text(),
    },
  ];
}

const BODIES: Record<string, object> = {
  "anthropic.claude-m": {
    anthropic_version: "x",
    max_tokens: 1,
    system: user,
    messages: [{ role: "user", content: user }],
  },
  "amazon.nova-m": { system: [{ text: user }], messages: [{ role: "user", content: [{ text: user }] }] },
  "meta.llama-m": { prompt: user },
  "mistral.m": { prompt: user },
  "cohere.command-m": { message: user, preamble: user },
  "amazon.titan-m": { inputText: user },
};

/** Calls of Bedrock, whose client speaks HTTP/2. */
export function bedrockSecretCalls(url: string, observed: <T extends object>(client: T) => T): SecretCall[] {
  const client = (): BedrockRuntimeClient =>
    observed(
      new BedrockRuntimeClient({
        region: "us-east-1",
        endpoint: url,
        maxAttempts: 1,
        credentials: { accessKeyId: SECRET, secretAccessKey: SECRET },
      }),
    );
  const answer = {
    completion: user,
    generation: user,
    text: user,
    outputs: [{ text: user }],
    results: [{ outputText: user, tokenCount: 1 }],
    output: { message: { role: "assistant", content: [{ text: user }] } },
    content: [{ type: "text", text: user }],
    stopReason: "end_turn",
    usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
    metrics: { latencyMs: 1 },
  };
  return [
    {
      family: "bedrock converse",
      answer,
      call: () =>
        client().send(
          new ConverseCommand({
            modelId: "amazon.nova-m",
            system: [{ text: user }],
            messages: [
              {
                role: "user",
                content: [
                  { text: user },
                  { document: { name: SECRET, format: "txt", source: { text: user } } },
                ],
              },
              {
                role: "assistant",
                content: [{ toolUse: { toolUseId: SECRET, name: SECRET, input: { a: SECRET } } }],
              },
            ],
            requestMetadata: { key: SECRET },
          }),
        ),
    },
    ...Object.entries(BODIES).map(([modelId, body]) => ({
      family: `bedrock ${modelId}`,
      answer,
      call: () => client().send(new InvokeModelCommand({ modelId, body: JSON.stringify(body) })),
    })),
  ];
}
