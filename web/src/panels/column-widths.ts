/** What a column asks for, in CSS pixels. */
export interface ColumnWish {
  /** Width at which nothing in it is cut. */
  natural: number;
  /** Width below which it is not drawn; equal to `natural` for what must never be cut, as numbers and times. */
  least: number;
  /** What it may take of room to spare, relative to the other columns. */
  appetite: number;
}

/**
 * Widths of the columns, in CSS pixels, in their order. They add up to `available`, unless even the least widths need more: then those are the
 * answer, and the table scrolls sideways. Short of room, columns give up what they have above their least, each the same share of it; room
 * to spare goes by appetite. Never throws.
 */
export function columnWidths(wishes: readonly ColumnWish[], available: number): number[] {
  const natural = total(wishes, (wish) => wish.natural);
  const least = total(wishes, (wish) => wish.least);
  if (least >= available) return wishes.map((wish) => wish.least);
  if (natural >= available) {
    const kept = (available - least) / (natural - least);
    return wishes.map((wish) => wish.least + (wish.natural - wish.least) * kept);
  }
  const appetite = total(wishes, (wish) => wish.appetite);
  const spare = available - natural;
  return wishes.map((wish) => wish.natural + (appetite === 0 ? 0 : (spare * wish.appetite) / appetite));
}

function total(wishes: readonly ColumnWish[], part: (wish: ColumnWish) => number): number {
  return wishes.reduce((sum, wish) => sum + part(wish), 0);
}
