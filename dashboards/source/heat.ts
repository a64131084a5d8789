/** One column per class of values, named by what is in it, lowest first; the last one is open. `format` names a bound. */
export function classColumns(
  expression: string,
  bounds: readonly number[],
  format: (bound: number) => string,
): string {
  const columns = bounds.map((bound, index) => {
    const low = bounds[index - 1];
    const atLeast = low === undefined ? "" : `${expression} >= ${low} AND `;
    return `countIf(${atLeast}${expression} < ${bound}) AS "< ${format(bound)}"`;
  });
  const top = bounds.at(-1) ?? 0;
  return [...columns, `countIf(${expression} >= ${top}) AS "≥ ${format(top)}"`].join(",\n  ");
}

export const tokensText = (count: number): string => (count >= 1000 ? `${count / 1000}K` : String(count));
export const secondsText = (ms: number): string => (ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`);
export const moneyText = (usd: number): string => `${usd} USD`;
