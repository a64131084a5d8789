import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { AppError } from "../domain/errors.js";
import { buildPriceBook } from "./price-book.js";
import type { PriceBook } from "./price-book.js";
import { type PriceFile, priceFileSchema, priceManifestSchema } from "./price-book.schema.js";

const BUNDLED = new URL("./price-book/", import.meta.url);

/**
 * The price book that comes with the package. Its version is the manifest's `YYYY.MM.DD-n` and the first 12 hex digits of the SHA-256
 * over its files in manifest order.
 * @throws AppError `invalid_request` when a file does not fit the schema or the rates contradict each other.
 */
export function loadBundledBook(): PriceBook {
  return loadBook(BUNDLED);
}

/**
 * The price book of a directory with a `book.json` manifest.
 * @param directory file URL that ends with a slash
 * @throws AppError `invalid_request` as `loadBundledBook`; an Error of the file system when a file is missing.
 */
export function loadBook(directory: URL): PriceBook {
  const { version, files, digest } = readBookFiles(directory);
  return buildPriceBook(`${version}+${digest}`, files);
}

/** The files of the bundled book. @throws as `loadBundledBook` */
export function readBundledFiles(): BookFiles {
  return readBookFiles(BUNDLED);
}

export interface BookFiles {
  /** `YYYY.MM.DD-n`. */
  version: string;
  files: PriceFile[];
  /** First 12 hex digits of the SHA-256 over the files. */
  digest: string;
}

/** The files of a book's directory. @throws as `loadBook` */
export function readBookFiles(directory: URL): BookFiles {
  const manifest = parsed(
    priceManifestSchema,
    readFileSync(new URL("book.json", directory), "utf8"),
    "book.json",
  );
  const hash = createHash("sha256");
  const files = manifest.files.map((name) => {
    const text = readFileSync(new URL(name, directory), "utf8");
    hash.update(text);
    return parsed(priceFileSchema, text, name);
  });
  return { version: manifest.version, files, digest: hash.digest("hex").slice(0, 12) };
}

interface Parser<T> {
  safeParse(
    value: unknown,
  ):
    | { success: true; data: T }
    | { success: false; error: { issues: readonly { path: PropertyKey[]; message: string }[] } };
}

function parsed<T>(schema: Parser<T>, text: string, name: string): T {
  const result = schema.safeParse(JSON.parse(text));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new AppError("invalid_request", `price book file ${name} does not fit the schema`, {
    path: issue?.path.map(String).join("."),
    problem: issue?.message,
    problems: result.error.issues.length,
  });
}
