/** One way to read a model string as an id of the book; tried in order, compared whole. */
export interface IdCandidate {
  id: string;
  rule: string;
}

/** What a provider's grammar says about a model string. */
export interface ModelReading {
  candidates: readonly IdCandidate[];
  /** Geography or location that the string carries. */
  geo: string | null;
  /** Why the string can never name a model by itself. */
  opaque: "model_unknown" | "commitment_tier" | null;
}

/** The string as it stands. */
export const plain = (id: string, rule = "exact"): ModelReading => ({
  candidates: [{ id, rule }],
  geo: null,
  opaque: null,
});

/** A string that the account chose: it never names a model by itself. */
export const opaque = (reason: "model_unknown" | "commitment_tier"): ModelReading => ({
  candidates: [],
  geo: null,
  opaque: reason,
});

/**
 * Claude Code asks for the long context by `[1m]` behind the id; the price follows from the prompt's size, not from the word.
 * Source: Claude Code model configuration, 2026-11.
 */
export const CONTEXT_WORD = /\[1m\]$/i;
