-- {"project":"default","from":"1970-01-01 00:00:00.000000000","to":"2026-03-02 10:15:30.000000000","filter_0":["prod"],"filter_1":["gold","silver"],"filter_key_1":"tier"}
SELECT
  sum(cost) AS usd,
  sumIf(ifNull(input_total, 0) + ifNull(output_total, 0), billable) AS tokens,
  count() AS calls,
  countIf(billable) AS billable_calls,
  countIf(cost_status = 'unpriced') AS unpriced_calls,
  countIf(cost_status = 'partial') AS partial_calls,
  countIf(billable AND input_total IS NULL AND output_total IS NULL) AS unknown_usage_calls
FROM calls
WHERE project = {project:String}
  AND start_time >= toDateTime64({from:String}, 9, 'UTC')
  AND start_time < toDateTime64({to:String}, 9, 'UTC')
  AND ifNull(toString(environment), '') IN {filter_0:Array(String)}
  AND tags[{filter_key_1:String}] IN {filter_1:Array(String)}
