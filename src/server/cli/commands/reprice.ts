import { ApiError } from "../api-client.js";
import { type Command, type CommandContext, UsageError } from "../command.js";
import { formatCount, formatMoney } from "../table.js";
import { TIME_HELP, TIME_OPTIONS, timeRange } from "../time-range.js";

interface Repricing {
  id?: string;
  status?: string;
  calls?: number;
  total?: number;
  adjusted?: number;
  adjustment?: string;
  error?: string | null;
  changed?: number;
  before?: string | null;
  after?: string | null;
}

export const repriceCommand: Command = {
  name: "reprice",
  summary: "Price stored calls again: preview, apply, roll back",
  help: `Usage:
  spanledger reprice [--from <time>] [--to <time>] [--apply]
  spanledger reprice preview|apply [--from <time>] [--to <time>]
  spanledger reprice status <id>
  spanledger reprice rollback <id> [--with-cause]

Options:
${TIME_HELP}
  --apply            Write new versions; without it nothing changes and the effect is shown
  --with-cause       Roll back the price or mapping that caused it, too

Every re-pricing is a new version of the rows and can be rolled back.`,
  options: { ...TIME_OPTIONS, apply: { type: "boolean" }, "with-cause": { type: "boolean" } },
  run: async (context) => {
    try {
      return await reprice(context);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404 && isStart(context.positionals[0])) {
        throw new ApiError("not_found", `the server at ${context.api.endpoint} has no re-pricing yet`, 404);
      }
      throw error;
    }
  },
};

async function reprice(context: CommandContext): Promise<number> {
  const [action, id] = context.positionals;
  if (isStart(action)) {
    const { from, to } = timeRange(context.values, context.io.nowMs());
    const preview = action === "preview" || (action === undefined && context.values["apply"] !== true);
    return show(
      context,
      await context.api.post("reprice", { preview, ...(from ? { from } : {}), ...(to ? { to } : {}) }),
    );
  }
  if (id === undefined) throw new UsageError(`missing the id of the re-pricing to ${action}`);
  if (action === "status") return show(context, await context.api.get(`reprice/${encodeURIComponent(id)}`));
  if (action === "rollback") {
    return show(
      context,
      await context.api.post(`reprice/${encodeURIComponent(id)}/rollback`, {
        withCause: context.values["with-cause"] === true,
      }),
    );
  }
  throw new UsageError(`unknown action "${action}": preview, apply, status or rollback`);
}

function isStart(action: string | undefined): boolean {
  return action === undefined || action === "preview" || action === "apply";
}

function show({ io, json, values }: CommandContext, answer: unknown): number {
  if (json) {
    io.out(`${JSON.stringify(answer)}\n`);
    return 0;
  }
  const result = answer as Repricing;
  const lines = [
    ...(result.id === undefined ? [] : [`id       ${result.id}`]),
    ...(result.status === undefined ? [] : [`status   ${result.status}`]),
    ...(result.calls === undefined
      ? []
      : [
          `calls    ${formatCount(result.calls)}${result.total === undefined ? "" : ` of ${formatCount(result.total)}`}`,
        ]),
    ...(result.changed === undefined ? [] : [`changed  ${formatCount(result.changed)}`]),
    ...(result.before === undefined ? [] : [`before   ${formatMoney(result.before)}`]),
    ...(result.after === undefined ? [] : [`after    ${formatMoney(result.after)}`]),
    ...(result.adjusted
      ? [`adjusted ${formatCount(result.adjusted)} (${formatMoney(result.adjustment ?? null)})`]
      : []),
    ...(result.error ? [`error    ${result.error}`] : []),
  ];
  io.out(`${lines.join("\n")}\n`);
  if (values["apply"] !== true && result.status === "preview")
    io.out("Nothing was changed; add --apply to do it.\n");
  return 0;
}
