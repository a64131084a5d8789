/** One column per class of values, named by its upper bound, lowest first; the last one is open. `spread` holds the counts in that order. */
export function classColumns(spread: string, bounds: readonly string[]): string {
  const columns = bounds.map((bound, index) => `sum(${spread}[${index + 1}]) AS "< ${bound}"`);
  return [...columns, `sum(${spread}[${bounds.length + 1}]) AS "≥ ${bounds.at(-1) ?? ""}"`].join(",\n  ");
}

export const tokensText = (count: number): string => (count >= 1000 ? `${count / 1000}K` : String(count));
export const secondsText = (ms: number): string => (ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`);
export const moneyText = (usd: number): string => `${usd} USD`;
