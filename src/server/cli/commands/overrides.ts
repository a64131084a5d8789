import {
  type Command,
  type CommandContext,
  integerOption,
  listOption,
  requiredPositional,
  textOption,
  UsageError,
} from "../command.js";
import { formatTable } from "../table.js";

interface Override {
  id: string;
  project: string | null;
  kind: string;
  match: string;
  effectiveFrom: string;
  effectiveTo: string | null;
  reason: string | null;
  author: string;
}

const TEXTS = ["kind", "currency", "value", "metric", "timezone", "hourly-cost", "amount", "reason"];

export const overridesCommand: Command = {
  name: "overrides",
  summary: "Your own prices: list, add, end",
  help: `Usage:
  spanledger overrides list
  spanledger overrides add <match> [options]
  spanledger overrides end <id> [--void]

<match> is <provider>/<model>, <provider>/* or <pool>/<model>.

Options of add:
  --kind <kind>          rates, multiplier, free, self_hosted, gpu_hour, volume_tiers or commitment (rates)
  --rate <class>=<price> Price per million tokens, e.g. input=2.00; may be repeated
  --currency <code>      Currency of the rates, converted by the currency table (USD)
  --value <factor>       Factor of a multiplier, e.g. 0.85
  --tier <from>=<factor> Volume tier, e.g. 1000=0.9; may be repeated, in rising order
  --metric <metric>      What tiers are reached by: spend or tokens (spend)
  --timezone <zone>      Months of the tiers (UTC)
  --hourly-cost <usd>    One GPU for an hour; --gpus <n>
  --amount <usd>         Monthly sum of a commitment
  --from <time>, --to <time>   RFC 3339, start inclusive, end exclusive
  --reason <text>        Why; kept with the price
  --all-projects         For every project (operator only)
  --supersede            End what overlaps where this one starts
Option of end:
  --void                 As if it had never held`,
  options: {
    ...Object.fromEntries(TEXTS.map((name) => [name, { type: "string" as const }])),
    rate: { type: "string", multiple: true },
    tier: { type: "string", multiple: true },
    gpus: { type: "string" },
    from: { type: "string" },
    to: { type: "string" },
    "all-projects": { type: "boolean" },
    supersede: { type: "boolean" },
    void: { type: "boolean" },
  },
  run: (context) => {
    const action = requiredPositional(context, 0, "an action: list, add or end");
    const known = ACTIONS[action];
    if (!known) throw new UsageError(`unknown action "${action}": list, add or end`);
    return known(context);
  },
};

const ACTIONS: Readonly<Record<string, (context: CommandContext) => Promise<number>>> = { list, add, end };

async function list({ api, io, json }: CommandContext): Promise<number> {
  const { data } = (await api.get("prices/overrides", { limit: 200 })) as { data: Override[] };
  if (json) io.out(`${JSON.stringify(data)}\n`);
  else if (data.length === 0) io.out("No prices of your own.\n");
  else {
    const columns = ["ID", "MATCH", "KIND", "FROM", "TO", "PROJECT", "BY", "REASON"].map((title) => ({
      title,
    }));
    const rows = data.map((row) => [
      row.id,
      row.match,
      row.kind,
      row.effectiveFrom,
      row.effectiveTo ?? "-",
      row.project ?? "(all)",
      row.author,
      row.reason ?? "-",
    ]);
    io.out(formatTable(columns, rows));
  }
  return 0;
}

async function add(context: CommandContext): Promise<number> {
  const { api, io, values, json } = context;
  const texts = Object.fromEntries(TEXTS.map((name) => [name, textOption(values, name)]));
  const rates = ratePairs(listOption(values, "rate"));
  const tiers = pairs(listOption(values, "tier"));
  const answer = (await api.post("prices/overrides", {
    match: requiredPositional(context, 1, "what it is the price of, e.g. openai/gpt-4o"),
    kind: texts["kind"],
    currency: texts["currency"],
    value: texts["value"],
    metric: texts["metric"],
    timezone: texts["timezone"],
    hourlyCost: texts["hourly-cost"],
    amount: texts["amount"],
    reason: texts["reason"],
    gpus: integerOption(values, "gpus", { min: 1, max: 100_000 }),
    rates: rates ?? undefined,
    tiers: tiers.length === 0 ? undefined : tiers.map(([from, value]) => ({ from, value })),
    effectiveFrom: textOption(values, "from"),
    effectiveTo: textOption(values, "to"),
    allProjects: values["all-projects"] === true ? true : undefined,
    supersede: values["supersede"] === true ? true : undefined,
  })) as Override & { repricing: { id: string } | null };
  if (json) io.out(`${JSON.stringify(answer)}\n`);
  else io.out(`${answer.id}${answer.repricing === null ? "" : `; re-pricing ${answer.repricing.id}`}\n`);
  return 0;
}

async function end(context: CommandContext): Promise<number> {
  const id = requiredPositional(context, 1, "the id of a price");
  const search = context.values["void"] === true ? "?void=true" : "";
  await context.api.delete(`prices/overrides/${encodeURIComponent(id)}${search}`);
  context.io.out(`${id} has ended\n`);
  return 0;
}

/** `name=value` pairs as an object, or null when there are none. @throws UsageError for a text without both */
export function ratePairs(texts: readonly string[]): Record<string, string> | null {
  return texts.length === 0 ? null : Object.fromEntries(pairs(texts));
}

/** `name=value` pairs as given. @throws UsageError for a text without both */
function pairs(texts: readonly string[]): [string, string][] {
  return texts.map((text) => {
    const at = text.indexOf("=");
    if (at <= 0 || at === text.length - 1) throw new UsageError(`must be <name>=<value>, not "${text}"`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
}
