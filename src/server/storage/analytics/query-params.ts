import { AppError } from "../../domain/errors.js";
import type { QueryParam, QueryParams } from "./analytics-store.js";

/**
 * A SQL string literal: quotes, backslashes and control characters escaped, so that the text cannot end the literal.
 * Never throws.
 */
export function stringLiteral(text: string): string {
  const escaped = text.replace(/[\\'\n\r\t\0\b\f]/g, (character) => ESCAPES[character] ?? character);
  return `'${escaped}'`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\0": "\\0",
  "\b": "\\b",
  "\f": "\\f",
};

/**
 * `param_x='…'` assignments of a SET statement: the same text that the HTTP client would send as URL parameters, then quoted.
 * @throws AppError `internal` for a name that is no identifier.
 */
export function paramAssignments(params: QueryParams): string[] {
  return Object.entries(params).map(([name, value]) => assignment(`param_${name}`, paramText(value)));
}

/**
 * `name='…'` of a SET statement.
 * @throws AppError `internal` for a name that is no identifier.
 */
export function assignment(name: string, value: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new AppError("internal", "Not a setting's name", { name });
  return `${name}=${stringLiteral(value)}`;
}

/**
 * A bound value in ClickHouse's escaped text form, as its HTTP interface takes it (parameters of queries,
 * https://clickhouse.com/docs/interfaces/http, read 2026-11-22). Never throws.
 */
export function paramText(value: QueryParam): string {
  if (value === null) return "\\N";
  if (typeof value === "string") return escapeText(value);
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map(element).join(",")}]`;
  const pairs = Object.entries(value).map(([key, item]) => `${element(key)}:${element(item)}`);
  return `{${pairs.join(",")}}`;
}

function isList(value: object): value is readonly (string | number | bigint)[] {
  return Array.isArray(value);
}

function element(value: string | number | bigint): string {
  return typeof value === "string" ? `'${escapeText(value)}'` : String(value);
}

function escapeText(text: string): string {
  return text.replace(/[\\'\n\r\t]/g, (character) => ESCAPES[character] ?? character);
}
