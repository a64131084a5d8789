import { type Command, type CommandContext, requiredPositional, UsageError } from "../command.js";

interface BookReport {
  version: string;
  source: string;
  released: string;
  ageDays: number;
  stale: boolean;
  lastCheckAt: string | null;
  lastError: string | null;
  held: number;
}

export const pricesCommand: Command = {
  name: "prices",
  summary: "The price book: how old it is, refresh, roll back, decide about held rates",
  help: `Usage:
  spanledger prices status
  spanledger prices refresh
  spanledger prices rollback
  spanledger prices approve <id>
  spanledger prices reject <id>

Refreshing reads the URLs of SPANLEDGER_PRICE_BOOK_URLS now.`,
  options: {},
  run: (context) => {
    const action = requiredPositional(context, 0, "an action: status, refresh, rollback, approve or reject");
    const known = ACTIONS[action];
    if (!known)
      throw new UsageError(`unknown action "${action}": status, refresh, rollback, approve or reject`);
    return known(context);
  },
};

const ACTIONS: Readonly<Record<string, (context: CommandContext) => Promise<number>>> = {
  status: async (context) => {
    const answer = (await context.api.get("prices/books")) as {
      book: BookReport;
      data: { id: string; version: string | null; status: string; message: string | null }[];
    };
    const books = answer.data.map(
      ({ id, version, status, message }) =>
        `${id}  ${version ?? "-"}  ${status}${message === null ? "" : `: ${message}`}`,
    );
    return show(context, answer, [bookText(answer.book), ...books]);
  },
  refresh: async (context) => {
    const answer = (await context.api.post("prices/refresh", {})) as {
      book: BookReport;
      results: { url: string; status: string; message: string | null }[];
    };
    const results = answer.results.map(
      ({ url, status, message }) => `${url}  ${status}${message === null ? "" : `: ${message}`}`,
    );
    if (results.length === 0) results.push("No URLs are set: SPANLEDGER_PRICE_BOOK_URLS is empty.");
    show(context, answer, [...results, bookText(answer.book)]);
    return answer.results.some(({ status }) => status === "failed" || status === "refused") ? 1 : 0;
  },
  rollback: async (context) => {
    const answer = (await context.api.post("prices/rollback", {})) as { book: BookReport };
    return show(context, answer, [bookText(answer.book)]);
  },
  approve: (context) => decide(context, "approve"),
  reject: (context) => decide(context, "reject"),
};

async function decide(context: CommandContext, decision: "approve" | "reject"): Promise<number> {
  const id = requiredPositional(context, 1, "the id of a price book");
  const answer = (await context.api.post(`prices/books/${encodeURIComponent(id)}/${decision}`, {})) as {
    id: string;
    status: string;
  };
  return show(context, answer, [`${answer.id}  ${answer.status}`]);
}

function bookText(book: BookReport): string {
  const age = `${book.ageDays} days old${book.stale ? ", too old" : ""}`;
  const held = book.held === 0 ? "" : `; ${book.held} rates wait for approval`;
  const error = book.lastError === null ? "" : `\nlast error: ${book.lastError}`;
  return `${book.version} (${book.source}, ${age})${held}${error}`;
}

function show({ io, json }: CommandContext, answer: unknown, lines: readonly string[]): number {
  io.out(json ? `${JSON.stringify(answer)}\n` : `${lines.join("\n")}\n`);
  return 0;
}
