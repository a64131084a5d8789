import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "../domain/errors.js";

const target = z.looseObject({
  refId: z.string(),
  format: z.union([z.literal(0), z.literal(1)]),
  rawSql: z.string().min(1),
});

const panel = z.looseObject({
  id: z.number().int().positive(),
  type: z.string(),
  title: z.string(),
  targets: z.array(target).optional(),
  maxDataPoints: z.number().int().positive().optional(),
  interval: z.string().optional(),
});

const queryVariable = z.looseObject({
  type: z.literal("query"),
  name: z.string(),
  query: z.looseObject({ rawSql: z.string().min(1) }),
});

const customVariable = z.looseObject({
  type: z.literal("custom"),
  name: z.string(),
  current: z.looseObject({ value: z.string() }),
  options: z.array(z.looseObject({ value: z.string() })),
});

/** What the server needs to know of a board's JSON; everything else is for the renderers and passes through unread. */
const boardSchema = z.looseObject({
  uid: z.string().min(1),
  title: z.string().min(1),
  description: z.string(),
  panels: z.array(panel),
  templating: z.object({ list: z.array(z.discriminatedUnion("type", [queryVariable, customVariable])) }),
});

export type Board = z.infer<typeof boardSchema>;
export type BoardPanel = z.infer<typeof panel>;
export type BoardVariable = Board["templating"]["list"][number];

/** Boards the page lists first, in this order; any other follows by title. */
const ORDER = [
  "spanledger-overview",
  "spanledger-attribution",
  "spanledger-models",
  "spanledger-tokens-cache",
  "spanledger-latency",
  "spanledger-reliability",
  "spanledger-budgets",
  "spanledger-calls",
];

/**
 * Every board in a directory of Grafana JSON files, in the order they are shown.
 * @throws AppError `internal` naming the file that is not a board.
 */
export async function readBoards(directory: string): Promise<Board[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".json")).toSorted();
  const boards = await Promise.all(names.map((name) => readBoard(join(directory, name))));
  const rank = (board: Board): number => {
    const index = ORDER.indexOf(board.uid);
    return index === -1 ? ORDER.length : index;
  };
  return boards.toSorted((a, b) => rank(a) - rank(b) || a.title.localeCompare(b.title));
}

async function readBoard(file: string): Promise<Board> {
  try {
    return boardSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    throw new AppError("internal", `Not a dashboard: ${file}`, {}, { cause });
  }
}
