import { describe, expect, it } from "@jest/globals";
import { KnownIds } from "./known-ids.js";

const ALWAYS = -(1n << 62n);

describe("known ids", () => {
  it("never says that a stored id is absent", () => {
    const ids = new KnownIds(ALWAYS, 0n);
    const names = Array.from(
      { length: 20_000 },
      (_, index) => `chatcmpl-${(index * 2654435761) % 4294967296}-${index}`,
    );
    for (const name of names) ids.add("default", name, 0n);
    expect(names.filter((name) => !ids.mayHold("default", name))).toEqual([]);
  });

  it("says that almost every other id is absent, the same id of another project too", () => {
    const ids = new KnownIds(ALWAYS, 0n);
    for (let index = 0; index < 20_000; index++) ids.add("default", `id-${index}`, 0n);
    const wrong = Array.from({ length: 20_000 }, (_, index) => index).filter(
      (index) => ids.mayHold("default", `other-${index}`) || ids.mayHold("acme", `id-${index}`),
    );
    expect(wrong.length).toBeLessThan(20);
  });

  it("believes absence only for records that start a minute after it began to remember", () => {
    const ids = new KnownIds(1_000_000_000_000n, 0n);
    expect(ids.covers(1_060_000_000_000n)).toBe(true);
    expect(ids.covers(1_059_999_999_999n)).toBe(false);
  });
});
