import type { Call } from "../../domain/call.js";
import { AppError } from "../../domain/errors.js";
import { type TokenClass, type UnitClass, unknownUsage } from "../../domain/usage.js";
import { loadBundledBook } from "../../pricing/load-book.js";
import { NO_OPERATOR_PRICING } from "../../pricing/operator-pricing.js";
import { priceCall } from "../../pricing/price-call.js";
import { suggestModel } from "../../pricing/suggest-model.js";
import {
  type Command,
  type CommandContext,
  integerOption,
  type OptionsConfig,
  requiredPositional,
  textOption,
  UsageError,
} from "../command.js";
import { formatCount, formatTable } from "../table.js";

const CLASSES = {
  input: "inputUncached",
  "input-audio": "inputAudio",
  "input-image": "inputImage",
  "cache-read": "cacheRead",
  "cache-write-5m": "cacheWrite5m",
  "cache-write-1h": "cacheWrite1h",
  "cache-write": "cacheWriteOther",
  output: "output",
  reasoning: "outputReasoning",
  "output-audio": "outputAudio",
  "output-image": "outputImage",
  "web-searches": "webSearchRequests",
  images: "images",
} as const satisfies Record<string, TokenClass | UnitClass>;

export const priceCommand: Command = {
  name: "price",
  summary: "What would this call cost?",
  help: `Usage: spanledger price <provider>/<model> [--input <n>] [--cache-read <n>] [--output <n>] ... [--calls <n>]

Needs no server: prices come from the bundled book, exactly as the server would apply them.

Options (quantities are disjoint: --input counts neither cached nor written tokens, --output no reasoning):
  --input, --output, --reasoning, --cache-read, --cache-write-5m, --cache-write-1h, --cache-write,
  --input-audio, --input-image, --output-audio, --output-image, --web-searches, --images   <n>
  --at <time>        Rates in force then, RFC 3339 (now)
  --tier <tier>      Service tier as the provider names it, e.g. flex, priority
  --batch            Through the batch API
  --geo <geo>        Where it runs, e.g. us, eu
  --calls <n>        Multiply the total

Example:
  spanledger price anthropic/claude-sonnet-4-6 --input 50 --cache-read 1000 --cache-write-5m 200 --output 90`,
  options: {
    ...(Object.fromEntries(Object.keys(CLASSES).map((name) => [name, { type: "string" }])) as OptionsConfig),
    at: { type: "string" },
    tier: { type: "string" },
    batch: { type: "boolean" },
    geo: { type: "string" },
    calls: { type: "string" },
  },
  run: price,
};

const MAX_QUANTITY = 1_000_000_000_000;

async function price(context: CommandContext): Promise<number> {
  const { io, json, values } = context;
  const calls = integerOption(values, "calls", { min: 1, max: MAX_QUANTITY }) ?? 1;
  const book = loadBundledBook();
  const priced = priceCall(callOf(context), { book, operator: NO_OPERATOR_PRICING });
  const { cost } = priced;
  const total = cost.total === null ? null : timesInteger(cost.total, calls);
  if (json) {
    io.out(
      `${JSON.stringify({ pricedModel: priced.pricedModel, matchRule: priced.matchRule, calls, total, cost })}\n`,
    );
  } else {
    io.out(priceText(priced.pricedModel, priced.matchRule, cost, calls, total));
  }
  if (cost.status === "unpriced") {
    const meant = suggestModel(book, [priced.provider], [priced.requestModel]);
    const hint = meant === null || meant === priced.pricedModel ? "" : `; did you mean ${meant}?`;
    throw new AppError("not_found", `no price for this call: ${cost.reason ?? "unknown reason"}${hint}`);
  }
  return 0;
}

type Cost = ReturnType<typeof priceCall>["cost"];

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

function callOf(context: CommandContext): Call {
  const { io, values } = context;
  const target = requiredPositional(context, 0, "<provider>/<model>");
  const at = target.indexOf("/");
  if (at <= 0 || at === target.length - 1) throw new UsageError(`"${target}" is not <provider>/<model>`);
  const model = target.slice(at + 1);
  return {
    ...EMPTY_CALL,
    provider: target.slice(0, at),
    requestModel: model,
    responseModel: model,
    startTimeUnixNano: BigInt(instant(textOption(values, "at"), io.nowMs())) * 1_000_000n,
    serviceTier: textOption(values, "tier") ?? null,
    batch: values["batch"] === true,
    usage: usageOf(context),
    dimensions: { ...EMPTY_CALL.dimensions, geo: textOption(values, "geo") ?? null },
  };
}

/** Quantities that were not given are zero: the question is complete as it stands. */
function usageOf({ values }: CommandContext): Call["usage"] {
  const usage = unknownUsage();
  let given = 0;
  for (const [option, name] of Object.entries(CLASSES)) {
    const quantity = integerOption(values, option, { min: 0, max: MAX_QUANTITY });
    if (quantity !== undefined) given += 1;
    usage[name] = quantity ?? 0;
  }
  if (given === 0) throw new UsageError("no quantity given, e.g. --input 1000 --output 200");
  usage.inputTool = 0;
  const sum = (names: readonly TokenClass[]): number =>
    names.reduce((total, name) => total + (usage[name] ?? 0), 0);
  usage.inputTotal = sum([
    "inputUncached",
    "inputAudio",
    "inputImage",
    "cacheRead",
    "cacheWrite5m",
    "cacheWrite1h",
    "cacheWriteOther",
  ]);
  usage.outputTotal = sum(["output", "outputReasoning", "outputAudio", "outputImage"]);
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

const EMPTY_CALL: Call = {
  traceId: "0".repeat(32),
  spanId: "0".repeat(16),
  parentSpanId: null,
  startTimeUnixNano: 0n,
  durationMs: 0,
  timeToFirstChunkMs: null,
  operation: "chat",
  provider: "",
  clientFlavor: null,
  host: null,
  requestModel: null,
  responseModel: null,
  serviceTier: null,
  batch: false,
  streaming: false,
  responseId: null,
  requestId: null,
  outcome: "ok",
  httpStatus: 200,
  errorType: null,
  finishReasons: [],
  attempts: [],
  attemptCount: 1,
  retryCount: 0,
  rateLimits: [],
  usage: unknownUsage(),
  usageSource: "provider",
  usageQuality: "exact",
  usageRule: "stated",
  billable: true,
  dimensions: { geo: null, region: null, speed: null, deployment: null, variant: {} },
  providerReportedCost: null,
  attribution: {
    service: null,
    environment: null,
    user: null,
    team: null,
    feature: null,
    session: null,
    customer: null,
    tags: {},
  },
  source: { scope: "cli", scopeVersion: "", dialect: "cli" },
};
