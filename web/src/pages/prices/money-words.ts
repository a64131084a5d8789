import { exactUsd, formatValue } from "../../format/units.js";

/** A sum of money for reading: cents, or every digit when it would read as zero. */
export function moneyText(amount: string): string {
  const value = Number(amount);
  return value !== 0 && Math.abs(value) < 0.01 ? exactUsd(amount) : formatValue(value, "currencyUSD", 2);
}

/** `+$1.20`, `-$0.40` or `no change`. The API has every digit. */
export function differenceText(before: string, after: string): string {
  const value = Number(after) - Number(before);
  if (value === 0) return "no change";
  return `${value > 0 ? "+" : ""}${formatValue(value, "currencyUSD", 2)}`;
}
