import Anthropic from "@anthropic-ai/sdk";
import { AnthropicBedrock } from "@anthropic-ai/bedrock-sdk";
import { AnthropicVertex } from "@anthropic-ai/vertex-sdk";
import Anthropic0137 from "anthropic0137";
import Anthropic039 from "anthropic039";
import Groq from "groq-sdk";
import OpenAI, { AzureOpenAI } from "openai";
import OpenAI4 from "openai4";
import OpenAI5 from "openai5";
import OpenAI7 from "openai7";
import Together from "together-ai";
import type { Tokens } from "../../../../src/demo/providers/index.js";
import { driver } from "./driver.js";
import type { Ask, Driver } from "./driver.js";

const KEY = "sk-test";
const message = ({ text }: Ask) => [{ role: "user" as const, content: text }];
const options = ({ signal }: Ask) => (signal === undefined ? {} : { signal });

type Majors = OpenAI | OpenAI4 | OpenAI5 | OpenAI7;

/** The four majors differ in their types, not in how a chat is asked for. */
function openai<C extends Majors>(make: (url: string) => C): Driver {
  const api = (client: C): OpenAI => client as unknown as OpenAI;
  return driver<C>({
    make,
    call: (client, ask) =>
      api(client).chat.completions.create({ model: "gpt-5.4", messages: message(ask) }, options(ask)),
    stream: (client, ask) =>
      api(client).chat.completions.create(
        { model: "gpt-5.4", messages: message(ask), stream: true, stream_options: { include_usage: true } },
        options(ask),
      ),
    clone: (client) => api(client).withOptions({ timeout: 20_000 }) as unknown as C,
    classes: ["input", "inputAudio", "cacheRead", "cacheWriteOther", "output", "reasoning", "outputAudio"],
    retryable: 429,
    provider: "openai",
    flavor: "openai",
    operation: "chat",
  });
}

const setting = (url: string) => ({ apiKey: KEY, baseURL: `${url}/v1`, maxRetries: 1 });
const ANTHROPIC_CLASSES: readonly (keyof Tokens)[] = [
  "input",
  "cacheRead",
  "cacheWrite5m",
  "cacheWrite1h",
  "output",
  "reasoning",
];

type AnthropicMajors = Anthropic | Anthropic0137 | Anthropic039 | AnthropicBedrock | AnthropicVertex;

function anthropic<C extends AnthropicMajors>(
  make: (url: string) => C,
  more: { flavor: string; provider: string; model?: string },
): Driver {
  const { model = "claude-sonnet-4-6", flavor, provider } = more;
  const api = (client: C): Anthropic => client as unknown as Anthropic;
  return driver<C>({
    make,
    call: (client, ask) =>
      api(client).messages.create({ model, max_tokens: 64, messages: message(ask) }, options(ask)),
    stream: (client, ask) =>
      api(client).messages.create(
        { model, max_tokens: 64, messages: message(ask), stream: true },
        options(ask),
      ),
    clone: (client) => api(client).withOptions({ timeout: 20_000 }) as unknown as C,
    classes: ANTHROPIC_CLASSES,
    retryable: 529,
    provider,
    flavor,
    operation: "chat",
  });
}

const own = { flavor: "anthropic", provider: "anthropic" };
const anthropicSetting = (url: string) => ({ apiKey: KEY, baseURL: url, maxRetries: 1 });

/** Signs nothing: the stand-in server asks for no token. */
const authClient = { getRequestHeaders: async () => new Headers(), projectId: "p" };

function compatible<C extends Groq | Together>(
  make: (url: string) => C,
  more: Pick<Driver, "classes" | "provider" | "flavor"> & { model: string },
): Driver {
  const { model, ...facts } = more;
  const api = (client: C): OpenAI => client as unknown as OpenAI;
  return driver<C>({
    make,
    call: (client, ask) =>
      api(client).chat.completions.create({ model, messages: message(ask) }, options(ask)),
    stream: (client, ask) =>
      api(client).chat.completions.create({ model, messages: message(ask), stream: true }, options(ask)),
    clone: (client) => api(client).withOptions({ timeout: 20_000 }) as unknown as C,
    retryable: 429,
    operation: "chat",
    ...facts,
  });
}

export const STAINLESS_DRIVERS = {
  openai4: openai((url) => new OpenAI4(setting(url))),
  openai5: openai((url) => new OpenAI5(setting(url))),
  openai6: openai((url) => new OpenAI(setting(url))),
  openai7: openai((url) => new OpenAI7(setting(url))),
  azure: {
    ...openai(
      (url) =>
        new AzureOpenAI({
          apiKey: KEY,
          endpoint: url,
          apiVersion: "2024-10-21",
          deployment: "prod-chat",
          maxRetries: 1,
        }),
    ),
    // A clone of this client asks for the version again, observed or not.
    clone: (client: object) =>
      (client as AzureOpenAI).withOptions({ apiVersion: "2024-10-21", deployment: "prod-chat" } as object),
    provider: "azure.ai.openai",
    flavor: "azure",
  },
  anthropic039: anthropic((url) => new Anthropic039(anthropicSetting(url)), own),
  anthropic0137: anthropic((url) => new Anthropic0137(anthropicSetting(url)), own),
  anthropic1: anthropic((url) => new Anthropic(anthropicSetting(url)), own),
  anthropicBedrock: anthropic(
    (baseURL) =>
      new AnthropicBedrock({
        awsAccessKey: "a",
        awsSecretKey: "b",
        awsRegion: "us-east-1",
        baseURL,
        maxRetries: 1,
      }),
    {
      flavor: "anthropic.bedrock",
      provider: "aws.bedrock",
      model: "us.anthropic.claude-sonnet-4-6-v1:0",
    },
  ),
  anthropicVertex: anthropic(
    (baseURL) =>
      new AnthropicVertex({
        region: "europe-west1",
        projectId: "p",
        baseURL,
        authClient: authClient as never,
        maxRetries: 1,
      }),
    { flavor: "anthropic.vertex", provider: "gcp.vertex_ai" },
  ),
  groq: compatible((url) => new Groq({ apiKey: KEY, baseURL: `${url}/groq`, maxRetries: 1 }), {
    model: "llama-3.3-70b-versatile",
    classes: ["input", "cacheRead", "output"],
    provider: "groq",
    flavor: "groq",
  }),
  together: compatible((url) => new Together({ apiKey: KEY, baseURL: `${url}/together/v1`, maxRetries: 1 }), {
    model: "meta-llama/Llama-3.3-70B-Instruct-Turbo",
    classes: ["input", "output"],
    provider: "together",
    flavor: "together",
  }),
};
