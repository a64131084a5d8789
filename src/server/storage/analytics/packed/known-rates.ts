import type { CostLine } from "../../../domain/call.js";
import { isJoinable, MAX_KNOWN_TEXTS } from "./packed-text.js";

/** A rate as it stands in cost lines. */
export interface KnownRate {
  /** Tells it from every other one that is known. */
  index: number;
  class: string;
  unitPrice: string;
  per: number;
  /** JSON. */
  factors: string;
  rateId: string;
  /** Price of one unit, factors included, in 1e-12 USD; null when that is not a whole number of them, or not to be packed. */
  unitPico: number | null;
  /** The same as decimal text in USD. */
  unit: string;
  /** Where the quantity of the last line was found. */
  lastSource: number;
}

let byId = new Map<string, KnownRate[]>();
let count = 0;

/** The rate of a line, the same object for the same rate. Never throws. */
export function knownRate(line: CostLine): KnownRate {
  const factors = line.factors.length === 0 ? "[]" : JSON.stringify(line.factors);
  const candidates = byId.get(line.rateId) ?? [];
  for (const candidate of candidates) {
    if (
      candidate.unitPrice === line.unitPrice &&
      candidate.class === line.class &&
      candidate.per === line.per &&
      candidate.factors === factors
    )
      return candidate;
  }
  return learn(line, factors);
}

function learn(line: CostLine, factors: string): KnownRate {
  if (byId.size >= MAX_KNOWN_TEXTS) byId = new Map();
  const { class: name, unitPrice, per, rateId } = line;
  const pico = [name, rateId, factors, unitPrice].every(isJoinable) ? unitPicoOf(line) : null;
  count += 1;
  const added: KnownRate = {
    index: count,
    class: name,
    unitPrice,
    per,
    factors,
    rateId,
    unitPico: pico,
    unit: pico === null ? "" : decimalText(pico),
    lastSource: 0,
  };
  const others = (byId.get(rateId) ?? []).slice(-MAX_PER_ID);
  byId.set(rateId, [...others, added]);
  return added;
}

/** Beyond this the rates of one id are not worth searching. */
const MAX_PER_ID = 15;
const DECIMAL = /^(\d{1,20})(?:\.(\d{1,20}))?$/;
const PICO_DIGITS = 12n;

function unitPicoOf({ unitPrice, per, factors }: CostLine): number | null {
  if (!Number.isSafeInteger(per) || per <= 0) return null;
  let numerator = 10n ** PICO_DIGITS;
  let denominator = BigInt(per);
  for (const text of [unitPrice, ...factors.map(({ factor }) => factor)]) {
    const match = DECIMAL.exec(text);
    if (match === null) return null;
    const [, digits = "", fraction = ""] = match;
    numerator *= BigInt(digits + fraction);
    denominator *= 10n ** BigInt(fraction.length);
  }
  if (numerator % denominator !== 0n) return null;
  const pico = Number(numerator / denominator);
  return Number.isSafeInteger(pico) ? pico : null;
}

function decimalText(pico: number): string {
  const digits = String(pico).padStart(13, "0");
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`;
}

const ZERO = 48;
/** Digits that a binary number holds exactly, whatever they are. */
const MAX_DIGITS = 15;

/** The number that a text of digits writes in the one usual way; null for any other text. Never throws. */
export function wholeOf(text: string): number | null {
  if (text.length === 0 || text.length > MAX_DIGITS) return null;
  if (text.charCodeAt(0) === ZERO && text.length > 1) return null;
  let value = 0;
  for (let index = 0; index < text.length; index += 1) {
    const digit = text.charCodeAt(index) - ZERO;
    if (digit < 0 || digit > 9) return null;
    value = value * 10 + digit;
  }
  return value;
}

/** Decimal text of USD in 1e-12 USD; NaN when it is no amount of at most 12 digits of fraction and 15 in all. Never throws. */
export function writtenPico(amount: string): number {
  const point = amount.indexOf(".");
  const whole = point < 0 ? amount.length : point;
  const fraction = point < 0 ? 0 : amount.length - point - 1;
  if (whole === 0 || fraction > 12 || whole + 12 > MAX_DIGITS) return Number.NaN;
  if (point >= 0 && fraction === 0) return Number.NaN;
  let value = 0;
  for (let index = 0; index < amount.length; index += 1) {
    if (index === point) continue;
    const digit = amount.charCodeAt(index) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value * (POWERS[12 - fraction] ?? Number.NaN);
}

/** Exact: powers of ten up to the twelfth. */
const POWERS = Array.from({ length: 13 }, (_, exponent) => Number(`1e${exponent}`));
