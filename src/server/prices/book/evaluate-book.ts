import { AppError } from "../../domain/errors.js";
import type { PriceFile } from "../../pricing/price-book.schema.js";
import { mergeBook, type MergedBook } from "./merge-book.js";
import type { RateMove } from "./rate-moves.js";

/** What a book changes, for people to read. */
export interface BookChanges {
  addedModels: number;
  addedRates: number;
  changedRates: number;
  /** Wait for a decision. */
  heldRates: Omit<RateMove, "size">[];
  rejectedRates: Omit<RateMove, "size">[];
}

export interface EvaluatedBook {
  resolved: PriceFile[];
  changes: BookChanges;
}

const SHOWN = 3;
/** Held rates that are listed one by one. */
const MAX_LISTED = 1000;

/**
 * What a consistent book may change by itself: everything but prices that move far, which are held.
 * @param readAtMs see MergeOptions
 * @param approved true: nothing is held any more
 * @throws AppError `invalid_request` when a price in force moves by more than ten times.
 */
export function evaluateBook(
  base: readonly PriceFile[],
  addition: readonly PriceFile[],
  options: { readAtMs: number | null; nowMs: number; approved: boolean },
): EvaluatedBook {
  const merge = (held: ReadonlySet<string>): MergedBook => mergeBook(base, addition, { ...options, held });
  const all = merge(new Set());
  if (options.approved) return { resolved: all.resolved, changes: changesOf(all, []) };
  const absurd = all.moves.filter(({ size }) => size === "absurd");
  if (absurd.length > 0) {
    const list = absurd.slice(0, SHOWN).map(({ rate, from, to }) => `${rate} from ${from} to ${to}`);
    const more = absurd.length > SHOWN ? ` and ${absurd.length - SHOWN} more` : "";
    const message = `Prices in force would move by more than ten times: ${list.join("; ")}${more}. State them as overrides if they are right.`;
    throw new AppError("invalid_request", message);
  }
  const large = all.moves.filter(({ size }) => size === "large");
  if (large.length === 0) return { resolved: all.resolved, changes: changesOf(all, []) };
  const rest = merge(new Set(large.map(({ rate }) => rate)));
  return { resolved: rest.resolved, changes: changesOf(all, large) };
}

function changesOf(all: MergedBook, held: readonly RateMove[]): BookChanges {
  return {
    addedModels: all.addedModels,
    addedRates: all.addedRates,
    changedRates: all.moves.length - held.length,
    heldRates: held.slice(0, MAX_LISTED).map(({ rate, from, to }) => ({ rate, from, to })),
    rejectedRates: [],
  };
}
