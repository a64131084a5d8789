import { describe, expect, it } from "@jest/globals";
import { loadBundledBook } from "./load-book.js";
import { matchModel } from "./model-match.js";
import { NO_OPERATOR_PRICING, operatorPricingSchema } from "./operator-pricing.js";
import type { OperatorPricing } from "./operator-pricing.js";
import { settleProvider } from "./settle-provider.js";
import { settleTier } from "./settle-tier.js";
import { suggestModel } from "./suggest-model.js";

const book = loadBundledBook();

interface Facts {
  provider: string;
  host?: string;
  request?: string;
  response?: string;
  stated?: boolean;
  flavor?: string;
}

function match(facts: Facts, operator: OperatorPricing = NO_OPERATOR_PRICING) {
  const host = facts.host ?? null;
  const settlement = settleProvider(
    {
      provider: facts.provider,
      providerStated: facts.stated ?? false,
      host,
      requestModel: facts.request ?? null,
      clientFlavor: facts.flavor ?? null,
    },
    book,
    operator,
  );
  return matchModel(
    { host, responseModel: facts.response ?? null, deployment: null, geo: null, region: null },
    settlement,
    book,
    operator,
  );
}

const named = (facts: Facts, operator?: OperatorPricing): string => {
  const found = match(facts, operator);
  return found.kind === "none" ? found.reason : found.canonical;
};

describe("grammar of each provider", () => {
  it.each<[Facts, string]>([
    [{ provider: "openai", response: "GPT-4o-2024-08-06" }, "openai/gpt-4o"],
    [{ provider: "openai", response: "gpt-4o-2024-05-13" }, "openai/gpt-4o-2024-05-13"],
    [{ provider: "openai", request: "gpt-4o", response: "gpt-4o-2031-01-01" }, "model_unknown"],
    [{ provider: "openai", response: "gpt-5.6-sol-2026-07-09" }, "model_unknown"],
    [{ provider: "openai", response: "ft:gpt-4.1-2025-04-14:acme::x:ckpt-step-10" }, "openai/ft:gpt-4.1"],
    [{ provider: "openai", response: "gpt-oss-20b" }, "model_unknown"],
    [{ provider: "azure.ai.openai", request: "gpt-4o" }, "model_unknown"],
    [{ provider: "azure", response: "gpt-35-turbo-16k" }, "azure.ai.openai/gpt-3.5-turbo-16k"],
    [{ provider: "anthropic", request: "claude-3-5-haiku-latest" }, "anthropic/claude-3-5-haiku"],
    [{ provider: "gcp.gemini", request: "models/gemini-2.5-pro" }, "gcp.gemini/gemini-2.5-pro"],
    [{ provider: "gcp.gemini", request: "tunedModels/mine" }, "model_unknown"],
    [{ provider: "gcp.vertex_ai", request: "claude-opus-4-5@20251101" }, "gcp.vertex_ai/claude-opus-4-5"],
    [
      {
        provider: "gcp.vertex_ai",
        request: "projects/p/locations/global/publishers/google/models/gemini-2.5-flash",
      },
      "gcp.vertex_ai/gemini-2.5-flash",
    ],
    [
      { provider: "gcp.vertex_ai", request: "projects/p/locations/us-central1/endpoints/123" },
      "model_unknown",
    ],
    [
      { provider: "aws.bedrock", request: "us.anthropic.claude-sonnet-4-5-20250929-v1:0" },
      "aws.bedrock/us:claude-sonnet-4-5",
    ],
    [
      { provider: "aws.bedrock", request: "us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0" },
      "aws.bedrock/us-gov:claude-sonnet-4-5",
    ],
    [
      { provider: "aws.bedrock", request: "anthropic.claude-3-haiku-20240307-v1:0:48k" },
      "aws.bedrock/claude-3-haiku",
    ],
    [
      { provider: "aws.bedrock", request: "global.anthropic.claude-opus-5-v1:0" },
      "aws.bedrock/global:claude-opus-5",
    ],
    [{ provider: "aws.bedrock", request: "us.meta.llama3-3-70b-instruct-v1:0" }, "aws.bedrock/llama3-3-70b"],
    [
      {
        provider: "aws.bedrock",
        request: "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0",
      },
      "aws.bedrock/nova-lite",
    ],
    [
      { provider: "aws.bedrock", request: "arn:aws:bedrock:us-east-1:1:application-inference-profile/x" },
      "model_unknown",
    ],
    [
      { provider: "aws.bedrock", request: "arn:aws:bedrock:us-east-1:1:provisioned-model/x" },
      "commitment_tier",
    ],
    [
      { provider: "openrouter", request: "openrouter/auto", response: "anthropic/claude-opus-5" },
      "openrouter/anthropic/claude-opus-5",
    ],
    [{ provider: "openrouter", response: "openai/gpt-5:nitro" }, "openrouter/openai/gpt-5"],
    [
      { provider: "together", response: "meta-llama/llama-3.3-70b-instruct-turbo" },
      "together/meta-llama/Llama-3.3-70B-Instruct-Turbo",
    ],
    [
      { provider: "cloudflare", request: "@cf/meta/llama-3.3-70b-instruct-fp8-fast" },
      "cloudflare/llama-3.3-70b-instruct-fp8-fast",
    ],
    [{ provider: "xai", response: "grok-4-0709" }, "x_ai/grok-4"],
    [
      { provider: "mistral", request: "mistral-large-latest", response: "mistral-large-2512" },
      "mistral_ai/mistral-large-2512",
    ],
  ])("%j is %s", (facts, expected) => {
    expect(named(facts)).toBe(expected);
  });

  it.each(["gpt-4o-mini-x", "o3x", "claude-fable-5-9", "claude-opus-5-5x", "gemini-2.5-proo", "gpt-4o mini"])(
    "never takes %s for a shorter name",
    (model) => {
      for (const provider of ["openai", "anthropic", "gcp.gemini"]) {
        expect(named({ provider, response: model })).toBe("model_unknown");
      }
    },
  );
});

describe("who bills", () => {
  it.each<[Facts, string]>([
    [
      { provider: "openai", host: "generativelanguage.googleapis.com", request: "gemini-2.5-flash" },
      "gcp.gemini/gemini-2.5-flash",
    ],
    [
      { provider: "openai", host: "api.groq.com", response: "llama-3.3-70b-versatile" },
      "groq/llama-3.3-70b-versatile",
    ],
    [{ provider: "openai", host: "https://api.openai.com/v1", response: "gpt-4o" }, "openai/gpt-4o"],
    [{ provider: "openai", host: "api.openai.com.evil.example", response: "gpt-4o" }, "endpoint_unmapped"],
    [{ provider: "openai", host: "xapi.openai.com", response: "gpt-4o" }, "endpoint_unmapped"],
    [{ provider: "openai", host: "127.0.0.1:8080", response: "gpt-4o" }, "endpoint_unmapped"],
    [{ provider: "openai", host: "127.0.0.1:8080", response: "gpt-4o", stated: true }, "openai/gpt-4o"],
    [{ provider: "openai", host: "[::1]:8080", request: "openai/gpt-4o" }, "endpoint_unmapped"],
    [{ provider: "litellm", host: "proxy:4000", request: "openai/gpt-4o" }, "openai/gpt-4o"],
    [
      { provider: "openai", flavor: "litellm", host: "proxy:4000", request: "openai/gpt-4o" },
      "openai/gpt-4o",
    ],
    [{ provider: "litellm", host: "proxy:4000", request: "gpt-4o" }, "provider_ambiguous"],
    [
      { provider: "litellm", host: "proxy:4000", request: "azure/chat-prod", response: "gpt-4o-2024-08-06" },
      "azure.ai.openai/gpt-4o",
    ],
    [
      { provider: "openai", host: "proxy:4000", request: "vertex_ai/gemini-2.5-pro" },
      "gcp.vertex_ai/gemini-2.5-pro",
    ],
    [
      { provider: "ollama", host: "localhost:11434", request: "qwen3-coder:480b-cloud" },
      "ollama_cloud/qwen3-coder:480b",
    ],
    [{ provider: "openai", host: "us.api.openai.com", response: "gpt-5.4" }, "openai/gpt-5.4"],
  ])("%j is %s", (facts, expected) => {
    expect(named(facts)).toBe(expected);
  });

  it("reads geography from the host", () => {
    const regional = match({ provider: "openai", host: "eu.api.openai.com", response: "gpt-5.4" });
    expect(regional).toMatchObject({ geo: "eu" });
    const vertex = match({
      provider: "gcp.vertex_ai",
      host: "us-east5-aiplatform.googleapis.com",
      request: "claude-opus-5",
    });
    expect(vertex).toMatchObject({ geo: "us-east5" });
  });
});

describe("the operator's maps", () => {
  const operator = operatorPricingSchema.parse({
    endpoints: [
      { endpoint: "gpu.internal:8000", pool: "vllm" },
      { endpoint: "edge.internal", provider: "azure" },
    ],
    deployments: [
      {
        provider: "azure.ai.openai",
        name: "contoso/chat",
        model: "gpt-4.1",
        sku: "DataZoneStandard",
        zone: "us",
      },
      { provider: "azure.ai.openai", name: "ptu", model: "gpt-4o", sku: "ProvisionedManaged" },
      {
        provider: "aws.bedrock",
        name: "arn:aws:bedrock:us-east-1:1:application-inference-profile/x",
        model: "eu.amazon.nova-2-lite-v1:0",
      },
    ],
    inheritSnapshots: ["openai/gpt-4o"],
  });

  it.each<[Facts, string]>([
    [{ provider: "openai", host: "gpu.internal:8000", request: "org/Model-7B" }, "vllm/org/Model-7B"],
    [{ provider: "openai", host: "gpu.internal", request: "org/Model-7B" }, "vllm/org/Model-7B"],
    [{ provider: "openai", host: "gpu.internal:9000", request: "org/Model-7B" }, "endpoint_unmapped"],
    [
      { provider: "openai", host: "edge.internal:443", response: "gpt-4o-mini" },
      "azure.ai.openai/gpt-4o-mini",
    ],
    [
      { provider: "azure.ai.openai", host: "contoso.openai.azure.com", request: "chat" },
      "azure.ai.openai/us:gpt-4.1",
    ],
    [
      { provider: "aws.bedrock", request: "arn:aws:bedrock:us-east-1:1:application-inference-profile/x" },
      "aws.bedrock/eu:nova-2-lite",
    ],
    [{ provider: "openai", response: "gpt-4o-2031-01-01" }, "openai/gpt-4o"],
  ])("%j is %s", (facts, expected) => {
    expect(named(facts, operator)).toBe(expected);
  });

  it("takes a gateway's alias for the vendor's model that it stands for, and for no other gateway", () => {
    const aliases = operatorPricingSchema.parse({
      deployments: [
        { provider: "litellm", name: "smart-router", model: "openai/gpt-4o" },
        { provider: "litellm", name: "broken", model: "gpt-4o" },
        { provider: "unknown", name: "house-model", model: "aws.bedrock/us.amazon.nova-pro-v1:0" },
        { provider: "azure.ai.openai", name: "gpt-4.1", model: "gpt-4.1" },
      ],
    });
    expect(
      match({ provider: "litellm", host: "proxy:4000", request: "Smart-Router" }, aliases),
    ).toMatchObject({
      provider: "openai",
      canonical: "openai/gpt-4o",
      confidence: "operator",
    });
    expect(named({ provider: "", request: "house-model" }, aliases)).toBe("aws.bedrock/nova-pro");
    for (const facts of [
      { provider: "portkey", request: "smart-router" },
      { provider: "litellm", request: "broken" },
      { provider: "litellm", request: "gpt-4.1" },
    ])
      expect(named(facts, aliases)).toBe("provider_ambiguous");
  });

  it("makes every call of a batch deployment a batch call, and waits for the zone of a data zone", () => {
    const skus = operatorPricingSchema.parse({
      deployments: [
        { provider: "azure.ai.openai", name: "nightly", model: "gpt-4.1", sku: "GlobalBatch" },
        { provider: "azure.ai.openai", name: "zoned", model: "gpt-4.1", sku: "DataZoneStandard" },
      ],
    });
    expect(match({ provider: "azure.ai.openai", request: "nightly" }, skus)).toMatchObject({ batch: true });
    expect(match({ provider: "azure.ai.openai", request: "zoned" }, skus)).toMatchObject({
      canonical: "azure.ai.openai/gpt-4.1",
      geo: "unknown-zone",
      batch: false,
    });
  });

  it("knows capacity that is paid for", () => {
    expect(match({ provider: "azure.ai.openai", request: "ptu" }, operator)).toMatchObject({
      commitment: true,
    });
  });
});

describe("suggestions", () => {
  it.each([
    [["openai"], "gpt-4o-2031-01-01", "openai/gpt-4o"],
    [["anthropic"], "claude-fable-5-9", "anthropic/claude-fable-5-1"],
    [["openai", "anthropic"], "gpt-4o-2024-08-06", "openai/gpt-4o"],
    [["openai"], "my-own-model-of-2026", null],
    [["nobody"], "gpt-4o", null],
  ])("in %j, %s may mean %s", (providers, model, expected) => {
    expect(suggestModel(book, providers, [null, model])).toBe(expected);
  });
});

describe("tiers", () => {
  const rules = (provider: string) => book.providers.get(provider)?.ruleSet ?? null;

  it.each([
    ["openai", null, "standard"],
    ["openai", "default", "standard"],
    ["openai", "fast", "priority"],
    ["openai", "scale", "commitment"],
    ["openai", "constructor", "unknown"],
    ["anthropic", "priority", "commitment"],
    ["anthropic", "batch", "batch"],
    ["groq", "flex", "standard"],
    ["gcp.vertex_ai", "ON_DEMAND_PRIORITY", "priority"],
    ["gcp.vertex_ai", "PROVISIONED_THROUGHPUT", "commitment"],
  ])("%s calls %s %s", (provider, serviceTier, expected) => {
    expect(settleTier(rules(provider), { serviceTier, batch: false, speed: null })).toBe(expected);
  });

  it("takes batch and speed from their own fields", () => {
    expect(settleTier(null, { serviceTier: null, batch: true, speed: null })).toBe("batch");
    expect(settleTier(null, { serviceTier: "standard", batch: false, speed: "fast" })).toBe("fast");
  });
});
