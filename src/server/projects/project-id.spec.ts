import { describe, expect, it } from "@jest/globals";
import { projectIdFor } from "./project-id.js";

describe("projectIdFor", () => {
  it.each([
    ["Team Blue", "team-blue"],
    ["  Größe & Überfluss!  ", "gro-e-uberfluss"],
    ["模型", "project"],
    ["---", "project"],
    ["a".repeat(60), "a".repeat(40)],
    [`${"a".repeat(39)} b`, "a".repeat(39)],
    ["'; DROP TABLE project --", "drop-table-project"],
  ])("%j is %j", (name, id) => {
    expect(projectIdFor(name)).toBe(id);
  });
});
