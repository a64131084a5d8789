import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Credentials } from "../../auth/credentials.js";
import { AppError } from "../../domain/errors.js";

/** A query as ClickHouse's HTTP interface takes it (https://clickhouse.com/docs/interfaces/http, read 2026-11-22). */
export interface FacadeQuery {
  sql: string;
  /** `param_x` in escaped text form, keyed by x. */
  rawParams: Record<string, string>;
  /** Settings that only change how the answer is written. */
  settings: Record<string, string>;
  defaultFormat: string | null;
  maxSeconds: number;
  maxRows: number;
  queryId: string | null;
  /** Native protocol revision the client announces; 0 for none. */
  clientRevision: number;
  wantsGzip: boolean;
}

const MAX_SQL_BYTES = 256 * 1024;
const MAX_SECONDS = 60;
const MAX_ROWS = 1_000_000;

/** Settings of a client that are honoured. Others are ignored: they tune a server that is not there. */
const OUTPUT_SETTINGS = new Set([
  "date_time_output_format",
  "output_format_json_quote_64bit_integers",
  "output_format_json_quote_64bit_floats",
  "output_format_json_quote_decimals",
  "output_format_json_quote_denormals",
  "output_format_json_named_tuples_as_objects",
  "output_format_decimal_trailing_zeros",
  "output_format_native_write_json_as_string",
  "output_format_binary_write_json_as_string",
  "output_format_arrow_string_as_string",
  "output_format_parquet_string_as_string",
]);

/**
 * The query in a request, its body read and unpacked.
 * @throws AppError `payload_too_large`, `unsupported_media_type` for packed or multipart bodies that are not gzip, `invalid_request`.
 */
export async function readFacadeQuery(request: IncomingMessage, url: URL): Promise<FacadeQuery> {
  const { searchParams } = url;
  if (searchParams.get("compress") === "1" || searchParams.get("decompress") === "1") {
    throw new AppError("unsupported_media_type", "Block compression is not offered; use gzip or none");
  }
  const body = request.method === "POST" ? await readBody(request) : "";
  const sql = `${searchParams.get("query") ?? ""}${body === "" ? "" : `\n${body}`}`.trim();
  return {
    sql,
    ...namedValues(searchParams),
    defaultFormat: one(request.headers["x-clickhouse-format"]) ?? searchParams.get("default_format"),
    maxSeconds: bounded(searchParams.get("max_execution_time"), MAX_SECONDS),
    maxRows: bounded(searchParams.get("max_result_rows"), MAX_ROWS),
    queryId: searchParams.get("query_id"),
    clientRevision: bounded(searchParams.get("client_protocol_version"), 1_000_000, 0),
    wantsGzip: /\bgzip\b/.test(one(request.headers["accept-encoding"]) ?? ""),
  };
}

function namedValues(searchParams: URLSearchParams): Pick<FacadeQuery, "rawParams" | "settings"> {
  const rawParams: Record<string, string> = {};
  const settings: Record<string, string> = {};
  for (const [name, value] of searchParams) {
    const param = /^param_([A-Za-z_][A-Za-z0-9_]*)$/.exec(name)?.[1];
    if (param !== undefined) rawParams[param] = value;
    else if (OUTPUT_SETTINGS.has(name) && /^\w{1,32}$/.test(value)) settings[name] = value;
  }
  return { rawParams, settings };
}

/**
 * Who sends it: ClickHouse's user and key headers, Basic, Bearer, or the parameters `user` and `password`. The password is an API key;
 * the user name is only a name, and the user `default` without a password shows nothing.
 */
export function facadeCredentials(request: IncomingMessage, url: URL): Credentials {
  const password =
    one(request.headers["x-clickhouse-key"]) || url.searchParams.get("password") || basicPassword(request);
  const bearer = /^bearer /i.test(one(request.headers["authorization"]) ?? "");
  return {
    key: one(request.headers["x-spanledger-key"]) ?? (password || undefined),
    authorization: bearer ? one(request.headers["authorization"]) : undefined,
    cookie: undefined,
    project: undefined,
    remoteAddress: request.socket.remoteAddress ?? "",
  };
}

function basicPassword(request: IncomingMessage): string {
  const value = /^basic (.+)$/i.exec(one(request.headers["authorization"]) ?? "")?.[1];
  if (value === undefined) return "";
  return Buffer.from(value, "base64").toString("utf8").split(":").slice(1).join(":");
}

async function readBody(request: IncomingMessage): Promise<string> {
  if (/multipart\//i.test(one(request.headers["content-type"]) ?? "")) {
    throw new AppError("unsupported_media_type", "Multipart bodies are not offered");
  }
  const encoding = (one(request.headers["content-encoding"]) ?? "identity").toLowerCase();
  if (encoding === "identity") return readText(request);
  if (encoding !== "gzip")
    throw new AppError("unsupported_media_type", `Content-Encoding ${encoding} is not offered`);
  const unpacked = request.pipe(createGunzip());
  try {
    return await readText(unpacked);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("invalid_request", "The body is no gzip", {}, { cause: error });
  }
}

async function readText(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_SQL_BYTES) throw new AppError("payload_too_large", "The statement is too long");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** A whole number between 1 and `most`; `otherwise` (the most) when it is none, or 0, which in ClickHouse means no limit. */
function bounded(text: string | null, most: number, otherwise: number = most): number {
  const value = Math.ceil(Number(text ?? ""));
  return Number.isFinite(value) && value > 0 ? Math.min(value, most) : otherwise;
}

function one(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.[0];
}
