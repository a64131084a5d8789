import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { idForm, readModelId } from "./model-grammar.js";
import { loadBundledBook } from "./load-book.js";
import { matchModel } from "./model-match.js";
import { NO_OPERATOR_PRICING } from "./operator-pricing.js";
import { settleProvider } from "./settle-provider.js";

const book = loadBundledBook();

function match(
  provider: string,
  requestModel: string,
  host: string | null = null,
  responseModel: string | null = null,
) {
  const facts = { provider, providerStated: false, host, requestModel, clientFlavor: null };
  const settlement = settleProvider(facts, book, NO_OPERATOR_PRICING);
  return matchModel(
    { host, responseModel, deployment: null, geo: null, region: null },
    settlement,
    book,
    NO_OPERATOR_PRICING,
  );
}

const said = (found: ReturnType<typeof match>) => (found.kind === "none" ? found.reason : found.canonical);

describe("grammars", () => {
  it.each([
    ["openai", "gpt-4o-2024-08-06", "openai/gpt-4o"],
    ["openai", "GPT-4o", "openai/gpt-4o"],
    ["openai", "gpt-4o-2024-05-13", "openai/gpt-4o-2024-05-13"],
    ["openai", "gpt-4-0613", "openai/gpt-4"],
    ["openai", "gpt-4o-mini-2024-07-18", "openai/gpt-4o-mini"],
    ["openai", "gpt-4.1-2025-04-14", "openai/gpt-4.1"],
    ["openai", "o4-mini-2025-04-16", "openai/o4-mini"],
    ["openai", "gpt-5-chat-latest", "openai/gpt-5-chat-latest"],
    ["openai", "ft:gpt-3.5-turbo-0125:acme::abc", "openai/ft:gpt-3.5-turbo"],
    ["openai", "ft:gpt-4.1-nano-2025-04-14:acme:x:abc:ckpt-step-100", "openai/ft:gpt-4.1-nano"],
    ["openai", "ft:gpt-5-2025-08-07:acme::abc", "model_unknown"],
    ["openai", "gpt-4o-2031-01-01", "model_unknown"],
    ["openai", "gpt-4omni", "model_unknown"],
    ["openai", "gpt-4", "openai/gpt-4"],
    ["openai", "gpt-", "model_unknown"],
    ["openai", "o3-mini-high", "model_unknown"],
    ["openai", "text-embedding-3-small", "openai/text-embedding-3-small"],
    ["openai", "", "model_missing"],
    ["azure.ai.openai", "gpt-4o", "model_unknown"],
    ["azure.ai.openai", "prod-chat", "model_unknown"],
    ["anthropic", "claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5"],
    ["anthropic", "claude-3-5-haiku-latest", "anthropic/claude-3-5-haiku"],
    ["anthropic", "claude-3-opus-20240229", "anthropic/claude-3-opus"],
    ["anthropic", "claude-opus-4-20250514", "anthropic/claude-opus-4"],
    ["anthropic", "claude-opus-5-5", "anthropic/claude-opus-5-5"],
    ["anthropic", "claude-opus-5-6", "model_unknown"],
    ["anthropic", "claude", "model_unknown"],
    ["gcp.gemini", "models/gemini-2.5-pro", "gcp.gemini/gemini-2.5-pro"],
    ["gcp.gemini", "gemini-2.5-pro-002", "model_unknown"],
    ["gcp.gemini", "tunedModels/mine", "model_unknown"],
    ["gcp.gemini", "gemini-flash-latest", "model_unknown"],
    ["gcp.vertex_ai", "claude-opus-4-5@20251101", "gcp.vertex_ai/claude-opus-4-5"],
    [
      "gcp.vertex_ai",
      "publishers/anthropic/models/claude-sonnet-4-5@20250929",
      "gcp.vertex_ai/claude-sonnet-4-5",
    ],
    ["gcp.vertex_ai", "projects/p/locations/us-central1/endpoints/123", "model_unknown"],
    ["gcp.vertex_ai", "gemini-2.5-flash", "gcp.vertex_ai/gemini-2.5-flash"],
    ["aws.bedrock", "anthropic.claude-3-haiku-20240307-v1:0", "aws.bedrock/claude-3-haiku"],
    ["aws.bedrock", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "aws.bedrock/eu:claude-sonnet-4-5"],
    [
      "aws.bedrock",
      "us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0",
      "aws.bedrock/us-gov:claude-sonnet-4-5",
    ],
    ["aws.bedrock", "amazon.nova-pro-v1:0:300k", "aws.bedrock/nova-pro"],
    ["aws.bedrock", "us.meta.llama3-3-70b-instruct-v1:0", "aws.bedrock/llama3-3-70b"],
    [
      "aws.bedrock",
      "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
      "aws.bedrock/nova-lite",
    ],
    ["aws.bedrock", "arn:aws:bedrock:us-east-1:1:custom-model/x/y", "model_unknown"],
    ["aws.bedrock", "arn:aws:bedrock:us-east-1:1:provisioned-model/x", "commitment_tier"],
    ["aws.bedrock", "arn:aws:bedrock:us-east-1:1:application-inference-profile/x", "model_unknown"],
    ["mistral_ai", "mistral-large-2512", "mistral_ai/mistral-large-2512"],
    ["mistral_ai", "mistral-huge", "model_unknown"],
    ["groq", "llama-3.3-70b-versatile", "groq/llama-3.3-70b-versatile"],
    ["groq", "meta-llama/llama-4-scout-17b-16e-instruct", "groq/meta-llama/llama-4-scout-17b-16e-instruct"],
    ["openrouter", "openai/gpt-4o:nitro", "openrouter/openai/gpt-4o"],
    ["openrouter", "anthropic/claude-opus-5:online", "openrouter/anthropic/claude-opus-5"],
    ["openrouter", "deepseek/deepseek-r1:free", "openrouter/deepseek/deepseek-r1:free"],
    ["openrouter", "openai/gpt-4o:free", "model_unknown"],
    ["x_ai", "grok-4.5", "x_ai/grok-4.5"],
    ["x_ai", "grok-4-0709", "x_ai/grok-4"],
    ["cohere", "command-r-08-2024", "cohere/command-r"],
    ["perplexity", "sonar-pro", "perplexity/sonar-pro"],
    ["litellm", "azure/gpt-4o", "model_unknown"],
    ["litellm", "vertex_ai/gemini-2.5-pro", "gcp.vertex_ai/gemini-2.5-pro"],
    ["litellm", "openrouter/openai/gpt-4o", "openrouter/openai/gpt-4o"],
    ["litellm", "groq/llama-3.1-8b-instant", "groq/llama-3.1-8b-instant"],
    ["litellm", "my-alias", "provider_ambiguous"],
    ["vllm", "gpt-4o", "vllm/gpt-4o"],
    ["ollama", "llama3.2:3b", "ollama/llama3.2:3b"],
  ])("%s %s means %s", (provider, model, expected) => {
    expect(said(match(provider, model))).toBe(expected);
  });
});

describe("every listed id", () => {
  const ids = [...book.providers.values()].flatMap((known) =>
    known.models.flatMap((model) =>
      [model.model, ...model.aliases, ...model.snapshots].map((id) => ({ known, model, id })),
    ),
  );

  it("means its own model in any case, and nothing when anything is put before, behind or taken off", () => {
    expect(ids.length).toBeGreaterThan(4000);
    const listed = (provider: string, id: string) =>
      readModelId(provider, id).candidates.some((read) =>
        book.providers.get(provider)?.ids.has(idForm(provider, read.id)),
      );
    fc.assert(
      fc.property(fc.constantFrom(...ids), ({ known: { provider }, model, id }) => {
        if (provider === "azure.ai.openai") return;
        const own = match(provider, id.toUpperCase());
        if (own.kind === "listed") expect([own.model, own.rule === ""]).toEqual([model, false]);
        else expect(own.kind === "none" && !listed(provider, id)).toBe(true);
        for (const other of [`${id}-zzqx`, `zzqx${id}`]) expect(match(provider, other).kind).toBe("none");
        const shorter = id.slice(0, -1);
        expect(match(provider, shorter).kind === "listed" && !listed(provider, shorter)).toBe(false);
      }),
      { numRuns: 1500 },
    );
  });
});
