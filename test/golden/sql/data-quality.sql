-- {"project":"default","from":"2026-03-01 00:00:00.000000000","to":"2026-04-01 00:00:00.000000000"}
SELECT
  dialect,
  scope,
  scope_version,
  grouping(dialect) AS is_total,
  countIf(role = 'call') AS calls_count,
  countIf(role = 'call' AND billable) AS billable_count,
  countIf(role = 'call' AND billable AND cost_status != 'priced') AS unpriced_count,
  countIf(role = 'call' AND billable AND usage_quality = 'exact') AS exact_count,
  countIf(role = 'call' AND billable AND usage_quality = 'partial') AS partial_count,
  countIf(role = 'call' AND billable AND usage_quality = 'conflict') AS conflict_count,
  countIf(role = 'call' AND billable AND usage_quality = 'unknown') AS unknown_count,
  countIf(role = 'call' AND billable AND usage_source = 'estimated') AS estimated_count,
  countIf(role = 'merged') AS merged_count,
  countIf(role = 'aggregate') AS aggregates_count,
  arraySlice(arrayReverseSort(entry -> (entry.2, entry.1), arrayZip(
    sumMapIf([toString(usage_rule)], [toUInt64(1)], role = 'call' AND billable).1,
    sumMapIf([toString(usage_rule)], [toUInt64(1)], role = 'call' AND billable).2
  )), 1, 50) AS rules,
  min(start_time) AS first_seen,
  max(start_time) AS last_seen
FROM calls_raw FINAL
WHERE project = {project:String}
  AND start_time >= toDateTime64({from:String}, 9, 'UTC')
  AND start_time < toDateTime64({to:String}, 9, 'UTC')
GROUP BY GROUPING SETS ((dialect, scope, scope_version), ())
ORDER BY is_total DESC, count() DESC, dialect, scope, scope_version
LIMIT 502
