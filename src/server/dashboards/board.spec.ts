import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { readBoards } from "./board.js";
import { importFlavor } from "./import-flavor.js";

const committed = fileURLToPath(new URL("../../../dashboards/", import.meta.url));

describe("readBoards", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "spanledger-boards-"));
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  it("reads the committed boards in the order they are shown", async () => {
    const boards = await readBoards(committed);
    expect(boards.map((board) => board.title)).toEqual([
      "Overview",
      "Attribution",
      "Models",
      "Tokens and cache",
      "Latency",
      "Reliability",
      "Budgets and burn",
      "Calls and data quality",
    ]);
  });

  it("puts boards of the operator's own behind ours, and reads nothing but JSON", async () => {
    const board = (uid: string, title: string) =>
      JSON.stringify({ uid, title, description: "", panels: [], templating: { list: [] }, extra: 1 });
    writeFileSync(join(directory, "b.json"), board("own-b", "B"));
    writeFileSync(join(directory, "a.json"), board("spanledger-calls", "Calls"));
    writeFileSync(join(directory, "c.json"), board("own-a", "A"));
    writeFileSync(join(directory, "readme.md"), "no board");
    const boards = await readBoards(directory);
    expect(boards.map((one) => one.uid)).toEqual(["spanledger-calls", "own-a", "own-b"]);
    expect(boards[0]).toMatchObject({ extra: 1 });
  });

  it.each([
    ["not JSON"],
    ["{}"],
    [`{"uid":"a","title":"A","description":"","panels":[{"id":0}],"templating":{"list":[]}}`],
  ])("names the file that is no board: %s", async (text) => {
    writeFileSync(join(directory, "bad.json"), text);
    await expect(readBoards(directory)).rejects.toThrow("bad.json");
  });
});

describe("importFlavor", () => {
  it("asks for the datasource instead of naming ours", async () => {
    for (const board of await readBoards(committed)) {
      const flavor = importFlavor(board);
      const text = JSON.stringify(flavor);
      expect(text).not.toContain('"spanledger-clickhouse"');
      expect(text.match(/"\$\{DS_\w+\}"/g)?.length).toBeGreaterThan(board.panels.length);
      expect(flavor).toMatchObject({
        id: null,
        uid: board.uid,
        __inputs: [{ name: "DS_SPANLEDGER", type: "datasource" }],
      });
    }
  });
});
