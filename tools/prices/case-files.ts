import { z } from "zod";

/** Shape of a file of cost cases: raw usage in, exact cost out. */
export const costFileSchema = z.object({
  cases: z.array(
    z.object({
      id: z.string(),
      group: z.string().optional(),
      provider: z.string(),
      api: z.string(),
      canonical: z.string().nullable(),
      request: z.record(z.string(), z.unknown()),
      response: z.record(z.string(), z.unknown()).nullable(),
      at: z.string(),
      overrides: z
        .array(
          z.object({
            id: z.string(),
            match: z.string(),
            kind: z.string(),
            value: z.string().optional(),
            rates: z.record(z.string(), z.string()).optional(),
            classes: z.array(z.string()).nullish(),
            stack: z.boolean().optional(),
            currency: z.string().optional(),
            effective_from: z.string(),
            effective_to: z.string().nullable(),
          }),
        )
        .nullable(),
      /** What one unit of a currency is worth in USD, from when on; only where a case needs it. */
      currencies: z
        .array(z.object({ currency: z.string(), usd: z.string(), effective_from: z.string() }))
        .optional(),
      expect: z.object({
        status: z.string(),
        reason: z.string().nullable(),
        cost_usd: z.string().nullable(),
        known_part_usd: z.string().nullable(),
        lines: z.array(
          z.object({
            rate_class: z.string(),
            variant: z.string().nullish(),
            quantity: z.string(),
            rate_usd: z.string(),
            per: z.string(),
            multipliers: z.array(z.object({ name: z.string(), value: z.string() })),
            amount_usd: z.string(),
          }),
        ),
      }),
      grade: z.string().default("A"),
    }),
  ),
});

/** Shape of a file of matching cases: which price a model string means. */
export const matchFileSchema = z.object({
  cases: z.array(
    z.object({
      id: z.string(),
      provider_hint: z.string().nullable(),
      server_address: z.string().nullable(),
      api: z.string().nullable(),
      request_model: z.string().nullable(),
      response_model: z.string().nullable(),
      context: z.record(z.string(), z.unknown()),
      expect: z.object({
        canonical: z.string().nullable(),
        billing_provider: z.string().nullable(),
        geo: z.string().nullable(),
        confidence: z.string(),
        rule: z.string(),
        unpriced_reason: z.string().nullable(),
        suggestion: z.string().nullable(),
      }),
      grade: z.string().default("A"),
    }),
  ),
});

export type CostCase = z.infer<typeof costFileSchema>["cases"][number];
export type MatchCase = z.infer<typeof matchFileSchema>["cases"][number];

/** One case's outcome: what differs (empty = matched) and remarks that do not count as differences. */
export interface Verdict {
  id: string;
  grade: string;
  differences: string[];
  remarks: string[];
  /** Exact, but for a number of tool calls that the case's inputs do not hold. */
  given?: true;
}

const WORDS: readonly [string, string][] = [
  ["azure", "azure.ai.openai"],
  ["aws-bedrock", "aws.bedrock"],
  ["google-vertex", "gcp.vertex_ai"],
  ["google", "gcp.gemini"],
  ["mistral", "mistral_ai"],
  ["xai", "x_ai"],
  ["ollama-cloud", "ollama_cloud"],
  ["moonshot", "moonshot_ai"],
  ["moonshotai", "moonshot_ai"],
  ["voyageai", "voyage"],
  ["fireworks-ai", "fireworks"],
  ["togetherai", "together"],
  ["self-hosted", "self_hosted"],
];

/** The contract's provider word for a case file's. */
export function ourProvider(word: string): string {
  return WORDS.find(([theirs]) => theirs === word)?.[1] ?? word;
}

/** The case file's provider word for the contract's. */
export function theirProvider(word: string): string {
  return WORDS.find(([, ours]) => ours === word)?.[0] ?? word;
}

/** `<provider>/<rest>` with the contract's provider word. */
export function ourName(name: string): string {
  const slash = name.indexOf("/");
  return `${ourProvider(name.slice(0, slash))}/${name.slice(slash + 1)}`;
}

/** `<provider>/<rest>` with the case file's provider word. */
export function theirName(name: string): string {
  const slash = name.indexOf("/");
  return `${theirProvider(name.slice(0, slash))}/${name.slice(slash + 1)}`;
}
