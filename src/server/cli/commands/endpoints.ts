import { type Command, type CommandContext, requiredPositional, textOption, UsageError } from "../command.js";
import { formatTable } from "../table.js";

interface Mapping {
  id: string;
  project: string | null;
  endpoint?: string;
  deployment?: string;
  provider: string | null;
  pool?: string | null;
  model?: string | null;
  sku?: string | null;
  zone?: string | null;
  author: string;
}

const TEXTS = ["provider", "pool", "model", "sku", "zone"];

export const endpointsCommand: Command = {
  name: "endpoints",
  summary: "What a host or a deployment really is: list, map, remove",
  help: `Usage:
  spanledger endpoints list
  spanledger endpoints map <host[:port]> (--provider <vendor> | --pool <name>)
  spanledger endpoints deployment <name> --provider <vendor> [--model <listed model>] [--sku <sku>] [--zone <zone>]
  spanledger endpoints remove <id, host or deployment>

A host is a vendor, or a pool of your own. A deployment is an Azure deployment (<resource>/<deployment> or
<deployment>), the ARN of a Bedrock profile, or any name that stands for a listed model of the vendor.

Option of map and deployment:
  --all-projects     For every project (operator only)`,
  options: {
    ...Object.fromEntries(TEXTS.map((name) => [name, { type: "string" as const }])),
    "all-projects": { type: "boolean" },
  },
  run: (context) => {
    const action = requiredPositional(context, 0, "an action: list, map, deployment or remove");
    const known = ACTIONS[action];
    if (!known) throw new UsageError(`unknown action "${action}": list, map, deployment or remove`);
    return known(context);
  },
};

const ACTIONS: Readonly<Record<string, (context: CommandContext) => Promise<number>>> = {
  list,
  map: (context) => put(context, "endpoint", requiredPositional(context, 1, "the host that calls name")),
  deployment: (context) =>
    put(context, "deployment", requiredPositional(context, 1, "the deployment's name")),
  remove: async (context) => {
    const name = requiredPositional(context, 1, "an id, host or deployment");
    await context.api.delete(`prices/endpoints/${encodeURIComponent(name)}`);
    context.io.out(`${name} is mapped no more\n`);
    return 0;
  },
};

async function list({ api, io, json }: CommandContext): Promise<number> {
  const { data } = (await api.get("prices/endpoints", { limit: 200 })) as { data: Mapping[] };
  if (json) io.out(`${JSON.stringify(data)}\n`);
  else if (data.length === 0) io.out("No hosts or deployments are mapped.\n");
  else {
    const columns = ["ID", "NAME", "IS", "PROJECT", "BY"].map((title) => ({ title }));
    const rows = data.map((row) => [
      row.id,
      row.endpoint ?? row.deployment ?? "-",
      meaningOf(row),
      row.project ?? "(all)",
      row.author,
    ]);
    io.out(formatTable(columns, rows));
  }
  return 0;
}

function meaningOf(row: Mapping): string {
  if (row.endpoint !== undefined) return row.pool ? `pool ${row.pool}` : (row.provider ?? "-");
  const model = row.model ? `/${row.model}` : "";
  const facts = [row.sku, row.zone].filter((fact) => fact).join(", ");
  return `${row.provider ?? "-"}${model}${facts === "" ? "" : ` (${facts})`}`;
}

async function put(context: CommandContext, kind: "endpoint" | "deployment", name: string): Promise<number> {
  const { api, io, values, json } = context;
  const texts = Object.fromEntries(TEXTS.map((option) => [option, textOption(values, option)]));
  const answer = (await api.put("prices/endpoints", {
    [kind]: name,
    ...texts,
    allProjects: values["all-projects"] === true ? true : undefined,
  })) as Mapping & { repricing: { id: string } | null };
  if (json) io.out(`${JSON.stringify(answer)}\n`);
  else {
    const job = answer.repricing === null ? "" : `; re-pricing ${answer.repricing.id}`;
    io.out(`${answer.id}  ${name} is ${meaningOf(answer)}${job}\n`);
  }
  return 0;
}
