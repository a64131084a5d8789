import { createHash, randomBytes } from "node:crypto";
import * as crypto from "node:crypto";
import { fingerprintKeySetting } from "./environment.js";
import { fingerprintMemo, MEASURED } from "./fingerprint-memo.js";
import type { FingerprintMemo } from "./fingerprint-memo.js";
import { ATTR_FINGERPRINT_PREFIX, FINGERPRINT_PARTS } from "./semconv.js";
import type { AttributeSink } from "./span-data.js";
import type { PromptBlock, PromptPieces } from "./wire/family.js";

/** Prompts beyond this are described by their sizes alone, so that hashing stays cheap. */
const MAX_BODY = 1_048_576;
/** Boundaries kept: the first few, the last many, and every marked one. */
const FIRST = 4;
const LAST = 32;
const MAX_MARKS = 8;

let key: string | undefined;

/** `SPANLEDGER_FINGERPRINT_KEY`, else a random key of this process: hashes then compare only within the process. */
function fingerprintKey(): string {
  key ??= fingerprintKeySetting() ?? randomBytes(24).toString("base64");
  return key;
}

/** Keyed hashes and sizes of a request's parts. No content and nothing that content can be guessed from without the key. */
export interface Fingerprint {
  readonly params: string;
  readonly full: string;
  /**
   * `<role><mark>:<bytes>:<hash>`; the hashes are chained, so that equal hashes mean an equal prefix from the beginning of the prompt up
   * to there.
   */
  readonly boundaries: readonly string[];
  readonly boundaryCount: number;
  readonly tools: Part | null;
  readonly system: Part | null;
  readonly sizesOnly: boolean;
  readonly handles: readonly string[];
}

/** Texts that stand in a row: their hash, UTF-8 bytes and number. */
interface Part {
  hash: string;
  bytes: number;
  count: number;
}

/** The fingerprint of a request whose body has `bodyLength` characters. */
export function fingerprintOf(pieces: PromptPieces, bodyLength: number): Fingerprint {
  const sizesOnly = bodyLength > MAX_BODY;
  const memo = sizesOnly ? MEASURED : fingerprintMemo(chainedHash);
  const tools = partOf(memo, "tools", pieces.tools);
  const system = partOf(memo, "system", pieces.system);
  const params = memo.part("params", JSON.stringify(inOrder(pieces.params)) ?? "null").link;
  let step = memo.part("seed", `${tools?.hash ?? ""}\n${system?.hash ?? ""}`);
  const boundaries: string[] = [];
  for (const { role, content, mark } of pieces.blocks) {
    step = memo.after(step, role, textOf(content));
    boundaries.push(mark === null ? step.entry : `${role}${mark}${step.entry.slice(role.length)}`);
  }
  return {
    params,
    full: sizesOnly ? "" : step.link.slice(0, FULL_OF_CHAIN) + params.slice(0, HASH_DIGITS - FULL_OF_CHAIN),
    boundaries: capped(boundaries, pieces.blocks),
    boundaryCount: boundaries.length,
    tools,
    system,
    sizesOnly,
    handles: sizesOnly ? [] : pieces.handles.map((handle) => keyedHash("handle", handle)),
  };
}

/** Puts what is known of a fingerprint as span attributes. */
export function putFingerprint(sink: AttributeSink, print: Fingerprint): void {
  sink.put(NAMES.params, print.params);
  sink.put(NAMES.full, print.full);
  sink.put(NAMES.boundaries, print.boundaries);
  sink.put(NAMES.boundaryCount, print.boundaryCount);
  const { tools, system } = print;
  if (tools !== null) {
    if (!print.sizesOnly) sink.put(NAMES.tools, tools.hash);
    sink.put(NAMES.toolsBytes, tools.bytes);
    sink.put(NAMES.toolsCount, tools.count);
  }
  if (system !== null) {
    if (!print.sizesOnly) sink.put(NAMES.system, system.hash);
    sink.put(NAMES.systemBytes, system.bytes);
    sink.put(NAMES.systemCount, system.count);
  }
  if (print.sizesOnly) sink.put(NAMES.sizesOnly, true);
  if (print.handles.length > 0) sink.put(NAMES.handles, print.handles);
}

type Memo = Pick<FingerprintMemo, "part" | "after">;

/** The part that `values` make up; null where there are none. */
function partOf(memo: Memo, label: string, values: readonly unknown[]): Part | null {
  if (values.length === 0) return null;
  const count = values.length;
  const { link, bytes } = memo.part(label, values.map(textOf).join("\n"));
  return { hash: link, bytes: bytes - (count - 1), count };
}

/** Whether nobody can change the pieces any more: texts and plain values alone. */
export function isSettled(pieces: PromptPieces): boolean {
  return (
    pieces.tools.length === 0 &&
    pieces.system.every(isText) &&
    pieces.blocks.every(({ content }) => isText(content)) &&
    Array.isArray(pieces.params) &&
    (pieces.params as unknown[]).every((entry) => Array.isArray(entry) && isPlain(entry[1]))
  );
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isPlain(value: unknown): boolean {
  return (
    value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean"
  );
}

const NAMES = Object.fromEntries(
  Object.entries(FINGERPRINT_PARTS).map(([part, suffix]) => [part, ATTR_FINGERPRINT_PREFIX + suffix]),
) as Record<keyof typeof FINGERPRINT_PARTS, string>;

/** Parameters in the order of their names: how a request was put together does not matter. */
function inOrder(params: unknown): unknown {
  if (!Array.isArray(params) || !params.every((entry) => Array.isArray(entry))) return params;
  return (params as [string, unknown][]).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** First and last boundaries and the marked ones, in order, each with its index in front when some were left out. */
function capped(boundaries: string[], blocks: readonly PromptBlock[]): string[] {
  if (boundaries.length <= FIRST + LAST) return boundaries;
  let marks = 0;
  return boundaries.flatMap((entry, index) => {
    const edge = index < FIRST || index >= boundaries.length - LAST;
    const marked = blocks[index]?.mark !== null && marks < MAX_MARKS;
    if (!edge && !marked) return [];
    if (!edge) marks += 1;
    return [`${index}=${entry}`];
  });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

type OneShot = (algorithm: string, data: string, encoding: "hex") => string;
const oneShot = (crypto as unknown as { hash?: OneShot }).hash;

/** Of a text in its role, after what `label` stands for. */
function chainedHash(label: string, role: string, text: string): string {
  return keyedHash(label, role === "" ? text : `${role}\n${text}`);
}

const HASH_DIGITS = 24;
/** Of `full`, the digits that the chain has in it; the others are those of the parameters. */
const FULL_OF_CHAIN = 16;

/** 12 bytes of SHA-256 over the key, a label and the text, the key on both sides; 24 hex digits. */
function keyedHash(label: string, text: string): string {
  const secret = fingerprintKey();
  const data = `${secret}\n${label}\n${text.length}\n${text}\n${secret}`;
  const digest = oneShot?.("sha256", data, "hex") ?? createHash("sha256").update(data).digest("hex");
  return digest.slice(0, HASH_DIGITS);
}
