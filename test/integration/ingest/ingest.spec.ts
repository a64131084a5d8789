import { describe, expect, it } from "@jest/globals";
import { isReadAttribute } from "../../../src/server/ingest/read-attributes.js";
import { loadCaptures, spansOf } from "./captures.js";
import { startIngest, withDirectory } from "./ingest-app.js";

const captures = loadCaptures().filter(({ expected }) =>
  expected.calls.every(({ span_id }) => span_id !== undefined),
);
const spans = captures.flatMap(spansOf);
const billable = captures.reduce((sum, { expected }) => sum + expected.billable_calls, 0);
const errors = captures.reduce((sum, { expected }) => sum + (expected.error_calls ?? 0), 0);

describe("ingest on the embedded engine", () => {
  it("counts every call of every capture once, whatever the order, the batches and the repetition, across a restart", async () => {
    await withDirectory(async (directory) => {
      const app = await startIngest(directory);
      const backwards = [...spans].reverse();
      for (let start = 0; start < backwards.length; start += 7) {
        await app.ingest.accept("default", backwards.slice(start, start + 7));
      }
      const before = await app.rows();
      await app.close();

      const again = await startIngest(directory);
      await again.ingest.accept("default", spans);
      const after = await again.rows();
      expect(before.filter((row) => row.billable)).toHaveLength(billable);
      expect(before.filter((row) => !row.billable)).toHaveLength(errors);
      expect(after).toEqual(before);
      expect(again.changes).toEqual([]);
      expect(again.metrics.rows).toBe(0);
      await again.close();
    });
  }, 60_000);

  it("stores no byte of what a span's content attributes hold", async () => {
    const secret = "MARKED-SECRET-CONTENT";
    // Every text that no reader knows, in every captured span, becomes the secret.
    const poisoned = spans.map((span) => ({
      ...span,
      name: secret,
      attributes: new Map(
        [...span.attributes].map(([name, value]) => [name, isReadAttribute(name) ? value : secret]),
      ),
      events: span.events.map((event) => ({
        ...event,
        attributes: new Map(
          [...event.attributes].map(([name, value]) => [name, name === "exception.type" ? value : secret]),
        ),
      })),
    }));
    await withDirectory(async (directory) => {
      const app = await startIngest(directory);
      await app.ingest.accept("default", poisoned);
      const tables = await app.store.select<{ name: string }>(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'",
      );
      expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(["calls_raw", "span_links"]));
      for (const table of ["calls_raw", "span_links"]) {
        const rows = await app.store.select(`SELECT * FROM ${table}`);
        expect(rows.length).toBeGreaterThan(0);
        expect(JSON.stringify(rows)).not.toContain(secret);
      }
      await app.close();
    });
  }, 60_000);
});
