import { createHash } from "node:crypto";

/**
 * Ids of a record that every process which sees a result makes alike, so that a ledger keeps one of them; lower-case hex. The empty parent
 * is none.
 */
export interface ResultIds {
  traceId: string;
  spanId: string;
  parentSpanId: string;
}

/** Ids shorter than this are not unique: small servers count, or say the same each time. */
const UNIQUE_ID_CHARS = 12;

/** Ids of the result `id` of the server `host`, a trace of its own; null where the id does not tell it from others. */
export function resultIds(host: string, id: string): ResultIds | null {
  if (id.length < UNIQUE_ID_CHARS) return null;
  const digest = digestOf(`${host} ${id}`);
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48), parentSpanId: "" };
}

/** Ids of the total of a batch job, known by its result file; null where that is not unique. */
export function totalIds(host: string, file: string): ResultIds | null {
  return resultIds(host, `total of ${file}`);
}

/**
 * Ids of a line of a result file, below the total of the job: a ledger that gets both, from whomever, counts the lines. As `resultIds`
 * where only the file's id is not unique.
 */
export function lineIds(host: string, file: string, id: string): ResultIds | null {
  const own = resultIds(host, id);
  const total = file.length < UNIQUE_ID_CHARS ? null : totalIds(host, file);
  if (own === null || total === null) return own;
  return { traceId: total.traceId, spanId: own.spanId, parentSpanId: total.spanId };
}

/** Ids of a part of a result that has a record of its own, beside it. */
export function partIds(ids: ResultIds | null, part: string): ResultIds | null {
  return ids === null ? null : { ...ids, spanId: digestOf(`${ids.spanId} ${part}`).slice(0, 16) };
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
