import { createWriteStream } from "node:fs";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { AppError } from "../../domain/errors.js";
import { CALL_COLUMNS, csvLine } from "../call-csv.js";
import {
  type Command,
  type CommandContext,
  integerOption,
  listOption,
  textOption,
  UsageError,
} from "../command.js";
import { TIME_HELP, TIME_OPTIONS, timeRange } from "../time-range.js";

const PAGE = 500;

export const exportCommand: Command = {
  name: "export",
  summary: "Write calls as JSONL or CSV",
  help: `Usage: spanledger export [--format jsonl|csv] [--output <file>] [--from <time>] [--to <time>] [--filter <name>=<value>]...

Options:
  --format <format>  jsonl (whole records, can be imported again) or csv (flat columns); jsonl
  --output <file>    File to write; standard output unless given
${TIME_HELP}
  --filter <n>=<v>   Filter as in GET /api/v1/calls, e.g. model=gpt-5.5; may be repeated
  --limit <n>        At most so many calls

Newest calls come first.`,
  options: {
    ...TIME_OPTIONS,
    format: { type: "string" },
    output: { type: "string" },
    filter: { type: "string", multiple: true },
    limit: { type: "string" },
  },
  run: exportCalls,
};

async function exportCalls(context: CommandContext): Promise<number> {
  const { values, io } = context;
  const format = textOption(values, "format") ?? "jsonl";
  if (format !== "jsonl" && format !== "csv")
    throw new UsageError(`--format must be jsonl or csv, not "${format}"`);
  const sink = openSink(context);
  let count = 0;
  try {
    if (format === "csv") await sink.write(csvLine(CALL_COLUMNS.map((column) => column.name)));
    for await (const call of pages(context)) {
      const line =
        format === "csv"
          ? csvLine(CALL_COLUMNS.map((column) => column.value(call)))
          : `${JSON.stringify(call)}\n`;
      await sink.write(line);
      count += 1;
    }
  } finally {
    await sink.close();
  }
  io.err(`${count} calls exported\n`);
  return 0;
}

interface Sink {
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Standard output, or a new file; an existing file is not overwritten. */
function openSink({ values, io }: CommandContext): Sink {
  const path = textOption(values, "output");
  if (path === undefined) return { write: async (text) => io.out(text), close: async () => undefined };
  const file: Writable = createWriteStream(path, { flags: "wx" });
  let failure: Error | null = null;
  file.on("error", (error) => (failure = error));
  return {
    write: async (text) => {
      if (failure) throw fileError(path, failure);
      if (!file.write(text)) await Promise.race([once(file, "drain"), finished(file)]);
    },
    close: async () => {
      file.end();
      await finished(file).catch((error: unknown) => {
        throw fileError(path, error);
      });
    },
  };
}

function fileError(path: string, error: unknown): AppError {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  const reason = code === "EEXIST" ? "it exists already" : (code ?? "unknown reason");
  return new AppError("invalid_request", `cannot write ${path}: ${reason}`, {}, { cause: error });
}

export type CallRecord = Readonly<Record<string, unknown>>;

async function* pages({ api, values, io }: CommandContext): AsyncGenerator<CallRecord> {
  const { from, to } = timeRange(values, io.nowMs());
  const filters = Object.fromEntries(listOption(values, "filter").map(filterPair));
  let left = integerOption(values, "limit", { min: 1, max: 1_000_000_000 }) ?? Number.POSITIVE_INFINITY;
  let cursor: string | undefined;
  do {
    const limit = Math.min(PAGE, left);
    const page = (await api.get("calls", { ...filters, from, to, limit, cursor })) as {
      data: CallRecord[];
      nextCursor: string | null;
    };
    yield* page.data;
    left -= page.data.length;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && left > 0);
}

function filterPair(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at <= 0) throw new UsageError(`--filter must be <name>=<value>, not "${text}"`);
  return [text.slice(0, at), text.slice(at + 1)];
}
