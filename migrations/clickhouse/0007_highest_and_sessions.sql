-- Greatest values of one call, and sums by session.
CREATE OR REPLACE VIEW call_stats ${on_cluster} AS
WITH outcome = 'ok' AND ifNull(output_total > 0, 0) AND duration_ms > ifNull(time_to_first_chunk_ms, 0) AS has_speed
SELECT
    project,
    start_time,
    provider,
    coalesce(priced_model, response_model, request_model) AS model,
    request_model,
    response_model,
    priced_model,
    operation,
    service_tier,
    client_flavor,
    host,
    service,
    environment,
    user,
    team,
    feature,
    session,
    customer,
    tags,
    outcome,
    error_type,
    http_status,
    streaming,
    batch,
    billable,
    cost_status,
    cost_reason,
    usage_source,
    usage_quality,
    scope,
    scope_version,
    multiIf(input_total < 500, 1, input_total < 2000, 2, input_total < 8000, 3, input_total < 32000, 4, input_total >= 32000, 5, 0) AS input_size,

    toUInt64(1) AS calls,
    if(outcome = 'ok', toUInt64(1), 0) AS ok_calls,
    if(outcome = 'error', toUInt64(1), 0) AS errors,
    if(outcome = 'cancelled', toUInt64(1), 0) AS cancelled_calls,
    if(outcome = 'abandoned', toUInt64(1), 0) AS abandoned_calls,
    toUInt64(streaming) AS streamed_calls,
    toUInt64(billable) AS billable_calls,
    toUInt64(billable AND cost_total IS NOT NULL) AS priced_calls,
    toUInt64(billable AND cost_status IN ('unpriced', 'partial')) AS missing_calls,
    toUInt64(billable AND usage_source = 'provider' AND usage_quality = 'exact') AS exact_usage_calls,
    toUInt64(input_total IS NOT NULL) AS sized_calls,
    toUInt64(retry_count) AS retries,
    toUInt64(attempt_count) AS attempts_made,
    toUInt64(attempt_count > 0) AS attempted_calls,
    length(attempts.http_status) AS attempts_seen,
    toUInt64(countEqual(attempts.http_status, 429)) AS attempts_429,
    toUInt64(arrayCount(s -> s BETWEEN 200 AND 299, attempts.http_status)) AS attempts_2xx,
    toUInt64(arrayCount(s -> s BETWEEN 400 AND 499 AND s != 429, attempts.http_status)) AS attempts_4xx,
    toUInt64(arrayCount(s -> s >= 500, attempts.http_status)) AS attempts_5xx,
    toUInt64(arrayCount(s -> s IS NULL, attempts.http_status)) AS attempts_unanswered,

    if(billable, cost_total, NULL) AS cost,
    if(billable AND outcome != 'ok', cost_total, NULL) AS unfinished_cost,
    if(billable AND coalesce(feature, team, customer, user) IS NULL, cost_total, NULL) AS unattributed_cost,
    if(
        billable AND has(cost_lines.class, 'input') AND arrayExists(c -> startsWith(c, 'cache_'), cost_lines.class),
        toDecimal128(
            arraySum(
                (c, q, a) -> if(
                    startsWith(c, 'cache_'),
                    toFloat64OrZero(q) * toFloat64OrZero(cost_lines.unit_price[indexOf(cost_lines.class, 'input')])
                        / cost_lines.per[indexOf(cost_lines.class, 'input')] - toFloat64(a),
                    0
                ),
                cost_lines.class,
                cost_lines.quantity,
                cost_lines.amount
            ),
            12
        ),
        NULL
    ) AS cache_saving,

    input_uncached,
    coalesce(cache_read, 0) + coalesce(cache_read_audio, 0) + coalesce(cache_read_image, 0) AS cache_read_tokens,
    coalesce(cache_write_5m, 0) + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) AS cache_write_tokens,
    cache_write_5m,
    cache_write_1h,
    cache_write_other,
    output,
    output_reasoning,
    coalesce(input_audio, 0) + coalesce(input_image, 0) + coalesce(input_video, 0) + coalesce(input_tool, 0)
        + coalesce(output_audio, 0) + coalesce(output_image, 0) + coalesce(output_video, 0) AS media_tool_tokens,
    input_total,
    output_total,
    if(billable AND coalesce(cache_read, cache_read_audio, cache_read_image) IS NOT NULL, input_total, NULL) AS cacheable_input,
    if(billable AND input_total IS NOT NULL AND coalesce(cache_read, cache_read_audio, cache_read_image) IS NOT NULL,
        cache_read_tokens, NULL) AS cached_input,
    if(billable AND cost_total IS NOT NULL, input_total + output_total, NULL) AS priced_tokens,
    if(output_total IS NOT NULL, input_total, NULL) AS answered_input,
    if(output_reasoning IS NOT NULL, output_total, NULL) AS reasoned_output,

    start_time AS first_time,
    start_time AS last_time,
    feature AS least_feature,

    -- Of one call: says in which slots the calls at the top of a list can be.
    cost AS highest_cost,
    duration_ms AS highest_duration,
    input_total AS highest_input,
    output_total AS highest_output,
    attempt_count AS highest_attempts,

    if(outcome = 'ok', [toUInt16(1000 + floor(64 * log2(greatest(duration_ms, 0.05) / 250)))], []) AS duration_classes,
    if(outcome = 'ok', [toUInt32(1)], []) AS duration_counts,
    if(
        time_to_first_chunk_ms IS NOT NULL,
        [toUInt16(1000 + floor(64 * log2(greatest(assumeNotNull(time_to_first_chunk_ms), 0.05) / 250)))],
        []
    ) AS first_chunk_classes,
    if(time_to_first_chunk_ms IS NOT NULL, [toUInt32(1)], []) AS first_chunk_counts,
    if(
        has_speed,
        [toUInt16(1000 + floor(64 * log2(
            greatest(assumeNotNull(output_total) * 1000 / greatest(duration_ms - ifNull(time_to_first_chunk_ms, 0), 0.001), 0.05) / 250
        )))],
        []
    ) AS speed_classes,
    if(has_speed, [toUInt32(1)], []) AS speed_counts,
    [toUInt16(1000 + floor(64 * log2(
        greatest((toFloat64(ingested_at) - toFloat64(start_time)) * 1000 - duration_ms, 0.05) / 250
    )))] AS recording_classes,
    [toUInt32(1)] AS recording_counts,

    -- A one at the value's place among the bounds of a heat map, from below the first to beyond the last; none when it is not known.
    arrayMap(
        place -> toUInt32(place = (duration_ms >= 250) + (duration_ms >= 500) + (duration_ms >= 1000) + (duration_ms >= 2000)
            + (duration_ms >= 4000) + (duration_ms >= 8000) + (duration_ms >= 16000) + (duration_ms >= 32000) + (duration_ms >= 64000)),
        range(10)
    ) AS duration_spread,
    arrayMap(
        place -> toUInt32(ifNull(place = (input_total >= 256) + (input_total >= 1000) + (input_total >= 2000) + (input_total >= 4000)
            + (input_total >= 8000) + (input_total >= 16000) + (input_total >= 32000) + (input_total >= 64000) + (input_total >= 128000), 0)),
        range(10)
    ) AS input_spread,
    arrayMap(
        place -> toUInt32(ifNull(place = (cost >= 0.0001) + (cost >= 0.001) + (cost >= 0.005) + (cost >= 0.01) + (cost >= 0.05)
            + (cost >= 0.1) + (cost >= 0.5) + (cost >= 1), 0)),
        range(9)
    ) AS cost_spread
FROM calls_raw FINAL
WHERE role = 'call';

ALTER TABLE calls_rollup${local} ${on_cluster} ADD COLUMN IF NOT EXISTS session Nullable(String) CODEC(ZSTD(1)) AFTER user,
    ADD COLUMN IF NOT EXISTS least_feature LowCardinality(Nullable(String)) AFTER last_time,
    ADD COLUMN IF NOT EXISTS highest_cost Nullable(Decimal(38, 12)) CODEC(ZSTD(1)) AFTER least_feature,
    ADD COLUMN IF NOT EXISTS highest_duration Nullable(Float64) CODEC(ZSTD(1)) AFTER highest_cost,
    ADD COLUMN IF NOT EXISTS highest_input Nullable(Int64) CODEC(T64, ZSTD(1)) AFTER highest_duration,
    ADD COLUMN IF NOT EXISTS highest_output Nullable(Int64) CODEC(T64, ZSTD(1)) AFTER highest_input,
    ADD COLUMN IF NOT EXISTS highest_attempts Nullable(UInt32) CODEC(T64, ZSTD(1)) AFTER highest_output;

distributed(calls_rollup, cityHash64(start_time));
