-- {"project":"default","from":"2026-02-28 23:00:00.000000000","to":"2026-03-31 22:00:00.000000000","filter_0":["search","chat"],"filter_1":["gold"],"filter_key_1":"tier","group_key_1":"tier","tz":"Europe/Berlin"}
SELECT
  toUnixTimestamp(toStartOfDay(start_time, {tz:String})) AS bucket,
  nullIf(ifNull(toString(model), ''), '') AS dim_0,
  nullIf(tags[{group_key_1:String}], '') AS dim_1,
  count() AS calls,
  countIf(outcome = 'error') AS errors,
  countIf(billable) AS billable_calls,
  countIf(cost IS NOT NULL) AS priced_calls,
  countIf(billable AND list_total IS NOT NULL) AS list_priced_calls,
  countIf(cost_status = 'unpriced') AS unpriced_calls,
  countIf(cost_status = 'partial') AS partial_calls,
  countIf(billable AND input_total IS NULL AND output_total IS NULL) AS unknown_usage_calls,
  sum(retry_count) AS retries,
  sum(cost) AS cost_sum,
  sumIf(list_total, billable) AS list_sum,
  sumIf(input_uncached, billable) AS sum_input_uncached,
  sumIf(input_audio, billable) AS sum_input_audio,
  sumIf(input_image, billable) AS sum_input_image,
  sumIf(input_video, billable) AS sum_input_video,
  sumIf(input_tool, billable) AS sum_input_tool,
  sumIf(cache_read, billable) AS sum_cache_read,
  sumIf(cache_read_audio, billable) AS sum_cache_read_audio,
  sumIf(cache_read_image, billable) AS sum_cache_read_image,
  sumIf(cache_write_5m, billable) AS sum_cache_write_5m,
  sumIf(cache_write_1h, billable) AS sum_cache_write_1h,
  sumIf(cache_write_other, billable) AS sum_cache_write_other,
  sumIf(output, billable) AS sum_output,
  sumIf(output_reasoning, billable) AS sum_output_reasoning,
  sumIf(output_audio, billable) AS sum_output_audio,
  sumIf(output_image, billable) AS sum_output_image,
  sumIf(output_video, billable) AS sum_output_video,
  sumIf(web_search_requests, billable) AS sum_web_search_requests,
  sumIf(web_fetch_requests, billable) AS sum_web_fetch_requests,
  sumIf(images, billable) AS sum_images,
  sumIf(audio_seconds, billable) AS sum_audio_seconds,
  sumIf(pages, billable) AS sum_pages,
  sumIf(search_units, billable) AS sum_search_units,
  sumIf(characters, billable) AS sum_characters,
  sumIf(search_queries, billable) AS sum_search_queries,
  sumIf(citation_tokens, billable) AS sum_citation_tokens,
  sumIf(file_search_calls, billable) AS sum_file_search_calls,
  sumIf(container_sessions, billable) AS sum_container_sessions,
  sumIf(video_seconds, billable) AS sum_video_seconds,
  sumIf(input_total, billable) AS sum_input_total,
  sumIf(output_total, billable) AS sum_output_total
FROM calls
WHERE project = {project:String}
  AND start_time >= toDateTime64({from:String}, 9, 'UTC')
  AND start_time < toDateTime64({to:String}, 9, 'UTC')
  AND ifNull(toString(feature), '') IN {filter_0:Array(String)}
  AND tags[{filter_key_1:String}] IN {filter_1:Array(String)}
GROUP BY bucket, dim_0, dim_1
ORDER BY bucket, cost_sum DESC NULLS LAST, calls DESC, dim_0, dim_1
LIMIT 10001
