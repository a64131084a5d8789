/**
 * A number as written in a source, times ten to the `shift`, as plain decimal text. Digits that only a double could have added
 * (more than 14 significant ones) are rounded away. Null for anything that is not a number >= 0.
 */
export function shifted(text: string | undefined, shift: number): string | null {
  if (text === undefined) return null;
  const match = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) return null;
  const fraction = match[2] ?? "";
  let digits = (match[1] ?? "") + fraction;
  let exponent = Number.parseInt(match[3] ?? "0", 10) - fraction.length + shift;
  const significant = digits.replace(/^0+/, "");
  if (significant.length > 14) {
    const cut = significant.length - 12;
    digits = String((BigInt(significant) + 5n * 10n ** BigInt(cut - 1)) / 10n ** BigInt(cut));
    exponent += cut;
  }
  if (exponent >= 0) return plain(digits + "0".repeat(exponent), "");
  const padded = digits.padStart(-exponent + 1, "0");
  return plain(padded.slice(0, exponent), padded.slice(exponent));
}

function plain(whole: string, fraction: string): string {
  const integer = whole.replace(/^0+(?=\d)/, "");
  const decimals = fraction.replace(/0+$/, "");
  return decimals === "" ? integer : `${integer}.${decimals}`;
}

/** `price` times `factor`, both plain decimals, exactly. */
export function times(price: string, factor: string): string {
  const [a, b] = [parts(price), parts(factor)];
  const digits = String(a.digits * b.digits).padStart(a.scale + b.scale + 1, "0");
  const scale = a.scale + b.scale;
  return scale === 0 ? digits : plain(digits.slice(0, -scale), digits.slice(-scale));
}

/** `a / b` as a fraction compared with a plain decimal: negative, zero or positive. */
export function compareRatio(a: string, b: string, ratio: string): number {
  const left = parts(a);
  const right = parts(times(b, ratio));
  const scale = Math.max(left.scale, right.scale);
  const difference =
    left.digits * 10n ** BigInt(scale - left.scale) - right.digits * 10n ** BigInt(scale - right.scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function parts(text: string): { digits: bigint; scale: number } {
  const [whole = "0", fraction = ""] = text.split(".");
  return { digits: BigInt(whole + fraction), scale: fraction.length };
}

/** JSON with every number kept as the text it was written in, so that no price passes through a double. */
export function parseWithTextNumbers(json: string): unknown {
  const quoted = json.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
  return JSON.parse(quoted);
}

/**
 * The price of a minute or an hour that a price per second was cut off from (`0.00007167` is 0.0043 a minute), or the price as it is,
 * per second: providers state round prices for the longer unit, and a cut price misses the bill.
 */
export function wholeUnit(perSecond: string): { price: string; per: number } {
  const { digits, scale } = parts(perSecond);
  for (const [per, places] of [
    [60, 4],
    [3600, 2],
  ] as const) {
    if (scale <= places) break;
    const exact = digits * BigInt(per);
    const step = 10n ** BigInt(scale - places);
    const rounded = (exact + step / 2n) / step;
    const off = exact - rounded * step;
    // What the source cut off is at most half of its last digit.
    const cut = 2n * (off < 0n ? -off : off) <= BigInt(per);
    if (off === 0n) return { price: perSecond, per: 1 };
    if (cut && rounded > 0n) {
      const text = String(rounded).padStart(places + 1, "0");
      return { price: plain(text.slice(0, -places), text.slice(-places)), per };
    }
  }
  return { price: perSecond, per: 1 };
}
