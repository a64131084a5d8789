import { createHash } from "node:crypto";
import { z } from "zod";
import { AppError } from "../../domain/errors.js";
import { buildPriceBook } from "../../pricing/price-book.js";
import { type PriceFile, priceFileSchema } from "../../pricing/price-book.schema.js";

/** A downloaded book is at most so large. */
export const MAX_BOOK_BYTES = 8 * 1024 * 1024;

const documentSchema = z.strictObject({
  format: z.literal("spanledger-price-book/1"),
  version: z.string().regex(/^\d{4}\.\d{2}\.\d{2}-\d+$/, "must be YYYY.MM.DD-n"),
  files: z.array(priceFileSchema).min(1).max(500),
});

/** A price book as one document. */
export interface BookDocument {
  version: string;
  files: PriceFile[];
}

/** Hex SHA-256 of a document's bytes. */
export function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * The book of a document's bytes, whole and consistent in itself.
 * @throws AppError `invalid_request` in clear words: not JSON or cut off, not the schema, rates that overlap, ids claimed twice.
 */
export function parseBookDocument(bytes: Uint8Array): BookDocument {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new AppError("invalid_request", "The download is no JSON, or was cut off.", {}, { cause: error });
  }
  const parsed = documentSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.map(String).join(".") ?? "";
    const count = parsed.error.issues.length;
    const more = count > 1 ? ` (and ${count - 1} more problems)` : "";
    throw new AppError(
      "invalid_request",
      `The book does not fit the schema: ${where}: ${issue?.message}${more}`,
    );
  }
  compiled(parsed.data.version, parsed.data.files);
  return { version: parsed.data.version, files: parsed.data.files };
}

/** The compiled book. @throws AppError `invalid_request` with the details in its message */
export function compiled(version: string, files: readonly PriceFile[]) {
  try {
    return buildPriceBook(version, files);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const details = Object.values(error.details).flat().map(String).join(", ");
    throw new AppError("invalid_request", `${error.message} (${details})`, error.details, { cause: error });
  }
}

/** Ascending order of versions `YYYY.MM.DD-n`; the empty text comes first. Never throws. */
export function compareVersions(a: string, b: string): number {
  const parts = (text: string): number[] => text.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0);
  const [left, right] = [parts(a), parts(b)];
  for (let index = 0; index < 4; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** When a version was released: the start of its day, UTC, in milliseconds since the epoch. */
export function releasedMs(version: string): number {
  return Date.parse(`${version.slice(0, 10).replaceAll(".", "-")}T00:00:00Z`);
}
