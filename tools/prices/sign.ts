/**
 * Makes and signs price books for download:
 * `sign.ts keygen KEYFILE`, `sign.ts pack DIRECTORY BOOK.json`, `sign.ts sign KEYFILE BOOK.json`, `sign.ts verify PUBLIC-KEY BOOK.json`.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseBookDocument } from "../../src/server/prices/book/book-document.js";
import { requireSignature } from "../../src/server/prices/book/book-signature.js";
import { readBookFiles } from "../../src/server/pricing/load-book.js";

/** Raw Ed25519 public key in base64. */
export function rawPublicKey(key: KeyObject): string {
  const der = key.export({ format: "der", type: "spki" });
  return der.subarray(-32).toString("base64");
}

/** The document of a book's directory, as text. @throws AppError when the book contradicts itself */
export function packBook(directory: string): string {
  const { version, files } = readBookFiles(pathToFileURL(`${resolve(directory)}/`));
  const text = `${JSON.stringify({ format: "spanledger-price-book/1", version, files })}\n`;
  parseBookDocument(Buffer.from(text));
  return text;
}

/** Detached signature of bytes in base64. */
export function signBook(privateKeyPem: string, bytes: Uint8Array): string {
  return sign(null, bytes, createPrivateKey(privateKeyPem)).toString("base64");
}

const USAGE = `usage: sign.ts keygen KEYFILE
       sign.ts pack DIRECTORY BOOK.json
       sign.ts sign KEYFILE BOOK.json
       sign.ts verify PUBLIC-KEY BOOK.json`;

function keygen(keyFile: string): void {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ format: "pem", type: "pkcs8" });
  writeFileSync(keyFile, pem, { mode: 0o600, flag: "wx" });
  console.log(rawPublicKey(publicKey));
}

function main([action, first, second]: readonly string[]): number {
  if (first === undefined || (second === undefined && action !== "keygen")) {
    console.error(USAGE);
    return 2;
  }
  const book = second ?? "";
  if (action === "keygen") keygen(first);
  else if (action === "pack") writeFileSync(book, packBook(first));
  else if (action === "sign")
    writeFileSync(`${book}.sig`, `${signBook(readFileSync(first, "utf8"), readFileSync(book))}\n`);
  else if (action === "verify") {
    requireSignature(readFileSync(book), readFileSync(`${book}.sig`, "utf8"), first);
    console.log("The signature is good.");
  } else {
    console.error(USAGE);
    return 2;
  }
  return 0;
}

if (process.argv[1]?.endsWith("sign.ts") === true) process.exitCode = main(process.argv.slice(2));
