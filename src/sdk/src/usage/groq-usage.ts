import { readOpenaiShape } from "./openai-usage.js";
import { record } from "./usage-reading.js";
import type { UsageReading } from "./usage-reading.js";

/**
 * Classes of a Groq `usage`, or of a chunk that carries it in `x_groq.usage`: OpenAI's shape, the times are in seconds and not read.
 * Source: groq-sdk 1.6 types, read 2026-11-22. Never throws.
 */
export function groqUsage(raw: unknown): UsageReading {
  const inner = record(record(raw)?.["x_groq"])?.["usage"];
  return readOpenaiShape(inner ?? raw, { family: "groq" });
}
