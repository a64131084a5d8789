import { parseMoney } from "../../domain/money.js";
import type { PriceFileRate } from "../../pricing/price-book.schema.js";

/** A price in force that changes: how far decides what becomes of it. */
export interface RateMove {
  /** `provider/model|conditions`. */
  rate: string;
  from: string;
  to: string;
  size: "small" | "large" | "absurd";
}

/** Beyond 30 % a person has to look. */
const LARGE_PERCENT = 30n;
/** A price that moves more than tenfold is a slip of a digit or a unit. */
const ABSURD_FACTOR = 10n;

/** What two rates of a model must share to be about the same thing, whatever the time. Never throws. */
export function conditionsKey(rate: PriceFileRate): string {
  const variant = Object.entries(rate.variant ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    rate.class,
    rate.tier ?? "standard",
    rate.geo ?? null,
    rate.min_prompt_tokens ?? 0,
    rate.min_inclusive ?? false,
    variant,
    rate.utc_windows ?? null,
    rate.status ?? "active",
  ]);
}

/** The changes of a group's price from now on: at this moment and at each later start. Never throws. */
export function rateMoves(
  name: string,
  before: readonly PriceFileRate[],
  after: readonly PriceFileRate[],
  nowMs: number,
): RateMove[] {
  const starts = after.flatMap(({ effective_from: from }) =>
    from === undefined || Date.parse(from) <= nowMs ? [] : [Date.parse(from)],
  );
  const moves = new Map<string, RateMove>();
  for (const atMs of [nowMs, ...starts]) {
    const from = inForce(before, atMs);
    const to = inForce(after, atMs);
    if (from === null || to === null) continue;
    const [a, b] = [perUnit(from, to), perUnit(to, from)];
    const isSameCurrency = (from.currency ?? "USD") === (to.currency ?? "USD");
    if (a === b && isSameCurrency) continue;
    moves.set(`${from.price} ${to.price}`, {
      rate: name,
      from: from.price,
      to: to.price,
      // Figures of two currencies cannot be compared: a person has to look.
      size: isSameCurrency ? sizeOf(a, b) : "large",
    });
  }
  return [...moves.values()];
}

function inForce(rates: readonly PriceFileRate[], atMs: number): PriceFileRate | null {
  return (
    rates.find(
      ({ effective_from: from, effective_to: to }) =>
        (from === undefined || Date.parse(from) <= atMs) && (to === undefined || atMs < Date.parse(to)),
    ) ?? null
  );
}

/** A price that can be compared with another one stated per other units. */
function perUnit(rate: PriceFileRate, other: PriceFileRate): bigint {
  if (rate.per === other.per) return parseMoney(rate.price);
  return parseMoney(rate.price) * BigInt(other.per ?? 1_000_000);
}

function sizeOf(before: bigint, after: bigint): RateMove["size"] {
  const [low, high] = before < after ? [before, after] : [after, before];
  if (high > low * ABSURD_FACTOR) return "absurd";
  const change = high - low;
  return change * 100n > before * LARGE_PERCENT ? "large" : "small";
}
