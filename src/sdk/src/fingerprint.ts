import { createHash, randomBytes } from "node:crypto";
import * as crypto from "node:crypto";
import type { Attributes } from "@opentelemetry/api";
import { fingerprintKeySetting } from "./environment.js";
import { step } from "./fingerprint-memo.js";
import type { Step } from "./fingerprint-memo.js";
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
  const walk = bodyLength > MAX_BODY ? measured : hashed;
  const tools = pieces.tools.length === 0 ? null : pieces.tools.map(textOf);
  const system = pieces.system.length === 0 ? null : pieces.system.map(textOf);
  const toolsHash = tools === null ? "" : walk("tools", "", tools.join("\n")).link;
  const systemHash = system === null ? "" : walk("system", "", system.join("\n")).link;
  const params = walk("params", "", JSON.stringify(inOrder(pieces.params)) ?? "null").link;
  let { link } = walk("seed", "", `${toolsHash}\n${systemHash}`);
  const boundaries: string[] = [];
  for (const { role, content, mark } of pieces.blocks) {
    const next = walk(link, role, textOf(content));
    link = next.link;
    boundaries.push(mark === null ? role + next.suffix : `${role}${mark}${next.suffix}`);
  }
  const attributes: Attributes = {
    [NAMES.params]: params,
    [NAMES.full]: walk === measured ? "" : keyedHash("full", `${link}\n${params}`),
    [NAMES.boundaries]: capped(boundaries, pieces.blocks),
    [NAMES.boundaryCount]: boundaries.length,
  };
  if (tools !== null) {
    if (toolsHash !== "") attributes[NAMES.tools] = toolsHash;
    attributes[NAMES.toolsBytes] = bytesOf(tools);
    attributes[NAMES.toolsCount] = tools.length;
  }
  if (system !== null) {
    if (systemHash !== "") attributes[NAMES.system] = systemHash;
    attributes[NAMES.systemBytes] = bytesOf(system);
    attributes[NAMES.systemCount] = system.length;
  }
  if (walk === measured) attributes[NAMES.sizesOnly] = true;
  else if (pieces.handles.length > 0) {
    attributes[NAMES.handles] = pieces.handles.map((handle) => keyedHash("handle", handle));
  }
  return attributes;
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

/** The next step of a chain. */
function hashed(label: string, role: string, text: string): Step {
  return step(label, role, text, () => {
    const link = keyedHash(label, role === "" ? text : `${role}\n${text}`);
    return { role, text, link, suffix: `:${Buffer.byteLength(text)}:${link}` };
  });
}

/** The same without hashes. */
function measured(_label: string, role: string, text: string): Step {
  return { role, text, link: "", suffix: `:${Buffer.byteLength(text)}:` };
}

const NAMES = Object.fromEntries(
  Object.entries(FINGERPRINT_PARTS).map(([part, suffix]) => [part, ATTR_FINGERPRINT_PREFIX + suffix]),
) as Record<keyof typeof FINGERPRINT_PARTS, string>;

function bytesOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

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

/** 12 bytes of SHA-256 over the key, a label and the text, the key on both sides; 24 hex digits. */
function keyedHash(label: string, text: string): string {
  const secret = fingerprintKey();
  const data = `${secret}\n${label}\n${text.length}\n${text}\n${secret}`;
  const digest = oneShot?.("sha256", data, "hex") ?? createHash("sha256").update(data).digest("hex");
  return digest.slice(0, 24);
}
