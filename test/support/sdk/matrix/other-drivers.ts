import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";
import { GoogleGenAI } from "@google/genai";
import { Mistral } from "@mistralai/mistralai";
import { CohereClientV2 } from "cohere-ai";
import { GoogleGenAI as GoogleGenAI1 } from "genai1";
import { GoogleGenAI as GoogleGenAI3 } from "genai3";
import { Ollama } from "ollama";
import { driver } from "./driver.js";
import type { Ask, Driver } from "./driver.js";

type GenAi = GoogleGenAI | GoogleGenAI1 | GoogleGenAI3;

/** Inside the test runner the client's own dispatcher and the platform's fetch do not know each other. */
const platformFetch = (...args: Parameters<typeof fetch>): Promise<Response> => fetch(...args);

function genaiSetting(baseUrl: string): object {
  const retryOptions = { attempts: 2, initialDelay: 0.01, maxDelay: 0.02 };
  return { apiKey: "k", httpOptions: { baseUrl, fetch: platformFetch, retryOptions } };
}

function genai<C extends GenAi>(make: (url: string) => C): Driver {
  const api = (client: C): GoogleGenAI => client as unknown as GoogleGenAI;
  const request = ({ text, signal }: Ask) => ({
    model: "gemini-3-flash",
    contents: text,
    ...(signal === undefined ? {} : { config: { abortSignal: signal } }),
  });
  return driver<C>({
    make,
    call: (client, ask) => api(client).models.generateContent(request(ask)),
    stream: (client, ask) => api(client).models.generateContentStream(request(ask)),
    // Chats are the client's own sub-client: they send through the same object.
    clone: (client) => {
      const chat = (ask: Ask) => api(client).chats.create({ model: request(ask).model });
      const models = {
        generateContent: (ask: { contents: string }) =>
          chat({ text: ask.contents }).sendMessage({ message: ask.contents }),
      };
      return { models } as unknown as C;
    },
    classes: [
      "input",
      "inputAudio",
      "inputImage",
      "inputTool",
      "cacheRead",
      "output",
      "reasoning",
      "outputImage",
    ],
    retryable: 503,
    provider: "gcp.gemini",
    flavor: "gemini",
    operation: "generate_content",
  });
}

const bedrock = driver<BedrockRuntimeClient>({
  make: (endpoint) =>
    new BedrockRuntimeClient({
      region: "us-east-1",
      endpoint,
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
      maxAttempts: 2,
    }),
  call: (client, ask) => client.send(new ConverseCommand(converse(ask)), sending(ask)),
  stream: async (client, ask) => {
    const { stream } = await client.send(new ConverseStreamCommand(converse(ask)), sending(ask));
    if (stream === undefined) throw new Error("no stream");
    return stream;
  },
  classes: ["input", "cacheRead", "cacheWrite5m", "cacheWrite1h", "output"],
  retryable: 503,
  provider: "aws.bedrock",
  flavor: "bedrock",
  operation: "chat",
});

function converse({ text }: Ask) {
  return {
    modelId: "eu.anthropic.claude-sonnet-4-6-v1:0",
    messages: [{ role: "user" as const, content: [{ text }] }],
  };
}

function sending({ signal }: Ask): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

const mistral = driver<Mistral>({
  make: (url) =>
    new Mistral({
      apiKey: "k",
      serverURL: `${url}/mistral`,
      retryConfig: {
        strategy: "backoff",
        backoff: { initialInterval: 20, maxInterval: 40, exponent: 1, maxElapsedTime: 500 },
        retryConnectionErrors: false,
      },
    }),
  call: (client, ask) => client.chat.complete(mistralRequest(ask), mistralOptions(ask)),
  stream: (client, ask) => client.chat.stream(mistralRequest(ask), mistralOptions(ask)),
  // The sub-clients of a client are built on first use and share its hooks.
  clone: (client) => ({ chat: client.chat }) as Mistral,
  classes: ["input", "cacheRead", "output"],
  retryable: 429,
  provider: "mistral_ai",
  flavor: "mistral",
  operation: "chat",
});

function mistralRequest({ text }: Ask) {
  return { model: "mistral-large-latest", messages: [{ role: "user" as const, content: text }] };
}

function mistralOptions({ signal }: Ask) {
  return signal === undefined ? {} : { fetchOptions: { signal } };
}

const cohere = driver<CohereClientV2>({
  make: (environment) => new CohereClientV2({ token: "k", environment }),
  call: (client, ask) => client.chat(cohereRequest(ask), cohereOptions(ask)),
  stream: (client, ask) => client.chatStream(cohereRequest(ask), cohereOptions(ask)),
  classes: ["input", "cacheRead", "output"],
  retryable: 429,
  provider: "cohere",
  flavor: "cohere",
  operation: "chat",
});

function cohereRequest({ text }: Ask) {
  return { model: "command-a-03-2025", messages: [{ role: "user" as const, content: text }] };
}

function cohereOptions({ signal }: Ask) {
  // This client leaves its timeout's timer running after an abort.
  return { maxRetries: 1, timeoutInSeconds: 2, ...(signal === undefined ? {} : { abortSignal: signal }) };
}

const ollama = driver<Ollama>({
  make: (host) => new Ollama({ host, fetch: platformFetch }),
  call: (client, { text }) =>
    client.chat({ model: "llama3.2:3b", messages: [{ role: "user", content: text }] }),
  stream: async (client, { text, signal }) => {
    const stream = await client.chat({
      model: "llama3.2:3b",
      messages: [{ role: "user", content: text }],
      stream: true,
    });
    signal?.addEventListener("abort", () => client.abort(), { once: true });
    return stream;
  },
  classes: ["input", "output"],
  retryable: 503,
  provider: "ollama",
  flavor: "ollama",
  operation: "chat",
});

export const OTHER_DRIVERS = {
  genai1: genai((url) => new GoogleGenAI1(genaiSetting(url))),
  genai2: genai((url) => new GoogleGenAI(genaiSetting(url))),
  genai3: genai((url) => new GoogleGenAI3(genaiSetting(url))),
  bedrock,
  mistral2: mistral,
  cohere8: cohere,
  ollama,
};
