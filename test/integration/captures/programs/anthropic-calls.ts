import type Anthropic from "@anthropic-ai/sdk";
import { type Situations, STAND_IN } from "./session.js";

/** The client, of whichever version a program takes: the calls used here are the same in all. */
export type AnyAnthropic = Anthropic;

export const ANTHROPIC_OPTIONS = { apiKey: "test-key", baseURL: STAND_IN, maxRetries: 0 };

const request = {
  model: "claude-sonnet-4-5",
  max_tokens: 400,
  messages: [{ role: "user" as const, content: "Where does it rain?" }],
};
const tools = [{ name: "lookup", input_schema: { type: "object" as const, properties: {} } }];

async function toolLoop(client: Anthropic): Promise<void> {
  const first = await client.messages.create({ ...request, tools });
  const use = first.content.find((block) => block.type === "tool_use");
  if (use === undefined) throw new Error("a tool call was expected");
  await client.messages.create({
    ...request,
    tools,
    messages: [
      ...request.messages,
      { role: "assistant", content: first.content },
      { role: "user", content: [{ type: "tool_result", tool_use_id: use.id, content: "in Berlin" }] },
    ],
  });
}

/** What an application does with the Anthropic client; `client` gives one with the instrumentation on it. */
export function anthropicSituations(client: (more?: { maxRetries: number }) => Anthropic): Situations {
  const stream = () => client().messages.create({ ...request, stream: true });
  const drain = async () => {
    for await (const event of await stream()) void event;
  };
  return {
    "anthropic-plain": () => client().messages.create(request),
    "anthropic-cached": () => client().messages.create(request),
    "anthropic-stream": drain,
    "anthropic-tools": () => toolLoop(client()),
    "anthropic-400": () => client().messages.create(request),
    "anthropic-429": () => client().messages.create(request),
    "anthropic-retry": () => client({ maxRetries: 2 }).messages.create(request),
    "anthropic-parallel": () => Promise.all([1, 2, 3].map(() => client().messages.create(request))),
    "anthropic-broken": drain,
    "anthropic-aborted": async () => {
      const events = await stream();
      let seen = 0;
      for await (const event of events) {
        void event;
        seen += 1;
        if (seen === 2) break;
      }
    },
  };
}
