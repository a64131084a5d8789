import { ByteWriter } from "./byte-writer.js";
import type { Encoder } from "./native-encoders.js";

/** A column of a table: its name and how a row's value is written. */
export interface Column<Row> {
  readonly name: string;
  readonly type: string;
  /** Writes prefix, then the ends of lists if given, then the values. */
  readonly write: (out: ByteWriter, rows: readonly Row[], ends?: readonly number[]) => void;
}

/** Rows of one table in ClickHouse's Native format: what a store inserts. */
export interface NativeBlock {
  columns: readonly string[];
  rows: number;
  bytes: Uint8Array;
}

/** A column whose value `get` takes out of a row. */
export function column<Row, Value>(
  name: string,
  encoder: Encoder<Value>,
  get: (row: Row) => Value,
): Column<Row> {
  return {
    name,
    type: encoder.type,
    write: (out, rows, ends = []) => {
      encoder.prefix(out);
      for (const end of ends) out.i64(end);
      encoder.values(out, rows, get);
    },
  };
}

/** Columns filled from one part of the row, which is taken out once for all of them. */
export function columnsOf<Row, Part>(
  partOf: (row: Row) => Part,
  columns: readonly Column<Part>[],
): Column<Row>[] {
  const taken = onceFor(columns.length, (rows: readonly Row[]) => rows.map(partOf));
  return columns.map(({ name, type, write }) => ({
    name,
    type,
    write: (out, rows) => write(out, taken(rows)),
  }));
}

/**
 * The function, asked `times` times in a row about the same rows and run once for them. Then it forgets: a WeakMap by rows would hold
 * what it made, and all that hangs on it, through every collection of young objects until the whole heap is collected.
 */
function onceFor<Row, Result>(
  times: number,
  make: (rows: readonly Row[]) => Result,
): (rows: readonly Row[]) => Result {
  let known: { rows: readonly Row[]; result: Result; left: number } | null = null;
  return (rows) => {
    const current = known !== null && known.rows === rows ? known : { rows, result: make(rows), left: times };
    current.left -= 1;
    known = current.left > 0 ? current : null;
    return current.result;
  };
}

/**
 * Columns of a nested group: each value is a list with one entry per item of the row. The items of a block's rows are gathered once
 * for all columns of the group.
 */
export function nestedColumns<Row, Item>(
  group: string,
  itemsOf: (row: Row) => readonly Item[],
  columns: readonly Column<Item>[],
): Column<Row>[] {
  const gather = onceFor(columns.length, (rows: readonly Row[]) => gatherItems(rows, itemsOf));
  return columns.map((inner) => ({
    name: `${group}.${inner.name}`,
    type: `Array(${inner.type})`,
    write: (out, rows) => {
      const { ends, items } = gather(rows);
      inner.write(out, items, ends);
    },
  }));
}

interface Gathered<Item> {
  /** Items up to and with each row's last. */
  ends: number[];
  items: Item[];
}

function gatherItems<Row, Item>(
  rows: readonly Row[],
  itemsOf: (row: Row) => readonly Item[],
): Gathered<Item> {
  const ends: number[] = [];
  const items: Item[] = [];
  for (const row of rows) {
    for (const item of itemsOf(row)) items.push(item);
    ends.push(items.length);
  }
  return { ends, items };
}

/**
 * The rows as one block. Its bytes are those of `out`, which must not be written to before they have been used.
 * @throws what a column's `get` throws for a value that cannot be stored.
 */
export function nativeBlock<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  out: ByteWriter = new ByteWriter(),
): NativeBlock {
  out.clear();
  out.varint(columns.length);
  out.varint(rows.length);
  for (const one of columns) {
    out.text(one.name);
    out.text(one.type);
    one.write(out, rows);
  }
  return { columns: columns.map((one) => one.name), rows: rows.length, bytes: out.bytes() };
}

/** Blocks of one table as one: the format is a sequence of blocks. Of blocks without rows nothing is left. */
export function joinBlocks(blocks: readonly NativeBlock[]): NativeBlock {
  const filled = blocks.filter(({ rows }) => rows > 0);
  const [first] = filled;
  if (first === undefined) return { columns: [], rows: 0, bytes: new Uint8Array(0) };
  if (filled.length === 1) return first;
  const rows = filled.reduce((sum, block) => sum + block.rows, 0);
  return { columns: first.columns, rows, bytes: Buffer.concat(filled.map(({ bytes }) => bytes)) };
}

/** The block's columns for an INSERT; names of nested columns hold a dot. */
export function columnList(block: NativeBlock): string {
  return block.columns.map((name) => `\`${name}\``).join(", ");
}
