import { type Command, type CommandContext, requiredPositional, textOption, UsageError } from "../command.js";
import { formatTable } from "../table.js";

interface Period {
  id: string;
  from: string | null;
  to: string;
  reason: string | null;
  closedBy: string;
  reopenedAt: string | null;
}

export const periodsCommand: Command = {
  name: "periods",
  summary: "Close periods, so that re-pricing books adjustments instead of changing them",
  help: `Usage:
  spanledger periods list
  spanledger periods close --to <time> [--from <time>] [--reason <text>]
  spanledger periods reopen <id> --reason <text>

Times are RFC 3339 or dates (UTC); the start is inclusive, the end exclusive.`,
  options: { from: { type: "string" }, to: { type: "string" }, reason: { type: "string" } },
  run: (context) => {
    const action = requiredPositional(context, 0, "an action: list, close or reopen");
    const known = ACTIONS[action];
    if (!known) throw new UsageError(`unknown action "${action}": list, close or reopen`);
    return known(context);
  },
};

const ACTIONS: Readonly<Record<string, (context: CommandContext) => Promise<number>>> = {
  list: async ({ api, io, json }) => {
    const { data } = (await api.get("periods")) as { data: Period[] };
    const columns = ["ID", "FROM", "TO", "STATE", "BY", "REASON"].map((title) => ({ title }));
    const rows = data.map((period) => [
      period.id,
      period.from ?? "-",
      period.to,
      period.reopenedAt === null ? "closed" : "reopened",
      period.closedBy,
      period.reason ?? "-",
    ]);
    io.out(
      json
        ? `${JSON.stringify(data)}\n`
        : data.length === 0
          ? "No closed periods.\n"
          : formatTable(columns, rows),
    );
    return 0;
  },
  close: async (context) => {
    const { values, api } = context;
    const to = textOption(values, "to");
    if (to === undefined) throw new UsageError("--to is missing: the end of the period, exclusive");
    const body = { to, from: textOption(values, "from"), reason: textOption(values, "reason") };
    return show(context, (await api.post("periods/close", body)) as Period);
  },
  reopen: async (context) => {
    const id = requiredPositional(context, 1, "the id of a period");
    const reason = textOption(context.values, "reason");
    if (reason === undefined) throw new UsageError("--reason is missing");
    const path = `periods/${encodeURIComponent(id)}/reopen`;
    return show(context, (await context.api.post(path, { reason })) as Period);
  },
};

function show({ io, json }: CommandContext, period: Period): number {
  const state = period.reopenedAt === null ? "closed" : "reopened";
  io.out(
    json ? `${JSON.stringify(period)}\n` : `${period.id}  ${state} ${period.from ?? ""}..${period.to}\n`,
  );
  return 0;
}
