import { AppError } from "./errors.js";

/** An amount of US dollars as an integer of 1e-18 USD. Never a JS number. */
export type Money = bigint;

/** Decimal digits behind the point of a `Money`. */
export const MONEY_SCALE = 18;

/** Digits behind the point that a cost line keeps after its one rounding. */
export const LINE_SCALE = 12;

const ONE = 10n ** BigInt(MONEY_SCALE);
const LINE_STEP = 10n ** BigInt(MONEY_SCALE - LINE_SCALE);
const DECIMAL = /^(-?)(\d{1,30})(?:\.(\d{1,40}))?$/;

/** A factor as an exact fraction: `numerator / denominator`, the denominator a power of ten. */
export interface Factor {
  numerator: bigint;
  denominator: bigint;
}

/**
 * The amount that a plain decimal text states: digits, at most one point, optional leading minus, no exponent.
 * @throws AppError `invalid_request` for other text, or more than 18 significant decimals.
 */
export function parseMoney(text: string): Money {
  const match = DECIMAL.exec(text);
  if (match === null) throw notDecimal(text);
  const fraction = (match[3] ?? "").replace(/0+$/, "");
  if (fraction.length > MONEY_SCALE) throw notDecimal(text);
  const units = BigInt(match[2] ?? "0") * ONE + BigInt(fraction.padEnd(MONEY_SCALE, "0"));
  return match[1] === "-" ? -units : units;
}

/** Canonical text of an amount: no exponent, no trailing zeros, no leading plus. Never throws. */
export function formatMoney(amount: Money): string {
  if (amount === 0n) return "0";
  const negative = amount < 0n;
  const digits = (negative ? -amount : amount).toString();
  const whole = digits.length > MONEY_SCALE ? digits.slice(0, digits.length - MONEY_SCALE) : "0";
  const padded = digits.length > MONEY_SCALE ? digits.slice(-MONEY_SCALE) : digits.padStart(MONEY_SCALE, "0");
  let end = padded.length;
  while (end > 0 && padded.charCodeAt(end - 1) === 48) end -= 1;
  const text = end === 0 ? whole : `${whole}.${padded.slice(0, end)}`;
  return negative ? `-${text}` : text;
}

/**
 * The exact fraction that a plain decimal text states.
 * @throws AppError `invalid_request` for text that is not a plain decimal.
 */
export function parseFactor(text: string): Factor {
  const match = DECIMAL.exec(text);
  if (match === null) throw notDecimal(text);
  const fraction = (match[3] ?? "").replace(/0+$/, "");
  const numerator = BigInt(`${match[1] ?? ""}${match[2] ?? "0"}${fraction}`);
  return { numerator, denominator: 10n ** BigInt(fraction.length) };
}

/** `numerator / denominator` rounded to an integer, halves to the even neighbour. `denominator` > 0. Never throws for it. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const rest = numerator - quotient * denominator;
  if (rest === 0n) return quotient;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  const up = twice > denominator || (twice === denominator && quotient % 2n !== 0n);
  if (!up) return quotient;
  return numerator < 0n ? quotient - 1n : quotient + 1n;
}

/**
 * Amount of one cost line: `quantity` units at `price` for `per` units, times every factor, computed exactly and rounded once,
 * half-even, to 1e-12 USD. `per` > 0. Never throws for valid input.
 */
export function lineAmount(
  quantity: bigint,
  price: Money,
  per: bigint,
  factors: readonly Factor[] = [],
): Money {
  let numerator = quantity * price;
  let denominator = per * LINE_STEP;
  for (const factor of factors) {
    numerator *= factor.numerator;
    denominator *= factor.denominator;
  }
  return divideHalfEven(numerator, denominator) * LINE_STEP;
}

/**
 * Price of one unit in steps of a cost line (1e-12 USD), or null when it is no whole number of them. With it a line without factors
 * is one exact multiplication: `quantity * steps`, in steps. `per` > 0. Never throws for it.
 */
export function stepsPerUnit(price: Money, per: bigint): bigint | null {
  const divisor = per * LINE_STEP;
  return price % divisor === 0n ? price / divisor : null;
}

/** An amount in steps of a cost line (1e-12 USD) as an amount. Never throws. */
export function fromSteps(steps: bigint): Money {
  return steps * LINE_STEP;
}

/** Canonical text of an amount in steps of a cost line: as `formatMoney` of it, with a third of the digits. Never throws. */
export function formatSteps(steps: bigint): string {
  if (steps < 0n) return formatMoney(fromSteps(steps));
  const digits = steps.toString();
  const cut = digits.length - LINE_SCALE;
  let end = digits.length;
  while (end > 0 && end > cut && digits.charCodeAt(end - 1) === 48) end -= 1;
  if (cut > 0)
    return end === cut ? digits.slice(0, cut) : `${digits.slice(0, cut)}.${digits.slice(cut, end)}`;
  return end === 0 ? "0" : `0.${ZEROS[-cut] ?? ""}${digits.slice(0, end)}`;
}

const ZEROS: readonly string[] = Array.from({ length: LINE_SCALE + 1 }, (_, count) => "0".repeat(count));

/** Sum of amounts; zero for none. Never throws. */
export function sumMoney(amounts: Iterable<Money>): Money {
  let sum = 0n;
  for (const amount of amounts) sum += amount;
  return sum;
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. Never throws. */
export function compareMoney(a: Money, b: Money): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Canonical text of a plain decimal: `1.00` is `1`, `-0` is `0`.
 * @throws AppError `invalid_request` as `parseMoney` does.
 */
export function canonicalDecimal(text: string): string {
  return formatMoney(parseMoney(text));
}

/** Whether a text is a plain decimal >= 0 that `parseMoney` takes. Never throws. */
export function isAmount(text: string): boolean {
  const match = DECIMAL.exec(text);
  return match !== null && match[1] === "" && (match[3] ?? "").replace(/0+$/, "").length <= MONEY_SCALE;
}

function notDecimal(text: string): AppError {
  return new AppError("invalid_request", "not a decimal amount with at most 18 places", {
    text: text.slice(0, 60),
  });
}
