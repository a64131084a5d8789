import type { PanelResult } from "../api/types.js";

/** A cell that no spreadsheet takes for a formula, quoted when it must be. Numbers, negative ones included, stay numbers. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value as string | number);
  const isNumber = text !== "" && Number.isFinite(Number(text));
  const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The rows as the server gave them, decimals unrounded, in RFC 4180 CSV with a heading line. */
export function toCsv(result: Pick<PanelResult, "columns" | "rows">): string {
  const lines = [result.columns.map((column) => column.name), ...result.rows];
  return lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
}
