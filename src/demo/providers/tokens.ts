import { createHash } from "node:crypto";
import type { Reply, SeenRequest, Tokens } from "./script.js";

const NONE: Required<Tokens> = {
  input: 0,
  inputAudio: 0,
  inputImage: 0,
  inputTool: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  cacheWriteOther: 0,
  output: 0,
  reasoning: 0,
  outputAudio: 0,
  outputImage: 0,
  webSearches: 0,
};

/** The 32-bit number that a text always gives: for ids and counts that look random and never change. Never throws. */
export function stableNumber(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0);
}

/** Lower-case hex of `length` characters that a text always gives (at most 64). Never throws. */
export function stableHex(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}

/**
 * The disjoint counts of a reply: as given, else derived from the request (one input token per 4 bytes of body, 16 to 271
 * output tokens). The same request gives the same counts. Never throws.
 */
export function tokensOf(request: SeenRequest, reply: Reply): Required<Tokens> {
  if (reply.tokens) return { ...NONE, ...reply.tokens };
  const seed = stableNumber(JSON.stringify(request.body));
  return { ...NONE, input: Math.ceil(request.bodyBytes / 4), output: 16 + (seed % 256) };
}

/** Prompt tokens of every class together. */
export function inputTotal(tokens: Required<Tokens>): number {
  return (
    tokens.input +
    tokens.inputAudio +
    tokens.inputImage +
    tokens.inputTool +
    tokens.cacheRead +
    tokens.cacheWrite5m +
    tokens.cacheWrite1h +
    tokens.cacheWriteOther
  );
}

/** Output tokens of every class together. */
export function outputTotal(tokens: Required<Tokens>): number {
  return tokens.output + tokens.reasoning + tokens.outputAudio + tokens.outputImage;
}

const WORDS = "the ledger counts every call once and says what it knows about each of them".split(" ");

/** The answer's text: as given or a few stable words, followed by `padBytes` of filler. */
export function textOf(request: SeenRequest, reply: Reply): string {
  const text =
    reply.text ?? Array.from({ length: 12 }, (_, i) => WORDS[(request.index + i) % WORDS.length]).join(" ");
  return reply.padBytes ? text + " ".padEnd(reply.padBytes, "lorem ipsum ") : text;
}

/** A text cut into `count` pieces of nearly equal length (fewer when it is shorter), in order; joined they give it back. */
export function piecesOf(text: string, count: number): string[] {
  const size = Math.max(1, Math.ceil(text.length / Math.max(1, count)));
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += size) pieces.push(text.slice(at, at + size));
  return pieces;
}
