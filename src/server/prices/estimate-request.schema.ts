import { z } from "zod";
import { TOKEN_CLASSES, UNIT_CLASSES, type Usage, type UsageClass } from "../domain/usage.js";

const MAX_QUANTITY = 1_000_000_000_000;
const quantity = z.number().int().min(0).max(MAX_QUANTITY);
const seconds = z.number().min(0).max(MAX_QUANTITY);
const word = z.string().max(200);

const usageShape = Object.fromEntries(
  [...TOKEN_CLASSES, ...UNIT_CLASSES].map((name) => [
    name,
    (name.endsWith("Seconds") ? seconds : quantity).optional(),
  ]),
) as Record<UsageClass, z.ZodOptional<z.ZodNumber>>;

/** Body of `POST prices/estimate`. Quantities are disjoint, as in the call record; what is left out is zero. */
export const estimateRequestSchema = z
  .strictObject({
    provider: word.optional().describe("Left out: the maker that lists the model"),
    model: word.min(1),
    at: z.iso.datetime({ offset: true }).optional().describe("Rates in force then; now when left out"),
    host: word.optional(),
    operation: z
      .enum([
        "chat",
        "generate_content",
        "text_completion",
        "embeddings",
        "image",
        "audio",
        "rerank",
        "other",
      ])
      .default("chat"),
    serviceTier: word.optional(),
    batch: z.boolean().default(false),
    speed: word.optional(),
    geo: word.optional(),
    region: word.optional(),
    deployment: word.optional(),
    variant: z.record(z.string().max(40), z.string().max(80)).optional(),
    usage: z.strictObject(usageShape).optional(),
    input: quantity.optional().describe("Short for usage.inputUncached: tokens that were not cached"),
    cached: quantity.optional().describe("Short for usage.cacheRead"),
    output: quantity.optional().describe("Short for usage.output"),
  })
  .superRefine((body, context) => {
    const add = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    const given = SHORTHANDS.filter(([name]) => body[name] !== undefined);
    if (body.usage === undefined && given.length === 0)
      add("usage", 'give quantities, e.g. {"input": 1000, "output": 200}');
    for (const [name, full] of given)
      if (body.usage?.[full] !== undefined) add(name, `is the same as usage.${full}: give one of them`);
  });

const SHORTHANDS = [
  ["input", "inputUncached"],
  ["cached", "cacheRead"],
  ["output", "output"],
] as const;

export type EstimateRequest = z.infer<typeof estimateRequestSchema>;

const sum = (numbers: readonly (number | null)[]): number =>
  numbers.reduce<number>((total, number) => total + (number ?? 0), 0);

/** The usage that a request states. Token classes left out are zero: the question is complete as it stands. Never throws. */
export function requestedUsage(request: EstimateRequest): Usage {
  const given: Partial<Record<UsageClass, number | undefined>> = { ...request.usage };
  for (const [name, full] of SHORTHANDS) given[full] ??= request[name];
  const usage = {} as Usage;
  for (const name of TOKEN_CLASSES) usage[name] = given[name] ?? 0;
  for (const name of UNIT_CLASSES) usage[name] = given[name] ?? null;
  const isOutput = (name: string) => name.startsWith("output");
  usage.inputTotal = sum(TOKEN_CLASSES.filter((name) => !isOutput(name)).map((name) => usage[name]));
  usage.outputTotal = sum(TOKEN_CLASSES.filter(isOutput).map((name) => usage[name]));
  return usage;
}
