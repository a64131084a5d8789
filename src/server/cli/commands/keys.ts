import {
  type Command,
  type CommandContext,
  listOption,
  requiredPositional,
  textOption,
  UsageError,
} from "../command.js";
import { formatTable } from "../table.js";

interface KeyRow {
  id: string;
  project: string;
  name: string;
  prefix: string;
  scopes: string[];
  createdAt: string;
  lastUsedAt: string | null;
}

export const keysCommand: Command = {
  name: "keys",
  summary: "Create, list and revoke API keys",
  help: `Usage:
  spanledger keys create <name> [--project <id>] [--scope ingest|read|admin]...
  spanledger keys list [--project <id>]
  spanledger keys revoke <id>

Options:
  --project <id>   Project of the key (default)
  --scope <scope>  Scope; may be repeated (ingest and read)

The key itself is shown once, when it is created.`,
  options: { project: { type: "string" }, scope: { type: "string", multiple: true } },
  run: (context) => {
    const action = requiredPositional(context, 0, "an action: create, list or revoke");
    if (action === "create") return create(context);
    if (action === "list") return list(context);
    if (action === "revoke") return revoke(context);
    throw new UsageError(`unknown action "${action}": create, list or revoke`);
  },
};

async function create({ api, io, json, values, positionals }: CommandContext): Promise<number> {
  const name = positionals[1];
  if (name === undefined) throw new UsageError("missing a name for the key");
  const scopes = listOption(values, "scope");
  const created = (await api.post("keys", {
    project: textOption(values, "project"),
    name,
    scopes: scopes.length > 0 ? scopes : ["ingest", "read"],
  })) as { id: string; prefix: string; key: string };
  if (json) io.out(`${JSON.stringify(created)}\n`);
  else io.out(`${created.key}\n\nid ${created.id}. Keep the key: it is not shown again.\n`);
  return 0;
}

async function list({ api, io, json, values }: CommandContext): Promise<number> {
  const answer = (await api.get("keys", { project: textOption(values, "project") })) as { data: KeyRow[] };
  if (json) {
    io.out(`${JSON.stringify(answer.data)}\n`);
    return 0;
  }
  if (answer.data.length === 0) {
    io.out("No keys. Create one with `spanledger keys create <name>`.\n");
    return 0;
  }
  const columns = ["ID", "NAME", "PROJECT", "PREFIX", "SCOPES", "CREATED", "LAST USED"].map((title) => ({
    title,
  }));
  const rows = answer.data.map((key) => [
    key.id,
    key.name,
    key.project,
    key.prefix,
    key.scopes.join(","),
    key.createdAt.slice(0, 10),
    key.lastUsedAt?.slice(0, 10) ?? "never",
  ]);
  io.out(formatTable(columns, rows));
  return 0;
}

async function revoke({ api, io, json, positionals }: CommandContext): Promise<number> {
  const id = positionals[1];
  if (id === undefined) throw new UsageError("missing the id of the key; `spanledger keys list` shows them");
  await api.delete(`keys/${encodeURIComponent(id)}`);
  io.out(json ? `${JSON.stringify({ id, revoked: true })}\n` : `Revoked ${id}.\n`);
  return 0;
}
