-- Views whose rows add up: sum(calls), not count(). From the views themselves each row is one call (limit, cost line); the query layer
-- answers from rollups, where a row stands for all calls of a slot of time that agree in its dimensions.
-- A measure that is null is unknown and is in no sum.
-- Classes are 64 to a doubling: class c holds values from 250 * exp2((c - 1000) / 64) up to the next one, so that a percentile of classes
-- is within 0.6 % of the value, and the same whether classes are counted one by one or were added up before.
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

CREATE OR REPLACE VIEW limit_stats ${on_cluster} AS
SELECT
    project,
    start_time,
    provider,
    model,
    request_model,
    response_model,
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
    cost_status,
    streaming,
    batch,
    kind,
    remaining / nullIf(limit, 0) AS least_left,
    least_left AS latest_left,
    if(least_left IS NULL, NULL, start_time) AS latest_left_time,
    limit AS latest_limit,
    if(limit IS NULL, NULL, start_time) AS latest_limit_time
FROM rate_limits;

CREATE OR REPLACE VIEW line_stats ${on_cluster} AS
SELECT
    project,
    start_time,
    provider,
    model,
    request_model,
    response_model,
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
    cost_status,
    streaming,
    batch,
    class,
    unit_price,
    per,
    amount,
    start_time AS first_time,
    start_time AS last_time
FROM cost_lines;

-- Rollups: the rows of a view above that agree in the dimensions of a grain, within a slot of time, as one row. Recomputed from the
-- deduplicated rows whenever a slot gets new ones; the highest generation wins, and a group that is no more has weight 0. Only the query
-- layer reads them: it takes slots that are not up to date from the views.
CREATE TABLE IF NOT EXISTS calls_rollup${local} ${on_cluster}
(
    project LowCardinality(String),
    grain LowCardinality(String),
    start_time DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    key FixedString(16),
    generation UInt64 CODEC(Delta(8), ZSTD(1)),
    weight UInt64 CODEC(T64, ZSTD(1)),
    environment LowCardinality(Nullable(String)),
    provider LowCardinality(String),
    model LowCardinality(Nullable(String)),
    request_model LowCardinality(Nullable(String)),
    response_model LowCardinality(Nullable(String)),
    priced_model LowCardinality(Nullable(String)),
    service LowCardinality(Nullable(String)),
    team LowCardinality(Nullable(String)),
    feature LowCardinality(Nullable(String)),
    customer LowCardinality(Nullable(String)),
    user LowCardinality(Nullable(String)),
    outcome LowCardinality(String),
    error_type LowCardinality(Nullable(String)),
    http_status Nullable(UInt16),
    host LowCardinality(Nullable(String)),
    billable Bool,
    cost_status LowCardinality(String),
    cost_reason LowCardinality(Nullable(String)),
    usage_source LowCardinality(String),
    usage_quality LowCardinality(String),
    scope LowCardinality(String),
    scope_version LowCardinality(String),
    input_size UInt8,
    kind LowCardinality(String),
    class LowCardinality(String),
    unit_price Nullable(Decimal(38, 18)),
    per UInt64,
    calls UInt64 CODEC(T64, ZSTD(1)),
    ok_calls UInt64 CODEC(T64, ZSTD(1)),
    errors UInt64 CODEC(T64, ZSTD(1)),
    cancelled_calls UInt64 CODEC(T64, ZSTD(1)),
    abandoned_calls UInt64 CODEC(T64, ZSTD(1)),
    streamed_calls UInt64 CODEC(T64, ZSTD(1)),
    billable_calls UInt64 CODEC(T64, ZSTD(1)),
    priced_calls UInt64 CODEC(T64, ZSTD(1)),
    missing_calls UInt64 CODEC(T64, ZSTD(1)),
    exact_usage_calls UInt64 CODEC(T64, ZSTD(1)),
    sized_calls UInt64 CODEC(T64, ZSTD(1)),
    retries UInt64 CODEC(T64, ZSTD(1)),
    attempts_made UInt64 CODEC(T64, ZSTD(1)),
    attempted_calls UInt64 CODEC(T64, ZSTD(1)),
    attempts_seen UInt64 CODEC(T64, ZSTD(1)),
    attempts_429 UInt64 CODEC(T64, ZSTD(1)),
    attempts_2xx UInt64 CODEC(T64, ZSTD(1)),
    attempts_4xx UInt64 CODEC(T64, ZSTD(1)),
    attempts_5xx UInt64 CODEC(T64, ZSTD(1)),
    attempts_unanswered UInt64 CODEC(T64, ZSTD(1)),
    cost Nullable(Decimal(38, 12)) CODEC(ZSTD(1)),
    unfinished_cost Nullable(Decimal(38, 12)) CODEC(ZSTD(1)),
    unattributed_cost Nullable(Decimal(38, 12)) CODEC(ZSTD(1)),
    cache_saving Nullable(Decimal(38, 12)) CODEC(ZSTD(1)),
    amount Nullable(Decimal(38, 12)) CODEC(ZSTD(1)),
    input_uncached Nullable(Int64) CODEC(T64, ZSTD(1)),
    cache_write_5m Nullable(Int64) CODEC(T64, ZSTD(1)),
    cache_write_1h Nullable(Int64) CODEC(T64, ZSTD(1)),
    cache_write_other Nullable(Int64) CODEC(T64, ZSTD(1)),
    output Nullable(Int64) CODEC(T64, ZSTD(1)),
    output_reasoning Nullable(Int64) CODEC(T64, ZSTD(1)),
    input_total Nullable(Int64) CODEC(T64, ZSTD(1)),
    output_total Nullable(Int64) CODEC(T64, ZSTD(1)),
    cacheable_input Nullable(Int64) CODEC(T64, ZSTD(1)),
    cached_input Nullable(Int64) CODEC(T64, ZSTD(1)),
    priced_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
    answered_input Nullable(Int64) CODEC(T64, ZSTD(1)),
    reasoned_output Nullable(Int64) CODEC(T64, ZSTD(1)),
    cache_read_tokens Int64 CODEC(T64, ZSTD(1)),
    cache_write_tokens Int64 CODEC(T64, ZSTD(1)),
    media_tool_tokens Int64 CODEC(T64, ZSTD(1)),
    first_time Nullable(DateTime64(9, 'UTC')) CODEC(ZSTD(1)),
    last_time Nullable(DateTime64(9, 'UTC')) CODEC(ZSTD(1)),
    latest_left_time Nullable(DateTime64(9, 'UTC')) CODEC(ZSTD(1)),
    latest_limit_time Nullable(DateTime64(9, 'UTC')) CODEC(ZSTD(1)),
    least_left Nullable(Float64) CODEC(ZSTD(1)),
    latest_left Nullable(Float64) CODEC(ZSTD(1)),
    latest_limit Nullable(Int64) CODEC(ZSTD(1)),
    duration_classes Array(UInt16) CODEC(ZSTD(1)),
    duration_counts Array(UInt32) CODEC(ZSTD(1)),
    first_chunk_classes Array(UInt16) CODEC(ZSTD(1)),
    first_chunk_counts Array(UInt32) CODEC(ZSTD(1)),
    speed_classes Array(UInt16) CODEC(ZSTD(1)),
    speed_counts Array(UInt32) CODEC(ZSTD(1)),
    recording_classes Array(UInt16) CODEC(ZSTD(1)),
    recording_counts Array(UInt32) CODEC(ZSTD(1)),
    duration_spread Array(UInt64) CODEC(ZSTD(1)),
    input_spread Array(UInt64) CODEC(ZSTD(1)),
    cost_spread Array(UInt64) CODEC(ZSTD(1))
)
ENGINE = engine(generation)
PARTITION BY toYYYYMM(start_time)
ORDER BY (project, grain, start_time, key)
TTL toDateTime(least(toUnixTimestamp(start_time) + 86400 * ${retention_days}, 4294967295), 'UTC')
SETTINGS fsync_after_insert = 1,
    fsync_part_directory = 1,
    ttl_only_drop_parts = 1,
    materialize_ttl_recalculate_only = 1;

distributed(calls_rollup, cityHash64(start_time));

-- Up to which insert of a day (its block number) the rollups of a slot length hold its rows.
CREATE TABLE IF NOT EXISTS rollup_state${local} ${on_cluster}
(
    definition LowCardinality(String),
    slot_seconds UInt32,
    day String,
    covered UInt64,
    generation UInt64
)
ENGINE = engine(generation)
ORDER BY (definition, slot_seconds, day)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

distributed(rollup_state, cityHash64(day));
