import type OpenAI from "openai";
import { belowAgent, type Situations, STAND_IN } from "./session.js";

export const OPENAI_OPTIONS = { apiKey: "test-key", baseURL: `${STAND_IN}/v1`, maxRetries: 0 };

const messages = [{ role: "user" as const, content: "Where does it rain?" }];
const tools = [
  {
    type: "function" as const,
    function: {
      name: "lookup",
      parameters: { type: "object", properties: { city: { type: "string" } } },
    },
  },
];

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const chunk of stream) void chunk;
}

async function leaveAfterTwo(
  stream: AsyncIterable<unknown> & { controller?: AbortController },
): Promise<void> {
  let seen = 0;
  for await (const chunk of stream) {
    void chunk;
    seen += 1;
    if (seen === 2) {
      stream.controller?.abort();
      break;
    }
  }
}

async function toolLoop(client: OpenAI): Promise<void> {
  const first = await client.chat.completions.create({ model: "gpt-4o", messages, tools });
  const message = first.choices[0]?.message;
  const call = message?.tool_calls?.[0];
  if (message === undefined || call === undefined) throw new Error("a tool call was expected");
  await client.chat.completions.create({
    model: "gpt-4o",
    tools,
    messages: [...messages, message, { role: "tool", tool_call_id: call.id, content: "in Berlin" }],
  });
}

/** What an application does with the openai client; `client` gives one with the instrumentation on it. */
export function openaiSituations(client: (more?: { maxRetries: number }) => OpenAI): Situations {
  const chat = { model: "gpt-4o", messages };
  const streamed = { ...chat, stream: true as const };
  return {
    "openai-plain": () => client().chat.completions.create(chat),
    "openai-cached": () => client().chat.completions.create(chat),
    "openai-reasoning": () => client().chat.completions.create({ model: "gpt-5", messages }),
    "openai-stream": async () => drain(await client().chat.completions.create(streamed)),
    "openai-stream-usage": async () =>
      drain(await client().chat.completions.create({ ...streamed, stream_options: { include_usage: true } })),
    "openai-tools": () => toolLoop(client()),
    "openai-400": () => client().chat.completions.create(chat),
    "openai-429": () => client().chat.completions.create(chat),
    "openai-retry": () => client({ maxRetries: 2 }).chat.completions.create(chat),
    "openai-parallel": () => Promise.all([1, 2, 3].map(() => client().chat.completions.create(chat))),
    "openai-same-id": async () => {
      await client().chat.completions.create(chat);
      await client().chat.completions.create(chat);
    },
    "openai-responses": () => client().responses.create({ model: "gpt-5", input: "Where does it rain?" }),
    "openai-responses-stream": async () =>
      drain(await client().responses.create({ model: "gpt-5", input: "Where?", stream: true })),
    "openai-embeddings": () =>
      client().embeddings.create({ model: "text-embedding-3-small", input: ["one", "two"] }),
    "openai-agent": () =>
      belowAgent(
        async () => {
          await client().chat.completions.create(chat);
          await client().chat.completions.create(chat);
        },
        { "gen_ai.usage.input_tokens": 1240, "gen_ai.usage.output_tokens": 97 },
      ),
    "openai-aborted": async () => leaveAfterTwo(await client().chat.completions.create(streamed)),
  };
}
