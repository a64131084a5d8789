import { idForm, readModelId } from "./model-grammar.js";
import type { PriceBook, ProviderBook } from "./price-book.js";

/** Edit distance of two texts, or `limit + 1` as soon as it must exceed the limit. Never throws. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const swap = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(swap, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? limit + 1;
}

/** An id without what only tells versions of one model apart: dates, `-v1`, `@001`. */
const unversioned = (id: string): string =>
  id
    .replace(/(?<=.)@.*$/, "")
    .replace(/-v\d+$/, "")
    .replace(/-(?:\d{4}-\d{2}-\d{2}|\d{8}|\d{4})$/, "");

/** A listed version of a model that is listed in versions only. */
function versionOf(known: ProviderBook, family: string) {
  for (const [listed, found] of known.ids) if (unversioned(listed) === family) return found;
  return undefined;
}

function nearest(known: ProviderBook, id: string): string | null {
  const form = idForm(known.provider, id);
  const family = unversioned(form);
  const direct =
    known.ids.get(form) ??
    known.ids.get(form.replace(/(?<=.)@.*$/, "")) ??
    known.ids.get(family) ??
    versionOf(known, family);
  if (direct !== undefined) return `${known.provider}/${direct.model.model}`;
  const limit = Math.max(1, Math.floor(form.length / 5));
  let best: { name: string; far: number; listed: string } | null = null;
  for (const [listed, { model }] of known.ids) {
    const far = distance(form, listed, limit);
    if (far > limit) continue;
    if (best === null || far < best.far || (far === best.far && listed > best.listed)) {
      best = { name: `${known.provider}/${model.model}`, far, listed };
    }
  }
  return best?.name ?? null;
}

/**
 * The listed model that an unmatched string most likely means, as `<provider>/<model>`, or null. For people to confirm, never for
 * pricing. Where the provider is ambiguous, vendors are tried in the given order. Never throws.
 */
export function suggestModel(
  book: PriceBook,
  providers: readonly string[],
  models: readonly (string | null)[],
): string | null {
  for (const text of models) {
    if (text === null || text === "") continue;
    for (const provider of providers) {
      const known = book.providers.get(provider);
      if (known === undefined) continue;
      const reading = readModelId(provider, text);
      for (const { id } of reading.candidates) {
        const found = nearest(known, id);
        if (found !== null) return found;
      }
    }
  }
  return null;
}
