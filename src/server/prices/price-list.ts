import { AppError } from "../domain/errors.js";
import type { BookModel, CompiledRate, PriceBook } from "../pricing/price-book.js";
import { listedModel } from "./operator-models.js";

export interface PriceListRequest {
  /** Contract name; null: every provider. */
  provider: string | null;
  /** Id, alias or snapshot; null: every model. */
  model: string | null;
  /** Part of `<provider>/<model>` in any case, blanks between parts; null: every model. */
  search: string | null;
  /** Only rates in force then (ms); null: all of them, history included. */
  atMs: number | null;
  limit: number;
  cursor: string | null;
}

export interface PriceListPage {
  rates: CompiledRate[];
  nextCursor: string | null;
}

/**
 * One page of the book's rates, by provider and model.
 * @throws AppError `invalid_request` for a cursor that is none, or one of another book.
 */
export function listRates(book: PriceBook, request: PriceListRequest): PriceListPage {
  const skip = offsetOf(book, request.cursor);
  const rates: CompiledRate[] = [];
  let index = 0;
  for (const model of modelsOf(book, request)) {
    for (const rate of model.rates) {
      if (!inForce(rate, request.atMs)) continue;
      index += 1;
      if (index <= skip) continue;
      if (rates.length === request.limit)
        return { rates, nextCursor: encode([skip + request.limit, book.version]) };
      rates.push(rate);
    }
  }
  return { rates, nextCursor: null };
}

/** Whether every part of the search is in the provider's or the model's name. */
function searched(search: string | null): (model: BookModel, provider: string) => boolean {
  const parts = (search ?? "").toLowerCase().split(/\s+/);
  return (model, provider) => {
    const name = `${provider}/${model.model}`.toLowerCase();
    return parts.every((part) => name.includes(part));
  };
}

function modelsOf(book: PriceBook, { provider, model, search }: PriceListRequest): BookModel[] {
  const isFound = searched(search);
  const providers = provider === null ? [...book.providers.keys()].toSorted() : [provider];
  return providers.flatMap((name): readonly BookModel[] => {
    if (model === null) return (book.providers.get(name)?.models ?? []).filter((one) => isFound(one, name));
    const found = listedModel(book, name, model);
    return found === null || !isFound(found, name) ? [] : [found];
  });
}

function inForce(rate: CompiledRate, atMs: number | null): boolean {
  if (atMs === null) return true;
  return (
    (rate.effectiveFrom === null || rate.effectiveFrom <= atMs) &&
    (rate.effectiveTo === null || atMs < rate.effectiveTo)
  );
}

function encode(value: readonly [number, string]): string {
  return Buffer.from(JSON.stringify(value), "utf8").toString("base64url");
}

function offsetOf(book: PriceBook, cursor: string | null): number {
  if (cursor === null) return 0;
  const parts = /^\[(\d{1,9}),"([^"]+)"\]$/.exec(Buffer.from(cursor, "base64url").toString("utf8"));
  if (parts === null) throw new AppError("invalid_request", "The cursor is not valid.");
  if (parts[2] !== book.version)
    throw new AppError("invalid_request", "The price book has changed: start from the first page.");
  return Number.parseInt(parts[1] ?? "0", 10);
}

/** The public JSON of a rate. Never throws. */
export function rateResponse(rate: CompiledRate): object {
  const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  return {
    id: rate.id,
    provider: rate.provider,
    model: rate.model,
    class: rate.class,
    price: rate.price,
    currency: rate.currency,
    per: rate.per,
    unit: rate.unit,
    tier: rate.tier,
    geo: rate.geo,
    minPromptTokens: rate.minPromptTokens,
    minInclusive: rate.minInclusive,
    variant: rate.variant,
    effectiveFrom: time(rate.effectiveFrom),
    effectiveTo: time(rate.effectiveTo),
    utcWindows: rate.utcWindows,
    source: rate.source,
    sourceUrl: rate.sourceUrl,
    sourceSeenAt: rate.sourceSeenAt,
    status: rate.status,
  };
}
