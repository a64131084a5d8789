/** Vendors whose name stands before a slash in canonical model ids: on a chart it only pushes the model's own name out of sight. */
const VENDORS =
  /^(?:openai|anthropic|google|mistralai|mistral|meta-llama|meta|deepseek-ai|deepseek|qwen|alibaba|xai|x-ai|cohere|amazon|moonshotai|zai-org|zai|z-ai|minimax|nvidia|microsoft|perplexity)\/(?=\S)/;

/** A model's name without its vendor: `openai/gpt-5.4` is shown as `gpt-5.4`. The full name belongs into a title. */
export const shortModel = (name: string): string => name.replace(VENDORS, "");

/** Short names of a set that is shown together; where two would look alike, both keep their vendor. */
export function shortNames(names: readonly string[]): (name: string) => string {
  const seen = new Map<string, number>();
  for (const name of new Set(names)) seen.set(shortModel(name), (seen.get(shortModel(name)) ?? 0) + 1);
  return (name) => {
    const short = shortModel(name);
    return (seen.get(short) ?? 0) > 1 ? name : short;
  };
}
