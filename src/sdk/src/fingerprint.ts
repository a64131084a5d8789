import { createHash, randomBytes } from "node:crypto";
import * as crypto from "node:crypto";
import type { Attributes } from "@opentelemetry/api";
import { fingerprintKeySetting } from "./environment.js";
import { fingerprintMemo, MEASURED } from "./fingerprint-memo.js";
import type { FingerprintMemo, Step } from "./fingerprint-memo.js";
import { ATTR_FINGERPRINT_PREFIX, FINGERPRINT_PARTS } from "./semconv.js";
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

/**
 * Keyed hashes and sizes of a request's parts, as span attributes. No content and nothing that content can be guessed from without the
 * key. Boundary `b` entries are `<role><mark>:<bytes>:<hash>`; their hashes are chained, so that equal hashes mean an equal prefix
 * from the beginning of the prompt up to there.
 */
export function fingerprintAttributes(pieces: PromptPieces, bodyLength: number): Attributes {
  const sizesOnly = bodyLength > MAX_BODY;
  const memo = sizesOnly ? MEASURED : fingerprintMemo(chainedHash);
  const tools = partOf(memo, "tools", pieces.tools);
  const system = partOf(memo, "system", pieces.system);
  const params = memo.part("params", JSON.stringify(inOrder(pieces.params)) ?? "null").link;
  let step = memo.part("seed", `${tools?.link ?? ""}\n${system?.link ?? ""}`);
  const boundaries: string[] = [];
  for (const { role, content, mark } of pieces.blocks) {
    step = memo.after(step, role, textOf(content));
    boundaries.push(mark === null ? step.entry : `${role}${mark}${step.entry.slice(role.length)}`);
  }
  const attributes: Attributes = {
    [NAMES.params]: params,
    [NAMES.full]: sizesOnly ? "" : joined(step.link, params),
    [NAMES.boundaries]: capped(boundaries, pieces.blocks),
    [NAMES.boundaryCount]: boundaries.length,
  };
  if (tools !== null) {
    if (!sizesOnly) attributes[NAMES.tools] = tools.link;
    attributes[NAMES.toolsBytes] = bytesOf(tools, pieces.tools);
    attributes[NAMES.toolsCount] = pieces.tools.length;
  }
  if (system !== null) {
    if (!sizesOnly) attributes[NAMES.system] = system.link;
    attributes[NAMES.systemBytes] = bytesOf(system, pieces.system);
    attributes[NAMES.systemCount] = pieces.system.length;
  }
  if (sizesOnly) attributes[NAMES.sizesOnly] = true;
  else if (pieces.handles.length > 0) {
    attributes[NAMES.handles] = pieces.handles.map((handle) => keyedHash("handle", handle));
  }
  return attributes;
}

type Memo = Pick<FingerprintMemo, "part" | "after">;

/** The step over texts that stand in a row; null where there are none. */
function partOf(memo: Memo, label: string, values: readonly unknown[]): Step | null {
  return values.length === 0 ? null : memo.part(label, values.map(textOf).join("\n"));
}

/** UTF-8 bytes of the texts of a part, without what joins them. */
function bytesOf(part: Step, values: readonly unknown[]): number {
  return part.bytes - (values.length - 1);
}

/** Two hashes as one of the same length: equal where both are, and saying no more than they do. */
function joined(a: string, b: string): string {
  let both = "";
  for (let at = 0; at < HASH_DIGITS; at += 8) {
    const part = Number.parseInt(a.slice(at, at + 8), 16) ^ Number.parseInt(b.slice(at, at + 8), 16);
    both += (part >>> 0).toString(16).padStart(8, "0");
  }
  return both;
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

/** 12 bytes of SHA-256 over the key, a label and the text, the key on both sides; 24 hex digits. */
function keyedHash(label: string, text: string): string {
  const secret = fingerprintKey();
  const data = `${secret}\n${label}\n${text.length}\n${text}\n${secret}`;
  const digest = oneShot?.("sha256", data, "hex") ?? createHash("sha256").update(data).digest("hex");
  return digest.slice(0, HASH_DIGITS);
}
