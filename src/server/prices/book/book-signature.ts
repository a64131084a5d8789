import { createPublicKey, verify } from "node:crypto";
import { AppError } from "../../domain/errors.js";

/** DER of an Ed25519 public key up to its 32 bytes (RFC 8410 section 4, read 2026-11-25). */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/**
 * Checks a detached signature over the exact bytes of a document.
 * @param publicKey 32 bytes in base64
 * @param signature base64 text, blanks around it allowed
 * @throws AppError `invalid_request` when it does not belong to the bytes and the key.
 */
export function requireSignature(bytes: Uint8Array, signature: string, publicKey: string): void {
  const raw = Buffer.from(signature.trim(), "base64");
  const key = createPublicKey({
    key: Buffer.concat([SPKI_PREFIX, Buffer.from(publicKey, "base64")]),
    format: "der",
    type: "spki",
  });
  if (raw.length !== 64 || !verify(null, bytes, key, raw))
    throw new AppError("invalid_request", "The signature does not belong to this book and the expected key.");
}
