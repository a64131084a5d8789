import { describe, expect, it } from "@jest/globals";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadMigrations, migrationsDirectory, splitStatements } from "./migration-files.js";

describe("migration files", () => {
  it("are split at `-- next` lines, without comments and closing semicolons", () => {
    const sql = "-- why\nCREATE TABLE a (b text DEFAULT ';');\n-- next\nCREATE INDEX i ON a (b);\n-- next\n";
    expect(splitStatements(sql)).toEqual(["CREATE TABLE a (b text DEFAULT ';')", "CREATE INDEX i ON a (b)"]);
  });

  it("become classes in order of their timestamps", () => {
    const names = loadMigrations(migrationsDirectory()).map((Migration) => new Migration().name ?? "");
    expect(names.length).toBeGreaterThan(0);
    expect(names.every((name) => /-\d{13}$/.test(name))).toBe(true);
    const stamps = names.map((name) => Number(name.slice(-13)));
    expect(stamps).toEqual(stamps.toSorted((a, b) => a - b));
  });

  it("must carry a timestamp in their names", () => {
    const directory = mkdtempSync(join(tmpdir(), "spanledger-migrations-"));
    try {
      writeFileSync(join(directory, "0001-first.sql"), "SELECT 1");
      expect(() => loadMigrations(directory)).toThrow("13 digits");
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
