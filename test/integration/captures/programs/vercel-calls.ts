import { belowAgent, STAND_IN, type Situations } from "./session.js";

/** What the generations of the AI SDK have in common; the rest of their types differs. */
export interface VercelKit {
  generateText(options: Record<string, unknown>): Promise<unknown>;
  streamText(options: Record<string, unknown>): { consumeStream(options?: object): PromiseLike<void> };
  embedMany(options: Record<string, unknown>): Promise<unknown>;
  /** Ends a tool loop after that many steps. */
  steps(count: number): unknown;
  tool: unknown;
  chat(model: string): unknown;
  responses(model: string): unknown;
  embedding(model: string): unknown;
  /** Options that switch telemetry on. */
  telemetry: Record<string, unknown>;
}

export const VERCEL_OPTIONS = { apiKey: "test-key", baseURL: `${STAND_IN}/v1` };

/** A body schema that each generation takes as it is. */
export const NO_INPUT = { type: "object", properties: { city: { type: "string" } } } as const;

/** What an application does with the AI SDK. */
export function vercelSituations(kit: VercelKit): Situations {
  const base = { prompt: "Where does it rain?", maxRetries: 0, ...kit.telemetry };
  const plain = () => kit.generateText({ ...base, model: kit.chat("gpt-4o") });
  const stream = async (model: unknown, more: object = {}) => {
    await kit
      .streamText({ ...base, model, onError: () => undefined, ...more })
      .consumeStream({ onError: () => undefined });
  };
  return {
    "openai-plain": plain,
    "openai-cached": plain,
    "openai-reasoning": () => kit.generateText({ ...base, model: kit.chat("gpt-5") }),
    "openai-stream-usage": () => stream(kit.chat("gpt-4o")),
    "openai-tools": () =>
      kit.generateText({
        ...base,
        model: kit.chat("gpt-4o"),
        tools: { lookup: kit.tool },
        stopWhen: kit.steps(3),
      }),
    "openai-400": plain,
    "openai-429": plain,
    "openai-retry": () => kit.generateText({ ...base, model: kit.chat("gpt-4o"), maxRetries: 2 }),
    "openai-parallel": () => Promise.all([plain(), plain(), plain()]),
    "openai-same-id": async () => {
      await plain();
      await plain();
    },
    "openai-responses": () => kit.generateText({ ...base, model: kit.responses("gpt-5") }),
    "openai-responses-stream": () => stream(kit.responses("gpt-5")),
    "openai-embeddings": () =>
      kit.embedMany({
        model: kit.embedding("text-embedding-3-small"),
        values: ["one", "two"],
        maxRetries: 0,
        ...kit.telemetry,
      }),
    "openai-agent": () =>
      belowAgent(
        async () => {
          await plain();
          await plain();
        },
        { "gen_ai.usage.input_tokens": 1240, "gen_ai.usage.output_tokens": 97 },
      ),
    "openai-aborted": () => stream(kit.chat("gpt-4o"), { abortSignal: AbortSignal.timeout(150) }),
  };
}
