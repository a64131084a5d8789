import { useMemo, useState } from "preact/hooks";
import type { DataLink } from "../../../dashboards/source/schema.js";
import { type BoardState, fillLink } from "../board/board-url.js";
import { namedColor } from "./colors.js";
import { columnWidths } from "./column-widths.js";
import { fieldOptions, fixedColor } from "./field-options.js";
import { readFields } from "./frame.js";
import type { PanelProps } from "./panel-props.js";
import { type Column, isGaugeColumn, measure, textOf } from "./table-column.js";
import { useSize } from "./use-size.js";

interface Sort {
  column: number;
  isDescending: boolean;
}

const MAX_DRAWN_ROWS = 500;

/** Rows and columns; a click on a heading sorts. */
export function TablePanel({ panel, result, state, theme }: PanelProps) {
  const [sort, setSort] = useState<Sort | null>(null);
  const columns = useMemo<Column[]>(
    () =>
      readFields(result).map((field) => {
        const options = fieldOptions(panel, field.name);
        const numbers = field.values.filter((value): value is number => typeof value === "number");
        return { ...field, options, top: options.max ?? Math.max(0, ...numbers) };
      }),
    [panel, result],
  );
  const order = useMemo(() => sorted(columns, sort, result.rows.length), [columns, sort, result]);
  const { ref, width } = useSize<HTMLDivElement>();
  const wishes = useMemo(
    () => (width === 0 || ref.current === null ? [] : measure(columns, ref.current)),
    [columns, width === 0],
  );
  const widths = columnWidths(wishes, width);
  return (
    <div class="table-scroll" ref={ref} tabIndex={0} role="group" aria-label={`${panel.title}, table`}>
      <table class="data-table" style={{ width: `${widths.reduce((sum, one) => sum + one, 0)}px` }}>
        <colgroup>
          {widths.map((one, index) => (
            <col key={columns[index]?.name} style={{ width: `${one}px` }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map((column, index) => (
              <HeadCell
                key={column.name}
                column={column}
                direction={sort?.column === index ? (sort.isDescending ? "descending" : "ascending") : "none"}
                onSort={() => setSort(nextSort(sort, index, column.kind !== "text"))}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {order.slice(0, MAX_DRAWN_ROWS).map((row) => (
            <tr key={row}>
              {columns.map((column, index) => (
                <BodyCell
                  key={column.name}
                  column={column}
                  numberPx={wishes[index]?.valuePx ?? 0}
                  row={row}
                  columns={columns}
                  state={state}
                  theme={theme}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {order.length > MAX_DRAWN_ROWS && (
        <p class="table-more">
          {MAX_DRAWN_ROWS} of {order.length} rows; the CSV download has them all.
        </p>
      )}
    </div>
  );
}

/** A column of ledger ids leads to the page's own detail; Grafana, which has none, shows the id. */
const CALL_LINK: DataLink = {
  title: "Why this price",
  url: "/calls/${__data.fields.Call}",
  targetBlank: false,
};

/** First click: largest number or first text on top; second: the other way; third: as the SQL sorts. */
function nextSort(sort: Sort | null, column: number, startsDescending: boolean): Sort | null {
  if (sort === null || sort.column !== column) return { column, isDescending: startsDescending };
  return sort.isDescending === startsDescending ? { column, isDescending: !startsDescending } : null;
}

function sorted(columns: readonly Column[], sort: Sort | null, count: number): number[] {
  const rows = Array.from({ length: count }, (_, row) => row);
  const values = sort === null ? undefined : columns[sort.column]?.values;
  if (sort === null || values === undefined) return rows;
  const sign = sort.isDescending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [left, right] = [values[a] ?? null, values[b] ?? null];
    if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
    if (typeof left === "number" && typeof right === "number") return sign * (left - right);
    return sign * String(left).localeCompare(String(right));
  });
}

interface HeadProps {
  column: Column;
  direction: "ascending" | "descending" | "none";
  onSort: () => void;
}

function HeadCell({ column, direction, onSort }: HeadProps) {
  return (
    <th scope="col" aria-sort={direction} class={column.kind === "number" ? "is-number" : ""}>
      <button type="button" class="sort" onClick={onSort}>
        {column.name}
        <span class="sort-mark" aria-hidden="true">
          {direction === "none" ? "" : direction === "descending" ? "↓" : "↑"}
        </span>
      </button>
    </th>
  );
}

interface BodyProps {
  column: Column;
  columns: readonly Column[];
  numberPx: number;
  row: number;
  state: BoardState;
  theme: PanelProps["theme"];
}

function BodyCell({ column, columns, numberPx, row, state, theme }: BodyProps) {
  const value = column.values[row] ?? null;
  const text = textOf(column, value);
  const link = column.options.links?.[0] ?? (column.name === "Call" ? CALL_LINK : undefined);
  const shown = link === undefined || value === null ? text : linked(link, text, columns, row, state);
  const isGauge = isGaugeColumn(column);
  const share = isGauge && typeof value === "number" && column.top > 0 ? Math.max(0, value) / column.top : 0;
  return (
    <td
      class={`${column.kind === "number" ? "is-number" : ""} ${value === null ? "is-empty" : ""}`}
      title={text}
    >
      {isGauge ? (
        <span class="cell-gauge">
          <span class="cell-track">
            <span
              class="cell-fill"
              style={{
                width: `${Math.min(100, share * 100)}%`,
                backgroundColor: namedColor(fixedColor(column.options) ?? "blue", theme),
              }}
            />
          </span>
          <span class="cell-number" style={{ minWidth: `${numberPx}px` }}>
            {shown}
          </span>
        </span>
      ) : (
        shown
      )}
    </td>
  );
}

function linked(link: DataLink, text: string, columns: readonly Column[], row: number, state: BoardState) {
  const fields = Object.fromEntries(columns.map((column) => [column.name, String(column.values[row] ?? "")]));
  return (
    <a href={fillLink(link.url, state, fields)} title={link.title}>
      {text}
    </a>
  );
}
