-- {"project":"default","from":"2026-03-01 00:00:00.000000000","to":"2026-04-01 00:00:00.000000000","after":"2026-03-02 10:15:30.123456789","after_id":"x","trace_id":"abcdef0123456789abcdef0123456789","filter_0":["search","chat"],"filter_1":["gold"],"filter_key_1":"tier"}
SELECT start_time, id, trace_id
FROM calls
WHERE project = {project:String}
  AND start_time >= toDateTime64({from:String}, 9, 'UTC')
  AND start_time < toDateTime64({to:String}, 9, 'UTC')
  AND start_time <= toDateTime64({after:String}, 9, 'UTC')
  AND (start_time, id) < (toDateTime64({after:String}, 9, 'UTC'), {after_id:String})
  AND id IN (SELECT call_id FROM calls_raw FINAL WHERE project = {project:String} AND trace_id = {trace_id:String})
  AND ifNull(toString(feature), '') IN {filter_0:Array(String)}
  AND tags[{filter_key_1:String}] IN {filter_1:Array(String)}
ORDER BY start_time DESC, id DESC
LIMIT 101
