import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PREFIX_LENGTH = 10;
/** 43 characters of 62 hold 256 bits. */
const SECRET_LENGTH = 43;
const KEY = /^sl_([0-9A-Za-z]{10})_([0-9A-Za-z]{43})$/;

export interface NewApiKey {
  /** The whole key: shown once, never stored. */
  key: string;
  /** Its public part. */
  prefix: string;
  /** SHA-256 of the whole key, hex. */
  hash: string;
}

/** A fresh key `sl_<prefix>_<secret>` with 256 random bits. */
export function createApiKey(): NewApiKey {
  const prefix = randomText(PREFIX_LENGTH);
  const key = `sl_${prefix}_${randomText(SECRET_LENGTH)}`;
  return { key, prefix, hash: hashSecret(key) };
}

/** The prefix of a well-formed key, else null. Says nothing about whether the key exists. Never throws. */
export function apiKeyPrefix(text: string): string | null {
  return KEY.exec(text)?.[1] ?? null;
}

/** SHA-256, hex. Fit for secrets of 256 random bits only. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret, "utf8").digest("hex");
}

/** Whether two texts are equal, in time that depends on neither. Never throws. */
export function equalSecrets(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash("sha256").update(text, "utf8").digest();
  return timingSafeEqual(hash(a), hash(b));
}

/** Uniform over the alphabet: bytes that would favour its first letters are dropped. */
export function randomText(length: number): string {
  let text = "";
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < 248 && text.length < length) text += ALPHABET[byte % 62] ?? "";
    }
  }
  return text;
}
