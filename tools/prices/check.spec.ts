import { describe, expect, it } from "@jest/globals";
import { checkFile } from "./check.js";

describe.each(["test/golden/prices/golden-costs.json", "test/golden/prices/model-match.json"])(
  "%s",
  (path) => {
    const verdicts = checkFile(path);

    it("holds cases", () => {
      expect(verdicts.length).toBeGreaterThan(30);
    });

    it.each(verdicts.map((verdict) => [verdict.id, verdict] as const))("%s is exact", (_id, verdict) => {
      expect(verdict.differences).toEqual([]);
    });
  },
);
