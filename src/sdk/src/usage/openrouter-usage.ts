import { readOpenaiShape } from "./openai-usage.js";
import { record } from "./usage-reading.js";
import type { UsageReading } from "./usage-reading.js";

/** Classes of an OpenRouter `usage`: OpenAI's shape; its cost is read by `openrouterCost`. Never throws. */
export function openrouterUsage(raw: unknown): UsageReading {
  return readOpenaiShape(raw, { family: "openrouter" });
}

/**
 * The cost that OpenRouter states in `usage.cost`, as decimal text in USD; null when it states none. With an own upstream key this is
 * OpenRouter's fee alone: the upstream bills its part itself. Source: openrouter.ai/docs, usage accounting, 2026-11. Never throws.
 */
export function openrouterCost(raw: unknown): string | null {
  return decimalText(record(raw)?.["cost"]);
}

/** A finite number or decimal string >= 0 as plain decimal text without exponent, else null. */
export function decimalText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const text = typeof value === "number" ? String(value) : typeof value === "string" ? value.trim() : "";
  const match = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
  if (match === null) return null;
  const whole = match[1] ?? "0";
  const fraction = match[2] ?? "";
  const exponent = match[3] === undefined ? 0 : Number.parseInt(match[3], 10);
  if (Math.abs(exponent) > 40) return null;
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const padded = digits
    .padStart(digits.length + Math.max(0, -point), "0")
    .padEnd(Math.max(digits.length, point), "0");
  const cut = Math.max(0, point);
  const integer = padded.slice(0, cut).replace(/^0+(?=\d)/, "") || "0";
  const decimals = padded.slice(cut).replace(/0+$/, "");
  return decimals === "" ? integer : `${integer}.${decimals}`;
}
