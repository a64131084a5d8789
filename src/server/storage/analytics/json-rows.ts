import { AppError } from "../../domain/errors.js";

/**
 * The body of a JSONEachRow insert: rows joined by exactly one line break. A blank line would end the data of an inline
 * INSERT and have the rest executed as SQL (measured on chDB 3.4), so nothing but one-line JSON objects gets through.
 * @throws AppError `internal` naming the index of a row that is empty, has a raw line break or is no JSON object.
 */
export function frameJsonRows(rows: readonly string[]): string {
  for (const [index, row] of rows.entries()) {
    const isOneObject =
      row.startsWith("{") && row.endsWith("}") && !row.includes("\n") && !row.includes("\r");
    if (!isOneObject) {
      throw new AppError("internal", "A row to insert is not a one-line JSON object", { index });
    }
  }
  return `${rows.join("\n")}\n`;
}

/**
 * A table or view name that may stand in SQL.
 * @throws AppError `internal` for anything but a plain identifier.
 */
export function tableName(name: string): string {
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) throw new AppError("internal", "Not a table name", { name });
  return name;
}
