/** What one installed client promises under `observe`; every field is asserted by test/integration/sdk/client-matrix.spec.ts. */
export interface SupportedClient {
  /** As the README names it. Versions of one client share it. */
  client: string;
  /** Installed package (npm alias) that its version is read from. */
  installed: string;
  /** What of it is recorded. */
  covers: string;
  /** Whether each HTTP attempt is seen, or only the call, or the client never tries again. */
  retries: "each attempt" | "one for all" | "never retries";
  /** Whether calls can be aborted by a signal: all of them, only running streams. */
  aborts: "calls and streams" | "streams";
  /** What a `for await` that is left does to the request. */
  onBreak: "cancelled" | "abandoned";
  /** When a stream that is left open counts as abandoned, beside the idle timeout: once it is collected, unless said here. */
  ends?: "at shutdown";
  /** Whether the client makes clones or sub-clients of itself. */
  clones: boolean;
  /** Limit windows that its answers tell. */
  limits: readonly ("requests" | "tokens" | "input" | "output")[];
  /** Cache classes that its usage tells apart. */
  caching: readonly ("reads" | "writes" | "5m writes" | "1h writes")[];
  /** How batch jobs are recorded; asserted by test/integration/sdk/batches.spec.ts. */
  batch: string;
}

const stainless = {
  retries: "each attempt",
  aborts: "calls and streams",
  onBreak: "cancelled",
  clones: true,
} as const;
const openai = {
  ...stainless,
  client: "`openai`",
  covers: "chat, responses, completions, embeddings, images, audio, batches",
  limits: ["requests", "tokens"],
  caching: ["reads", "writes"],
  batch: "per result line, else per batch",
} as const;
const anthropic = {
  ...stainless,
  client: "`@anthropic-ai/sdk`",
  covers: "messages, batches",
  limits: ["requests", "tokens", "input", "output"],
  caching: ["reads", "5m writes", "1h writes"],
  batch: "per result line",
} as const;
const genai = {
  client: "`@google/genai`",
  covers: "generate, chats, caches, embeddings, Vertex",
  aborts: "calls and streams",
  onBreak: "abandoned",
  clones: true,
  limits: [],
  caching: ["reads"],
  batch: "",
} as const;

/** Every client that the tests install, one entry per version, by the id that the tests drive it by. */
export const SUPPORTED = {
  openai4: { ...openai, installed: "openai4", clones: false },
  openai5: { ...openai, installed: "openai5" },
  openai6: { ...openai, installed: "openai" },
  openai7: { ...openai, installed: "openai7" },
  azure: { ...openai, client: "`AzureOpenAI` of `openai`", installed: "openai", covers: "chat" },
  anthropic039: { ...anthropic, installed: "anthropic039", clones: false },
  anthropic0137: { ...anthropic, installed: "anthropic0137" },
  anthropic1: { ...anthropic, installed: "@anthropic-ai/sdk" },
  anthropicBedrock: {
    ...anthropic,
    client: "`@anthropic-ai/bedrock-sdk`",
    installed: "@anthropic-ai/bedrock-sdk",
    covers: "messages",
    limits: [],
    batch: "",
  },
  anthropicVertex: {
    ...anthropic,
    client: "`@anthropic-ai/vertex-sdk`",
    installed: "@anthropic-ai/vertex-sdk",
    covers: "messages",
    limits: [],
    batch: "",
  },
  genai1: { ...genai, installed: "genai1", retries: "one for all" },
  genai2: { ...genai, installed: "@google/genai", retries: "each attempt" },
  genai3: { ...genai, installed: "genai3", retries: "each attempt" },
  bedrock: {
    client: "`@aws-sdk/client-bedrock-runtime`",
    installed: "@aws-sdk/client-bedrock-runtime",
    covers: "Converse, InvokeModel, their streams",
    retries: "each attempt",
    aborts: "calls and streams",
    onBreak: "abandoned",
    clones: false,
    limits: [],
    caching: ["reads", "5m writes", "1h writes"],
    batch: "",
  },
  mistral2: {
    client: "`@mistralai/mistralai`",
    installed: "@mistralai/mistralai",
    covers: "chat, embeddings, OCR, transcription",
    retries: "each attempt",
    aborts: "calls and streams",
    onBreak: "cancelled",
    clones: true,
    limits: ["requests", "tokens"],
    caching: ["reads"],
    batch: "",
  },
  cohere8: {
    client: "`cohere-ai`",
    installed: "cohere-ai",
    covers: "chat, embed, rerank (v1 and v2)",
    retries: "each attempt",
    aborts: "calls and streams",
    onBreak: "cancelled",
    clones: false,
    limits: [],
    caching: ["reads"],
    batch: "",
  },
  ollama: {
    client: "`ollama`",
    installed: "ollama",
    covers: "chat, generate, embed",
    retries: "never retries",
    aborts: "streams",
    onBreak: "abandoned",
    ends: "at shutdown",
    clones: false,
    limits: [],
    caching: [],
    batch: "",
  },
  groq: {
    ...stainless,
    client: "`groq-sdk`",
    installed: "groq-sdk",
    covers: "chat, audio, embeddings",
    limits: ["requests", "tokens"],
    caching: ["reads"],
    batch: "",
  },
  together: {
    ...stainless,
    client: "`together-ai`",
    installed: "together-ai",
    covers: "chat, completions, embeddings, images",
    limits: ["requests", "tokens"],
    caching: [],
    batch: "",
  },
} as const satisfies Record<string, SupportedClient>;

export type SupportedId = keyof typeof SUPPORTED;
