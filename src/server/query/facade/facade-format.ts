import { AppError } from "../../domain/errors.js";

/** Formats a client may ask for, with their content type. All are written whole; none reads or writes files. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  Native: "application/octet-stream",
  RowBinary: "application/octet-stream",
  RowBinaryWithNames: "application/octet-stream",
  RowBinaryWithNamesAndTypes: "application/octet-stream",
  Parquet: "application/octet-stream",
  Arrow: "application/octet-stream",
  ArrowStream: "application/octet-stream",
  JSON: "application/json; charset=UTF-8",
  JSONStrings: "application/json; charset=UTF-8",
  JSONColumns: "application/json; charset=UTF-8",
  JSONColumnsWithMetadata: "application/json; charset=UTF-8",
  JSONCompact: "application/json; charset=UTF-8",
  JSONCompactStrings: "application/json; charset=UTF-8",
  JSONCompactColumns: "application/json; charset=UTF-8",
  JSONObjectEachRow: "application/json; charset=UTF-8",
  JSONEachRow: "application/x-ndjson; charset=UTF-8",
  JSONStringsEachRow: "application/x-ndjson; charset=UTF-8",
  JSONCompactEachRow: "application/x-ndjson; charset=UTF-8",
  JSONCompactEachRowWithNames: "application/x-ndjson; charset=UTF-8",
  JSONCompactEachRowWithNamesAndTypes: "application/x-ndjson; charset=UTF-8",
  JSONCompactStringsEachRow: "application/x-ndjson; charset=UTF-8",
  JSONCompactStringsEachRowWithNames: "application/x-ndjson; charset=UTF-8",
  JSONCompactStringsEachRowWithNamesAndTypes: "application/x-ndjson; charset=UTF-8",
  CSV: "text/csv; charset=UTF-8; header=absent",
  CSVWithNames: "text/csv; charset=UTF-8; header=present",
  CSVWithNamesAndTypes: "text/csv; charset=UTF-8; header=present",
  TabSeparated: "text/tab-separated-values; charset=UTF-8",
  TabSeparatedRaw: "text/tab-separated-values; charset=UTF-8",
  TabSeparatedWithNames: "text/tab-separated-values; charset=UTF-8",
  TabSeparatedWithNamesAndTypes: "text/tab-separated-values; charset=UTF-8",
  TSV: "text/tab-separated-values; charset=UTF-8",
  TSVRaw: "text/tab-separated-values; charset=UTF-8",
  TSVWithNames: "text/tab-separated-values; charset=UTF-8",
  TSVWithNamesAndTypes: "text/tab-separated-values; charset=UTF-8",
  Pretty: "text/plain; charset=UTF-8",
  PrettyCompact: "text/plain; charset=UTF-8",
  Vertical: "text/plain; charset=UTF-8",
  Markdown: "text/markdown; charset=UTF-8",
  XML: "application/xml; charset=UTF-8",
  Null: "text/plain; charset=UTF-8",
};

const DEFAULT_FORMAT = "TabSeparated";

/**
 * The statement without its FORMAT clause, and the format of the answer: the clause, else `otherwise`, else TabSeparated.
 * @throws AppError `invalid_request` for a format that is not offered.
 */
export function splitFormat(sql: string, otherwise: string | null): { sql: string; format: string } {
  const clause = /\sFORMAT\s+([A-Za-z]\w*)\s*;?\s*$/i.exec(sql);
  const format = clause?.[1] ?? otherwise ?? DEFAULT_FORMAT;
  if (!Object.hasOwn(CONTENT_TYPES, format)) {
    throw new AppError("invalid_request", `Unknown format ${format}`, {
      engineCode: 73,
      engineError: "UNKNOWN_FORMAT",
    });
  }
  return { sql: clause === null ? sql : sql.slice(0, clause.index), format };
}

/** The content type of a format that `splitFormat` gave. */
export function contentTypeOf(format: string): string {
  return CONTENT_TYPES[format] ?? "application/octet-stream";
}
