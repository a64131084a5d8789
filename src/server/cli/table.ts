export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

/**
 * Rows as aligned text, one line each, two spaces between columns, no trailing spaces; a rule under the titles and, when
 * `footer` is given, above it. Widths count code points. Never throws.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  footer?: readonly string[],
): string {
  const all = [columns.map((column) => column.title), ...rows, ...(footer ? [footer] : [])];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => width(row[index] ?? ""))));
  const line = (row: readonly string[]): string =>
    columns
      .map((column, index) => pad(row[index] ?? "", widths[index] ?? 0, column.align ?? "left"))
      .join("  ")
      .trimEnd();
  const rule = widths.map((size) => "-".repeat(size)).join("  ");
  const body = [line(columns.map((column) => column.title)), rule, ...rows.map(line)];
  if (footer) body.push(rule, line(footer));
  return `${body.join("\n")}\n`;
}

function width(text: string): number {
  return Array.from(text).length;
}

function pad(text: string, size: number, align: "left" | "right"): string {
  const fill = " ".repeat(Math.max(0, size - width(text)));
  return align === "right" ? fill + text : text + fill;
}

/** A count with thousands separators: `1,234,567`. Never throws. */
export function formatCount(value: number | bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/**
 * Decimal USD text as people read it: rounded half-even to cents, or to three significant digits below one cent, with thousands
 * separators; `-` for null. Never computes with binary fractions.
 */
export function formatMoney(value: string | null): string {
  if (value === null) return "-";
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(value);
  if (!match) return value;
  const [, sign = "", whole = "0", fraction = ""] = match;
  const isSmall = /^0*$/.test(whole) && /^0[0]/.test(`${fraction}00`) && /[1-9]/.test(fraction);
  const digits = isSmall ? Math.min(12, firstDigit(fraction) + 2) : 2;
  const rounded = roundHalfEven(
    whole + fraction.padEnd(digits, "0").slice(0, digits),
    fraction.slice(digits),
  );
  const text = rounded.padStart(digits + 1, "0");
  const integer = text.slice(0, -digits);
  return `${sign}$${integer.replace(/\B(?=(\d{3})+(?!\d))/g, ",")}.${text.slice(-digits)}`;
}

/** Decimal places up to and including the first digit that is not zero. */
function firstDigit(fraction: string): number {
  return fraction.search(/[1-9]/) + 1;
}

function roundHalfEven(kept: string, dropped: string): string {
  const value = BigInt(kept);
  const half = `5${"0".repeat(Math.max(0, dropped.length - 1))}`;
  const isUp = dropped > half || (dropped === half && value % 2n === 1n);
  return (dropped !== "" && isUp ? value + 1n : value).toString();
}
