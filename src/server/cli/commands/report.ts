import {
  type Command,
  type CommandContext,
  integerOption,
  listOption,
  textOption,
  UsageError,
} from "../command.js";
import { type Column, formatCount, formatMoney, formatTable } from "../table.js";
import { TIME_HELP, TIME_OPTIONS, timeRange } from "../time-range.js";

interface Totals {
  calls: number;
  errors: number;
  unpricedCalls: number;
  partialCalls: number;
  cost: string | null;
  usage: Readonly<Record<string, number | null>>;
}

type SpendRow = Totals & { start: string | null } & Readonly<Record<string, unknown>>;

interface SpendAnswer {
  data: SpendRow[];
  totals: Totals;
  from: string;
  to: string;
  truncated: boolean;
}

export const reportCommand: Command = {
  name: "report",
  summary: "Spend in the terminal, by model, feature, team, ...",
  help: `Usage: spanledger report [--by <dimension>[,<dimension>]] [--from <time>] [--to <time>] [--interval <length>] [--filter <name>=<value>]...

Options:
  --by <list>        Dimensions: model, provider, feature, team, user, customer, service, environment, session, outcome,
                     tag:<key>, ... (model)
${TIME_HELP}; without both: the last 30 days
  --interval <len>   One block per hour, day, week or month
  --tz <zone>        IANA time zone of days, weeks and months (UTC)
  --filter <n>=<v>   Only calls with this value, e.g. feature=support-chat; may be repeated
  --limit <n>        At most so many rows (40)

A cost with a plus sign is a lower bound: some of its calls could not be priced.`,
  options: {
    ...TIME_OPTIONS,
    by: { type: "string" },
    interval: { type: "string" },
    tz: { type: "string" },
    filter: { type: "string", multiple: true },
    limit: { type: "string" },
  },
  run: report,
};

async function report(context: CommandContext): Promise<number> {
  const { values, io, api } = context;
  const by = textOption(values, "by") ?? "model";
  const { from, to } = timeRange(values, io.nowMs());
  const filters = Object.fromEntries(listOption(values, "filter").map(filterPair));
  const answer = (await api.get("spend", {
    ...filters,
    from,
    to,
    groupBy: by,
    interval: textOption(values, "interval"),
    tz: textOption(values, "tz"),
    limit: integerOption(values, "limit", { min: 1, max: 10_000 }) ?? 40,
  })) as SpendAnswer;
  io.out(context.json ? `${JSON.stringify(answer)}\n` : reportText(answer, by.split(",").filter(Boolean)));
  return 0;
}

function filterPair(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at <= 0) throw new UsageError(`--filter must be <name>=<value>, not "${text}"`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** The answer of `GET /api/v1/spend` as a table with totals. Never throws on a well-formed answer. */
export function reportText(answer: SpendAnswer, dimensions: readonly string[]): string {
  const head = `Spend from ${minute(answer.from)} to ${minute(answer.to)} UTC\n\n`;
  if (answer.data.length === 0) return `${head}No calls.\n`;
  const hasTime = answer.data.some((row) => row.start !== null);
  const columns: Column[] = [
    ...(hasTime ? [{ title: "START" }] : []),
    ...dimensions.map((name) => ({ title: name.toUpperCase() })),
    ...["CALLS", "ERRORS", "INPUT", "CACHED", "OUTPUT", "COST"].map((title) => ({
      title,
      align: "right" as const,
    })),
  ];
  const rows = answer.data.map((row) => [
    ...(hasTime ? [row.start === null ? "-" : minute(row.start)] : []),
    ...dimensions.map((name) => label(row[name])),
    ...numbers(row),
  ]);
  const blanks = columns.slice(0, -6).map((_, index) => (index === 0 ? "Total" : ""));
  const footer = [...blanks, ...numbers(answer.totals)];
  return head + formatTable(columns, rows, footer) + notes(answer);
}

function numbers(totals: Totals): string[] {
  const { usage } = totals;
  const isLowerBound = totals.cost !== null && totals.unpricedCalls + totals.partialCalls > 0;
  return [
    formatCount(totals.calls),
    formatCount(totals.errors),
    tokens(usage["inputTotal"]),
    cachedShare(usage["cacheRead"], usage["inputTotal"]),
    tokens(usage["outputTotal"]),
    formatMoney(totals.cost) + (isLowerBound ? "+" : " "),
  ];
}

function cachedShare(read: number | null | undefined, input: number | null | undefined): string {
  if (typeof read !== "number" || typeof input !== "number" || input === 0) return "-";
  return `${Math.round((read / input) * 100)} %`;
}

/** Tokens in at most four digits: 812, 41.3k, 2.05M. */
function tokens(value: number | null | undefined): string {
  if (typeof value !== "number") return "-";
  if (value < 10_000) return formatCount(value);
  const [scaled, unit] =
    value < 1_000_000 ? [value / 1_000, "k"] : value < 1e9 ? [value / 1e6, "M"] : [value / 1e9, "G"];
  return `${scaled.toFixed(scaled < 10 ? 2 : scaled < 100 ? 1 : 0)}${unit}`;
}

function notes({ totals, truncated }: SpendAnswer): string {
  const lines = [
    ...(totals.unpricedCalls > 0
      ? [
          `${formatCount(totals.unpricedCalls)} calls could not be priced and are in no sum (GET /api/v1/unpriced says why).`,
        ]
      : []),
    ...(totals.partialCalls > 0 ? [`${formatCount(totals.partialCalls)} calls are priced in part.`] : []),
    ...(truncated ? ["There are more rows: raise --limit. The total covers all of them."] : []),
  ];
  return lines.length === 0 ? "" : `\n${lines.join("\n")}\n`;
}

function label(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : "(none)";
}

/** RFC 3339 to `YYYY-MM-DD HH:MM`. */
function minute(time: string): string {
  return time.slice(0, 16).replace("T", " ");
}
