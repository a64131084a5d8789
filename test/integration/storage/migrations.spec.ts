import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { loadMigrations } from "../../../src/server/storage/analytics/analytics.migrator.js";
import { conditionsOf, renderSql } from "../../../src/server/storage/analytics/sql-template.js";

const CLUSTER = { cluster: "main", retentionDays: 400 };

const clusterStatements = async (): Promise<string[]> =>
  (await loadMigrations()).flatMap((migration) => renderSql(migration.template, CLUSTER));

/** What a fresh engine with a Keeper holds after the statements; throws with the engine's words when one fails. */
async function createOnCluster(statements: readonly string[]): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), "spanledger-cluster-"));
  try {
    const script = fileURLToPath(new URL("./create-on-cluster.mjs", import.meta.url));
    const child = spawn(process.execPath, [script, directory], { env: { PATH: process.env["PATH"] } });
    child.stdin.end(JSON.stringify(statements));
    const [out, problems] = await Promise.all([text(child.stdout), text(child.stderr)]);
    if (out === "") throw new Error(problems);
    return JSON.parse(out) as string[];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * The statements with each `ALTER TABLE ... ADD COLUMN` written into the table's creation: a Keeper in memory never finishes a
 * replicated ALTER. What remains to be checked here is that tables and views fit each other; the ALTER itself runs in every embedded start.
 */
function withAddedColumns(statements: readonly string[]): string[] {
  const kept = statements.filter((statement) => !statement.startsWith("ALTER TABLE"));
  for (const alter of statements.filter((statement) => statement.startsWith("ALTER TABLE"))) {
    const table = /^ALTER TABLE (\w+)/.exec(alter)?.[1] ?? "";
    const columns = [...alter.matchAll(/ADD COLUMN IF NOT EXISTS (\w+ .+?\)\)) AFTER/g)].map(
      ([, column]) => column,
    );
    expect(columns.length).toBeGreaterThan(0);
    const create = kept.findIndex((statement) =>
      statement.startsWith(`CREATE TABLE IF NOT EXISTS ${table}\n(`),
    );
    kept[create] = (kept[create] ?? "").replace("\n(", `\n(\n    ${columns.join(",\n    ")},`);
  }
  return kept;
}

describe("migrations", () => {
  it("have the reviewed cluster form", async () => {
    const path = join("test", "golden", "sql", "cluster-schema.sql");
    const text = `${(await clusterStatements()).join(";\n\n")};\n`;
    if (process.env["UPDATE_GOLDEN"] === "1") await writeFile(path, text);
    expect(text).toBe(await readFile(path, "utf8"));
  });

  it("can be repeated: a second process at the same time does no harm", async () => {
    const statements = (await loadMigrations()).flatMap((migration) =>
      renderSql(migration.template, { ...CLUSTER, cluster: null }),
    );
    for (const statement of [...statements, ...(await clusterStatements())]) {
      expect(statement).toMatch(
        /^(CREATE TABLE IF NOT EXISTS|CREATE OR REPLACE|DROP TABLE IF EXISTS|ALTER TABLE \S+( ON CLUSTER '\w+')? ADD COLUMN IF NOT EXISTS|when\()/,
      );
    }
  });

  it("create their cluster form: replicated tables, distributed access, views over it", async () => {
    // Distributed DDL needs a server's queue; the statement itself is what we check.
    // A Keeper in memory neither stores rows nor finishes a replicated DROP: what is copied and dropped is checked on one server.
    const statements = (await clusterStatements())
      .map((statement) => conditionsOf(statement).sql.replace(" ON CLUSTER 'main'", ""))
      .filter((sql) => !/^(INSERT|DROP)/.test(sql));
    expect(await createOnCluster(withAddedColumns(statements))).toEqual([
      "attempts View",
      "budget_standings Distributed",
      "budget_standings_local ReplicatedReplacingMergeTree",
      "budget_status View",
      "call_stats View",
      "calls View",
      "calls_packed Distributed",
      "calls_packed_local ReplicatedReplacingMergeTree",
      "calls_raw Distributed",
      "calls_raw_local ReplicatedReplacingMergeTree",
      "calls_rollup Distributed",
      "calls_rollup_local ReplicatedReplacingMergeTree",
      "cost_lines View",
      "limit_stats View",
      "line_stats View",
      "rate_limits View",
      "rollup_state Distributed",
      "rollup_state_local ReplicatedReplacingMergeTree",
      "span_links Distributed",
      "span_links_local ReplicatedReplacingMergeTree",
      "spend_hourly View",
    ]);
  }, 60_000);
});
