import { describe, expect, it } from "@jest/globals";
import { renderSql } from "./sql-template.js";

const template = `
-- a comment; with a semicolon
CREATE TABLE IF NOT EXISTS t\${local} \${on_cluster}
(
    a UInt8 -- kept: not a whole line
)
ENGINE = engine(version)
ORDER BY a
TTL d + toIntervalDay(\${retention_days});

distributed(t, cityHash64(a));
`;

describe("a migration's SQL", () => {
  it("is plain on one server", () => {
    expect(renderSql(template, { cluster: null, retentionDays: 7 })).toEqual([
      `CREATE TABLE IF NOT EXISTS t
(
    a UInt8 -- kept: not a whole line
)
ENGINE = ReplacingMergeTree(version)
ORDER BY a
TTL d + toIntervalDay(7)`,
    ]);
  });

  it("is replicated and sharded by identity on a cluster", () => {
    expect(renderSql(template, { cluster: "main", retentionDays: 7 })).toEqual([
      `CREATE TABLE IF NOT EXISTS t_local ON CLUSTER 'main'
(
    a UInt8 -- kept: not a whole line
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/t', '{replica}', version)
ORDER BY a
TTL d + toIntervalDay(7)`,
      `CREATE OR REPLACE TABLE t ON CLUSTER 'main' AS t_local
ENGINE = Distributed('main', currentDatabase(), t_local, cityHash64(a))`,
    ]);
  });

  it("refuses a placeholder it does not know", () => {
    expect(() => renderSql("SELECT ${secret};", { cluster: null, retentionDays: 1 })).toThrow(/secret/);
  });
});
