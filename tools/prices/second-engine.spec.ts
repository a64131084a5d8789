import { describe, expect, it } from "@jest/globals";
import { committedReport, secondEngineReport } from "./second-engine.js";

describe("SECOND-ENGINE.md", () => {
  it("lists every disagreement of the other engine with the book as it is, by reason", () => {
    // After a change of the book or the rules: node --import tsx tools/prices/second-engine.ts
    expect(secondEngineReport()).toBe(committedReport());
  }, 60_000);
});
