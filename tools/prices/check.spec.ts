import { readdirSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { checkFile } from "./check.js";

const FILES = readdirSync("test/golden/prices").map((name) => `test/golden/prices/${name}`);

describe.each(FILES)("%s", (path) => {
  const verdicts = checkFile(path);

  it("holds cases, each under a name of its own", () => {
    expect(verdicts.length).toBeGreaterThan(30);
    expect(new Set(verdicts.map(({ id }) => id)).size).toBe(verdicts.length);
  });

  it.each(verdicts.map((verdict) => [verdict.id, verdict] as const))("%s is exact", (_id, verdict) => {
    expect(verdict.differences).toEqual([]);
  });
});
