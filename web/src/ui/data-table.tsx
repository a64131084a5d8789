import type { ComponentChildren } from "preact";

export interface Column<Row> {
  name: string;
  isNumber?: boolean;
  /** Left out on a phone, where the row's own page has it. */
  isMinor?: boolean;
  cell: (row: Row) => ComponentChildren;
  /** Text shown on hover, for cells that may be cut off. */
  title?: (row: Row) => string;
}

interface Props<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
}

/** Numbers and what can be done with a row stand at the right. */
function classOf<Row>({ name, isNumber, isMinor }: Column<Row>): string {
  if (name === "") return "is-actions";
  return `${isNumber === true ? "is-number" : ""} ${isMinor === true ? "is-minor" : ""}`.trim();
}

/** Rows of one kind; scrolls sideways by itself where the window is narrow. */
export function DataTable<Row>({ label, columns, rows, keyOf }: Props<Row>) {
  return (
    <div class="card table-scroll" tabIndex={0} role="group" aria-label={label}>
      <table class="data-table is-roomy">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" class={classOf(column)}>
                {column.name === "" ? <span class="sr-only">Actions</span> : column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => (
                <td key={column.name} class={classOf(column)} title={column.title?.(row)}>
                  {column.cell(row) ?? <span class="is-faint">–</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
