import { type Command, type CommandContext, requiredPositional, textOption, UsageError } from "../command.js";
import { formatTable } from "../table.js";

interface Entry {
  id: string;
  project: string | null;
  currency: string;
  usd: string;
  effectiveFrom: string;
  reason: string | null;
  author: string;
}

export const currenciesCommand: Command = {
  name: "currencies",
  summary: "What a unit of a currency is worth in USD, from when on: list, set, remove",
  help: `Usage:
  spanledger currencies list
  spanledger currencies set <code> <usd> --from <time> [--reason <text>] [--all-projects]
  spanledger currencies remove <id>

<usd> is what one unit is worth, e.g. 0.1378. It holds from --from (RFC 3339, inclusive) until the next entry of the
currency; stored calls without a full price are priced by it.`,
  options: { from: { type: "string" }, reason: { type: "string" }, "all-projects": { type: "boolean" } },
  run: (context) => {
    const action = requiredPositional(context, 0, "an action: list, set or remove");
    const known = ACTIONS[action];
    if (!known) throw new UsageError(`unknown action "${action}": list, set or remove`);
    return known(context);
  },
};

const ACTIONS: Readonly<Record<string, (context: CommandContext) => Promise<number>>> = {
  list: async ({ api, io, json }) => {
    const { data } = (await api.get("prices/currencies", { limit: 200 })) as { data: Entry[] };
    const columns = ["ID", "CURRENCY", "USD", "FROM", "PROJECT", "BY", "REASON"].map((title) => ({ title }));
    const rows = data.map((entry) => [
      entry.id,
      entry.currency,
      entry.usd,
      entry.effectiveFrom,
      entry.project ?? "(all)",
      entry.author,
      entry.reason ?? "-",
    ]);
    const text = data.length === 0 ? "No currencies but USD.\n" : formatTable(columns, rows);
    io.out(json ? `${JSON.stringify(data)}\n` : text);
    return 0;
  },
  set: async (context) => {
    const { api, io, values, json } = context;
    const effectiveFrom = textOption(values, "from");
    if (effectiveFrom === undefined) throw new UsageError("--from is missing: when it begins to hold");
    const answer = (await api.post("prices/currencies", {
      currency: requiredPositional(context, 1, "the currency, e.g. CNY"),
      usd: requiredPositional(context, 2, "what one unit is worth in USD"),
      effectiveFrom,
      reason: textOption(values, "reason"),
      allProjects: values["all-projects"] === true ? true : undefined,
    })) as Entry & { repricing: { id: string } | null };
    const job = answer.repricing === null ? "" : `; re-pricing ${answer.repricing.id}`;
    const text = `${answer.id}  1 ${answer.currency} = ${answer.usd} USD from ${answer.effectiveFrom}${job}\n`;
    io.out(json ? `${JSON.stringify(answer)}\n` : text);
    return 0;
  },
  remove: async (context) => {
    const id = requiredPositional(context, 1, "the id of an entry");
    await context.api.delete(`prices/currencies/${encodeURIComponent(id)}`);
    context.io.out(`${id} is taken back\n`);
    return 0;
  },
};
