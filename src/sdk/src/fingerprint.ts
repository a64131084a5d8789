import { createHash, randomBytes } from "node:crypto";
import * as crypto from "node:crypto";
import type { Attributes } from "@opentelemetry/api";
import { fingerprintKeySetting } from "./environment.js";
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
  const hash = sizesOnly ? () => "" : keyedHash;
  const tools = pieces.tools.map(textOf);
  const system = pieces.system.map(textOf);
  const toolsHash = tools.length === 0 ? "" : hash("tools", tools.join("\n"));
  const systemHash = system.length === 0 ? "" : hash("system", system.join("\n"));
  const params = hash("params", JSON.stringify(inOrder(pieces.params)) ?? "null");
  let link = hash("seed", `${toolsHash}\n${systemHash}`);
  const boundaries = pieces.blocks.map((block) => {
    const text = textOf(block.content);
    link = sizesOnly ? "" : keyedHash(link, `${block.role}\n${text}`);
    return boundary(block, text, link);
  });
  const attributes: Attributes = {
    [name("params")]: params,
    [name("full")]: hash("full", `${link}\n${params}`),
    [name("boundaries")]: capped(boundaries, pieces.blocks),
    [name("boundaryCount")]: boundaries.length,
  };
  if (tools.length > 0) {
    if (toolsHash !== "") attributes[name("tools")] = toolsHash;
    attributes[name("toolsBytes")] = bytesOf(tools);
    attributes[name("toolsCount")] = tools.length;
  }
  if (system.length > 0) {
    if (systemHash !== "") attributes[name("system")] = systemHash;
    attributes[name("systemBytes")] = bytesOf(system);
    attributes[name("systemCount")] = system.length;
  }
  if (pieces.handles.length > 0 && !sizesOnly) {
    attributes[name("handles")] = pieces.handles.map((handle) => hash("handle", handle));
  }
  if (sizesOnly) attributes[name("sizesOnly")] = true;
  return attributes;
}

function name(part: keyof typeof FINGERPRINT_PARTS): string {
  return ATTR_FINGERPRINT_PREFIX + FINGERPRINT_PARTS[part];
}

function bytesOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

/** Parameters in the order of their names: how a request was put together does not matter. */
function inOrder(params: unknown): unknown {
  if (!Array.isArray(params) || !params.every((entry) => Array.isArray(entry))) return params;
  return (params as [string, unknown][]).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function boundary(block: PromptBlock, text: string, link: string): string {
  return `${block.role}${block.mark ?? ""}:${Buffer.byteLength(text)}:${link}`;
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
