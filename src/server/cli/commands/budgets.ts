import {
  type Command,
  type CommandContext,
  listOption,
  requiredPositional,
  textOption,
  UsageError,
} from "../command.js";
import { formatMoney, formatTable } from "../table.js";

interface Budget {
  id: string;
  name: string;
  limit: string;
  unit: string;
  period: string;
  timezone: string;
  scope: Readonly<Record<string, unknown>>;
}

interface BudgetStatus {
  spent: string;
  limit: string;
  unit: string;
  percent: number;
  unpricedCalls: number;
  forecast: string | null;
  breachDate: string | null;
  period: { start: string; end: string };
  thresholds: { kind: string; percent: number; firedAt: string | null }[];
}

export const budgetsCommand: Command = {
  name: "budgets",
  summary: "List budgets, show where one stands, create and delete",
  help: `Usage:
  spanledger budgets list
  spanledger budgets status <id>
  spanledger budgets create <name> --limit <amount> [options]
  spanledger budgets delete <id>

Options of create:
  --limit <amount>      Decimal, e.g. 100.00
  --unit <unit>         usd, tokens or calls (usd)
  --period <period>     hour, day, week, month or quarter (month)
  --timezone <zone>     IANA time zone of the period (UTC)
  --scope <n>=<v>       Only calls with this value, e.g. feature=support-chat; may be repeated
  --threshold <p>       Percent that warns, or forecast:<percent>; may be repeated (80, 100)
  --channel <id>        Channel that is told; may be repeated`,
  options: {
    limit: { type: "string" },
    unit: { type: "string" },
    period: { type: "string" },
    timezone: { type: "string" },
    scope: { type: "string", multiple: true },
    threshold: { type: "string", multiple: true },
    channel: { type: "string", multiple: true },
  },
  run: (context) => {
    const action = requiredPositional(context, 0, "an action: list, status, create or delete");
    const known = ACTIONS[action];
    if (!known) throw new UsageError(`unknown action "${action}": list, status, create or delete`);
    return known(context);
  },
};

const ACTIONS: Readonly<Record<string, (context: CommandContext) => Promise<number>>> = {
  list,
  status,
  create,
  delete: remove,
};

async function list({ api, io, json }: CommandContext): Promise<number> {
  const { data } = (await api.get("budgets")) as { data: Budget[] };
  if (json) {
    io.out(`${JSON.stringify(data)}\n`);
    return 0;
  }
  if (data.length === 0) {
    io.out("No budgets. Create one with `spanledger budgets create <name> --limit 100.00`.\n");
    return 0;
  }
  const statuses = await Promise.all(data.map((budget) => statusOf(api, budget.id)));
  const columns = [
    { title: "ID" },
    { title: "NAME" },
    { title: "PERIOD" },
    { title: "SCOPE" },
    { title: "SPENT", align: "right" as const },
    { title: "LIMIT", align: "right" as const },
    { title: "USED", align: "right" as const },
  ];
  const rows = data.map((budget, index) => [
    budget.id,
    budget.name,
    budget.period,
    scopeText(budget.scope),
    amount(statuses[index]?.spent ?? null, budget.unit),
    amount(budget.limit, budget.unit),
    statuses[index] ? `${statuses[index].percent.toFixed(1)} %` : "-",
  ]);
  io.out(formatTable(columns, rows));
  return 0;
}

async function status(context: CommandContext): Promise<number> {
  const now = await statusOf(context.api, requiredPositional(context, 1, "the id of a budget"));
  context.io.out(context.json ? `${JSON.stringify(now)}\n` : statusText(now));
  return 0;
}

function statusOf(api: CommandContext["api"], id: string): Promise<BudgetStatus> {
  return api.get(`budgets/${encodeURIComponent(id)}/status`) as Promise<BudgetStatus>;
}

const BAR = 30;

/** Where a budget stands, a few lines. Never throws on a well-formed status. */
export function statusText(now: BudgetStatus): string {
  const filled = Math.min(BAR, Math.max(0, Math.floor((now.percent / 100) * BAR)));
  const fired = now.thresholds
    .filter((threshold) => threshold.firedAt !== null)
    .map(({ kind, percent, firedAt }) => `${kind} ${percent} % (${firedAt})`);
  const lines = [
    `${"#".repeat(filled)}${".".repeat(BAR - filled)} ${now.percent.toFixed(1)} %`,
    `spent     ${amount(now.spent, now.unit)} of ${amount(now.limit, now.unit)}`,
    `period    ${now.period.start} to ${now.period.end}`,
    `forecast  ${now.forecast === null ? "not enough data" : amount(now.forecast, now.unit)}`,
    `breach    ${now.breachDate ?? "not expected"}`,
    `warned    ${fired.length === 0 ? "no" : fired.join(", ")}`,
    ...(now.unpricedCalls > 0 ? [`unpriced  ${now.unpricedCalls} calls are not in the sum`] : []),
  ];
  return `${lines.join("\n")}\n`;
}

async function create(context: CommandContext): Promise<number> {
  const { api, io, json, values } = context;
  const name = requiredPositional(context, 1, "a name for the budget");
  const limit = textOption(values, "limit");
  if (limit === undefined) throw new UsageError("missing --limit, e.g. --limit 100.00");
  const thresholds = listOption(values, "threshold");
  const created = (await api.post("budgets", {
    name,
    limit,
    unit: textOption(values, "unit") ?? "usd",
    period: textOption(values, "period") ?? "month",
    timezone: textOption(values, "timezone") ?? "UTC",
    scope: scopeOf(listOption(values, "scope")),
    thresholds: (thresholds.length > 0 ? thresholds : ["80", "100"]).map(thresholdOf),
    channels: listOption(values, "channel"),
  })) as { id: string };
  io.out(json ? `${JSON.stringify(created)}\n` : `Created ${created.id}.\n`);
  return 0;
}

async function remove(context: CommandContext): Promise<number> {
  const id = requiredPositional(context, 1, "the id of a budget");
  await context.api.delete(`budgets/${encodeURIComponent(id)}`);
  context.io.out(context.json ? `${JSON.stringify({ id, deleted: true })}\n` : `Deleted ${id}.\n`);
  return 0;
}

function thresholdOf(text: string): { kind: string; percent: number } {
  const match = /^(?:(actual|forecast):)?(\d+(?:\.\d{1,2})?)$/.exec(text);
  if (!match) throw new UsageError(`--threshold must be a percent or forecast:<percent>, not "${text}"`);
  return { kind: match[1] ?? "actual", percent: Number(match[2]) };
}

/** `feature=a`, `feature=b`, `tag:region=eu` to `{ feature: [a, b], tags: { region: [eu] } }`. */
function scopeOf(pairs: readonly string[]): Record<string, unknown> {
  const scope: Record<string, string[]> = {};
  const tags: Record<string, string[]> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at <= 0) throw new UsageError(`--scope must be <name>=<value>, not "${pair}"`);
    const name = pair.slice(0, at);
    const target = name.startsWith("tag:") ? tags : scope;
    (target[name.replace(/^tag:/, "")] ??= []).push(pair.slice(at + 1));
  }
  return Object.keys(tags).length > 0 ? { ...scope, tags } : scope;
}

function scopeText(scope: Readonly<Record<string, unknown>>): string {
  const { tags, ...dimensions } = scope;
  const tagged = Object.entries((tags ?? {}) as Record<string, unknown>).map(([name, value]) => [
    `tag:${name}`,
    value,
  ]);
  const parts = [...Object.entries(dimensions), ...tagged]
    .filter(([, value]) => value !== null && value !== undefined)
    .map(
      ([name, value]) => `${String(name)}=${Array.isArray(value) ? value.join("|") : JSON.stringify(value)}`,
    );
  return parts.length === 0 ? "everything" : parts.join(" ");
}

function amount(value: string | null, unit: string): string {
  if (value === null) return "-";
  return unit === "usd" ? formatMoney(value) : `${value} ${unit}`;
}
