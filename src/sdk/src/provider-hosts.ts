/**
 * Billing vendor by host suffix; the first match wins. Names are those of OpenTelemetry's `gen_ai.provider.name` where it has one
 * (https://github.com/open-telemetry/semantic-conventions-genai, read 2026-11-22), else ours in the same style.
 */
const VENDOR_HOSTS: readonly (readonly [suffix: string, provider: string])[] = [
  ["api.openai.com", "openai"],
  ["openai.azure.com", "azure.ai.openai"],
  ["cognitiveservices.azure.com", "azure.ai.openai"],
  ["services.ai.azure.com", "azure.ai.inference"],
  ["api.anthropic.com", "anthropic"],
  ["generativelanguage.googleapis.com", "gcp.gemini"],
  ["aiplatform.googleapis.com", "gcp.vertex_ai"],
  ["amazonaws.com", "aws.bedrock"],
  ["api.groq.com", "groq"],
  ["api.together.xyz", "together"],
  ["api.together.ai", "together"],
  ["api.deepseek.com", "deepseek"],
  ["api.x.ai", "x_ai"],
  ["api.mistral.ai", "mistral_ai"],
  ["openrouter.ai", "openrouter"],
  ["api.cohere.com", "cohere"],
  ["api.cohere.ai", "cohere"],
  ["api.fireworks.ai", "fireworks"],
  ["api.perplexity.ai", "perplexity"],
  ["api.moonshot.ai", "moonshot_ai"],
  ["api.moonshot.cn", "moonshot_ai"],
  ["api.cerebras.ai", "cerebras"],
  ["api.deepinfra.com", "deepinfra"],
  ["ollama.com", "ollama"],
];

/** The vendor that `host` belongs to, or null when the host proves nothing (private, loopback, gateway). */
export function vendorOfHost(host: string): string | null {
  for (const [suffix, provider] of VENDOR_HOSTS) {
    if (host === suffix || host.endsWith(`.${suffix}`)) return provider;
    // Regional Vertex hosts are `<region>-aiplatform.googleapis.com`.
    if (provider === "gcp.vertex_ai" && host.endsWith(`-${suffix}`)) return provider;
  }
  return null;
}

const PROVIDER_OF_FLAVOR: Readonly<Record<string, string>> = {
  openai: "openai",
  azure: "azure.ai.openai",
  anthropic: "anthropic",
  "anthropic.bedrock": "aws.bedrock",
  "anthropic.vertex": "gcp.vertex_ai",
  groq: "groq",
  together: "together",
  gemini: "gcp.gemini",
  vertex: "gcp.vertex_ai",
  bedrock: "aws.bedrock",
  mistral: "mistral_ai",
  cohere: "cohere",
  ollama: "ollama",
};

/** The vendor a client of `flavor` talks to by default; the flavour itself when there is no other name for it. */
export function providerOfFlavor(flavor: string): string {
  return PROVIDER_OF_FLAVOR[flavor] ?? flavor;
}

/** The cloud region that a host names (`eu-west1-aiplatform.googleapis.com`, `bedrock-runtime.us-east-1.amazonaws.com`), or null. */
export function regionOfHost(host: string): string | null {
  const vertex = /^([a-z]+-[a-z]+\d+)-aiplatform\.googleapis\.com$/.exec(host)?.[1];
  return vertex ?? /^bedrock[\w-]*\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com/.exec(host)?.[1] ?? null;
}
