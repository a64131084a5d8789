import {
  type Command,
  type CommandContext,
  integerOption,
  listOption,
  textOption,
  UsageError,
} from "../command.js";
import { formatCount, formatTable } from "../table.js";
import { TIME_HELP, TIME_OPTIONS, timeRange } from "../time-range.js";
import { ratePairs } from "./overrides.js";

interface Group {
  provider: string;
  host: string | null;
  requestModel: string | null;
  responseModel: string | null;
  reason: string | null;
  calls: number;
  lastSeen: string | null;
  suggestions: string[];
  actions: string[];
}

interface Queue {
  data: Group[];
  totals: { calls: number };
}

const FIX_OPTIONS = [
  "provider",
  "host",
  "request-model",
  "response-model",
  "model",
  "vendor",
  "pool",
  "hourly-cost",
  "reason",
];

export const unpricedCommand: Command = {
  name: "unpriced",
  summary: "What has no price and why; give it one",
  help: `Usage:
  spanledger unpriced [--from <time>] [--to <time>] [--limit <n>]
  spanledger unpriced fix alias --provider <name> --request-model <text> --model <listed model>
  spanledger unpriced fix rates --provider <name> --response-model <text> --rate input=2.00 --rate output=8.00
  spanledger unpriced fix free --provider <name> --response-model <text>
  spanledger unpriced fix endpoint --provider <name> --host <host> --vendor <provider>
  spanledger unpriced fix self_hosted --provider <name> --host <host> --pool <name> (--rate ... | --hourly-cost <usd> [--gpus <n>])

Options:
${TIME_HELP}
  --limit <n>        At most so many groups (50)
  --reason <text>    Why; kept with the price

A fix prices the past calls of its group too. \`spanledger reprice rollback <id> --with-cause\` takes it back.`,
  options: {
    ...TIME_OPTIONS,
    ...Object.fromEntries(FIX_OPTIONS.map((name) => [name, { type: "string" as const }])),
    rate: { type: "string", multiple: true },
    gpus: { type: "string" },
    limit: { type: "string" },
  },
  run: (context) => {
    const [action] = context.positionals;
    if (action === undefined) return list(context);
    if (action === "fix") return fix(context);
    throw new UsageError(`unknown action "${action}": fix`);
  },
};

async function list(context: CommandContext): Promise<number> {
  const { api, io, values, json } = context;
  const limit = integerOption(values, "limit", { min: 1, max: 1000 }) ?? 50;
  const answer = (await api.get("unpriced", { ...timeRange(values, io.nowMs()), limit })) as Queue;
  io.out(json ? `${JSON.stringify(answer)}\n` : queueText(answer));
  return 0;
}

/** The queue as a table with a total. Never throws on a well-formed answer. */
export function queueText({ data, totals }: Queue): string {
  if (data.length === 0) return "Every call has a price.\n";
  const columns = [
    { title: "PROVIDER" },
    { title: "MODEL" },
    { title: "HOST" },
    { title: "REASON" },
    { title: "CALLS", align: "right" as const },
    { title: "SUGGESTION" },
    { title: "FIXES" },
  ];
  const rows = data.map((group) => [
    group.provider,
    group.responseModel ?? group.requestModel ?? "-",
    group.host ?? "-",
    group.reason ?? "-",
    formatCount(group.calls),
    group.suggestions[0] ?? "-",
    group.actions.join(", ") || "-",
  ]);
  return formatTable(columns, rows, ["Total", "", "", "", formatCount(totals.calls), "", ""]);
}

async function fix(context: CommandContext): Promise<number> {
  const { api, io, values, json } = context;
  const action = context.positionals[1];
  if (action === undefined)
    throw new UsageError("missing what to do: alias, rates, free, endpoint or self_hosted");
  const provider = textOption(values, "provider");
  if (provider === undefined) throw new UsageError("--provider is missing: the group's, as listed");
  const fields = Object.fromEntries(
    FIX_OPTIONS.flatMap((name) => {
      const value = textOption(values, name);
      return value === undefined ? [] : [[camelCase(name), value]];
    }),
  );
  const rates = ratePairs(listOption(values, "rate"));
  const gpus = integerOption(values, "gpus", { min: 1, max: 100_000 });
  const answer = (await api.post("unpriced/fix", {
    ...fields,
    action,
    ...(rates === null ? {} : { rates }),
    ...(gpus === undefined ? {} : { gpus }),
  })) as {
    overrides: { id: string }[];
    endpoints: { id: string }[];
    repricing: { id: string; total: number } | null;
  };
  if (json) io.out(`${JSON.stringify(answer)}\n`);
  else {
    const made = [...answer.endpoints, ...answer.overrides].map(({ id }) => id).join(", ");
    const job = answer.repricing;
    const past =
      job === null ? "no past call waits for it" : `re-pricing ${formatCount(job.total)} calls: ${job.id}`;
    io.out(`${made}; ${past}\n`);
  }
  return 0;
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
