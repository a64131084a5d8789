import { z } from "zod";
import type { Cost } from "../../domain/call.js";
import { AppError } from "../../domain/errors.js";
import type { TokenClass, UnitClass } from "../../domain/usage.js";
import { estimatePrice } from "../../pricing/estimate.js";
import { loadBundledBook } from "../../pricing/load-book.js";
import { NO_OPERATOR_PRICING } from "../../pricing/operator-pricing.js";
import { ApiError } from "../api-client.js";
import {
  type Command,
  type CommandContext,
  integerOption,
  type OptionsConfig,
  textOption,
  UsageError,
} from "../command.js";
import { formatCount, formatTable } from "../table.js";

const CLASSES = {
  input: "inputUncached",
  cached: "cacheRead",
  "cache-read": "cacheRead",
  "cache-write-5m": "cacheWrite5m",
  "cache-write-1h": "cacheWrite1h",
  "cache-write": "cacheWriteOther",
  output: "output",
  reasoning: "outputReasoning",
  "input-audio": "inputAudio",
  "input-image": "inputImage",
  "input-video": "inputVideo",
  "output-audio": "outputAudio",
  "output-image": "outputImage",
  "output-video": "outputVideo",
  "web-searches": "webSearchRequests",
  "file-searches": "fileSearchCalls",
  "search-units": "searchUnits",
  images: "images",
  pages: "pages",
  characters: "characters",
  "audio-seconds": "audioSeconds",
  "video-seconds": "videoSeconds",
} as const satisfies Record<string, TokenClass | UnitClass>;

export const priceCommand: Command = {
  name: "price",
  summary: "What would this call cost?",
  help: `Usage: spanledger price --model <model> [--provider <provider>] [--input <n>] [--cached <n>] [--output <n>] ... [--calls <n>]
       spanledger price <provider>/<model> ...

Asks the running server, which knows your own prices. Without one, or with --offline, prices come from the bundled book.

Options (quantities are disjoint: --input counts neither cached nor written tokens, --output no reasoning):
  --model <model>    As sent to the provider
  --provider <name>  Who bills; left out: the maker that lists the model
  --input, --cached, --output, --reasoning, --cache-write-5m, --cache-write-1h, --cache-write,
  --input-audio, --input-image, --input-video, --output-audio, --output-image, --output-video,
  --web-searches, --file-searches, --search-units, --images, --pages, --characters, --audio-seconds, --video-seconds   <n>
  --at <time>        Rates in force then, RFC 3339 (now)
  --tier <tier>      Service tier as the provider names it, e.g. flex, priority
  --batch            Through the batch API
  --geo <geo>        Where it runs, e.g. us, eu
  --region <region>  Cloud region or location
  --calls <n>        Multiply the total
  --offline          Do not ask a server

Example:
  spanledger price --model claude-sonnet-4-6 --input 50 --cached 1000 --cache-write-5m 200 --output 90`,
  options: {
    ...(Object.fromEntries(Object.keys(CLASSES).map((name) => [name, { type: "string" }])) as OptionsConfig),
    model: { type: "string" },
    provider: { type: "string" },
    at: { type: "string" },
    tier: { type: "string" },
    batch: { type: "boolean" },
    geo: { type: "string" },
    region: { type: "string" },
    calls: { type: "string" },
    offline: { type: "boolean" },
  },
  run: price,
};

const MAX_QUANTITY = 1_000_000_000_000;

interface Answer {
  pricedModel: string | null;
  matchRule: string | null;
  cost: Cost;
  suggestion: string | null;
}

async function price(context: CommandContext): Promise<number> {
  const { io, json, values } = context;
  const calls = integerOption(values, "calls", { min: 1, max: MAX_QUANTITY }) ?? 1;
  const question = questionOf(context);
  const { answer, prices } = await answerOf(context, question);
  const { pricedModel, matchRule, cost } = answer;
  const total = cost.total === null ? null : timesInteger(cost.total, calls);
  if (json) io.out(`${JSON.stringify({ pricedModel, matchRule, calls, total, prices, cost })}\n`);
  else io.out(priceText(pricedModel, matchRule, cost, calls, total));
  if (cost.status === "unpriced") {
    const meant = answer.suggestion;
    const hint = meant === null || meant === pricedModel ? "" : `; did you mean ${meant}?`;
    throw new AppError("not_found", `no price for this call: ${cost.reason ?? "unknown reason"}${hint}`);
  }
  return 0;
}

type Question = Omit<
  Parameters<typeof estimatePrice>[0],
  "input" | "cached" | "output" | "variant" | "speed"
>;

/** The server's answer where one runs, else the bundled book's. @throws ApiError when a server refuses the question. */
async function answerOf(
  { api, io, values }: CommandContext,
  question: Question,
): Promise<{ answer: Answer; prices: "server" | "bundled" }> {
  if (values["offline"] !== true) {
    try {
      const { atMs, ...body } = question;
      const answer = await api.post("prices/estimate", { ...body, at: new Date(atMs).toISOString() });
      const read = answerSchema.safeParse(answer);
      if (read.success) return { answer: answer as Answer, prices: "server" };
      io.err(`${api.endpoint} is no Spanledger server: priced with the bundled book\n`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 400) throw error;
      if (error.code !== "unreachable") io.err(`${error.message}: priced with the bundled book\n`);
    }
  }
  const book = loadBundledBook();
  return { answer: estimatePrice(question, { book, operator: NO_OPERATOR_PRICING }), prices: "bundled" };
}

/** What this command reads of the answer. */
const answerSchema = z.looseObject({
  pricedModel: z.string().nullable(),
  matchRule: z.string().nullable(),
  suggestion: z.string().nullable(),
  cost: z.looseObject({
    status: z.string(),
    reason: z.string().nullable(),
    total: z.string().nullable(),
    lines: z.array(
      z.looseObject({
        class: z.string(),
        quantity: z.string(),
        unitPrice: z.string(),
        per: z.number(),
        amount: z.string(),
        rateId: z.string(),
        factors: z.array(z.object({ name: z.string(), factor: z.string() })),
      }),
    ),
  }),
});

function priceText(
  model: string | null,
  rule: string | null,
  cost: Cost,
  calls: number,
  total: string | null,
): string {
  const head = `${model ?? "no model of the book"}${rule === null ? "" : ` (${rule})`}, book ${cost.priceBook ?? "-"}\n\n`;
  if (cost.lines.length === 0) return head;
  const right = "right" as const;
  const columns = [
    { title: "CLASS" },
    { title: "QUANTITY", align: right },
    { title: "USD PER", align: right },
    { title: "" },
    { title: "AMOUNT USD", align: right },
    { title: "RATE" },
  ];
  const rows = cost.lines.map((line) => [
    line.class,
    formatCount(BigInt(line.quantity.split(".")[0] ?? "0")),
    `${line.unitPrice} / ${formatCount(line.per)}`,
    line.factors.map(({ name, factor }) => `x ${factor} ${name}`).join(" "),
    line.amount,
    line.rateId,
  ]);
  const many = calls > 1 ? `\n${formatCount(calls)} calls: ${total ?? "-"} USD\n` : "";
  const partial =
    cost.status === "partial" ? `\nNot everything has a price: ${cost.reason ?? "unknown reason"}\n` : "";
  return head + formatTable(columns, rows, ["Total", "", "", "", cost.total ?? "-", ""]) + many + partial;
}

/** @throws UsageError without a model or any quantity. */
function questionOf({ io, values, positionals }: CommandContext): Question {
  const option = textOption(values, "model");
  const target = option ?? positionals[0];
  if (target === undefined || (option !== undefined && positionals.length > 0))
    throw new UsageError("name one model: --model <model>, or <provider>/<model>");
  const provider = textOption(values, "provider");
  if (option === undefined && provider === undefined && !/^[^/]+\/./.test(target))
    throw new UsageError(`"${target}" is not <provider>/<model>`);
  const [serviceTier, geo, region] = ["tier", "geo", "region"].map((name) => textOption(values, name));
  return {
    model: target,
    ...(provider === undefined ? {} : { provider }),
    atMs: instant(textOption(values, "at"), io.nowMs()),
    ...(serviceTier === undefined ? {} : { serviceTier }),
    ...(geo === undefined ? {} : { geo }),
    ...(region === undefined ? {} : { region }),
    batch: values["batch"] === true,
    usage: usageOf(values),
  };
}

/** Quantities that were not given are zero: the question is complete as it stands. */
function usageOf(values: CommandContext["values"]): NonNullable<Question["usage"]> {
  const usage: NonNullable<Question["usage"]> = {};
  for (const [option, name] of Object.entries(CLASSES)) {
    const quantity = integerOption(values, option, { min: 0, max: MAX_QUANTITY });
    if (quantity === undefined) continue;
    if (usage[name] !== undefined) throw new UsageError(`--${option} is given twice under two names`);
    usage[name] = quantity;
  }
  if (Object.keys(usage).length === 0)
    throw new UsageError("no quantity given, e.g. --input 1000 --output 200");
  return usage;
}

function instant(text: string | undefined, nowMs: number): number {
  if (text === undefined) return nowMs;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new UsageError(`--at "${text}" is no RFC 3339 time`);
  return ms;
}

/** Exact product of decimal text and a whole number. */
function timesInteger(decimal: string, factor: number): string {
  const [whole = "0", fraction = ""] = decimal.split(".");
  const product = (BigInt(whole + fraction) * BigInt(factor)).toString().padStart(fraction.length + 1, "0");
  if (fraction === "") return product;
  const cut = product.length - fraction.length;
  return `${product.slice(0, cut)}.${product.slice(cut)}`.replace(/\.?0+$/, "");
}
