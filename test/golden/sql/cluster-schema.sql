CREATE TABLE IF NOT EXISTS calls_raw_local ON CLUSTER 'main'
(
    project LowCardinality(String),
    version UInt64 CODEC(Delta(8), ZSTD(1)),
    call_id String CODEC(ZSTD(1)),
    role LowCardinality(String),
    role_reason LowCardinality(Nullable(String)),
    other_span_ids Array(String) CODEC(ZSTD(1)),
    ingested_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    delivered Nullable(String) CODEC(ZSTD(3)),

    trace_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    parent_span_id Nullable(String) CODEC(ZSTD(1)),
    start_time DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    duration_ms Float64 CODEC(ZSTD(1)),
    time_to_first_chunk_ms Nullable(Float64) CODEC(ZSTD(1)),

    operation LowCardinality(String),
    provider LowCardinality(String),
    provider_stated Bool,
    client_flavor LowCardinality(Nullable(String)),
    host LowCardinality(Nullable(String)),
    request_model LowCardinality(Nullable(String)),
    response_model LowCardinality(Nullable(String)),
    priced_model LowCardinality(Nullable(String)),
    match_rule LowCardinality(Nullable(String)),
    service_tier LowCardinality(Nullable(String)),
    batch Bool,
    streaming Bool,
    response_id Nullable(String) CODEC(ZSTD(1)),
    request_id Nullable(String) CODEC(ZSTD(1)),

    outcome LowCardinality(String),
    http_status Nullable(UInt16) CODEC(T64, ZSTD(1)),
    error_type LowCardinality(Nullable(String)),
    finish_reasons Array(LowCardinality(String)),
    attempts Nested(
        index UInt32,
        start_time Nullable(DateTime64(9, 'UTC')),
        duration_ms Nullable(Float64),
        http_status Nullable(UInt16),
        error_type LowCardinality(Nullable(String)),
        retry_after_ms Nullable(Float64)
    ),
    attempt_count UInt32 CODEC(T64, ZSTD(1)),
    retry_count UInt32 CODEC(T64, ZSTD(1)),
    rate_limits Nested(
        kind LowCardinality(String),
        limit Nullable(Int64),
        remaining Nullable(Int64),
        reset_at Nullable(DateTime64(9, 'UTC'))
    ),

    input_uncached Nullable(Int64) CODEC(T64, ZSTD(1)),
    input_audio Nullable(Int64) CODEC(T64, ZSTD(1)),
    input_image Nullable(Int64) CODEC(T64, ZSTD(1)),
    input_tool Nullable(Int64) CODEC(T64, ZSTD(1)),
    cache_read Nullable(Int64) CODEC(T64, ZSTD(1)),
    cache_write_5m Nullable(Int64) CODEC(T64, ZSTD(1)),
    cache_write_1h Nullable(Int64) CODEC(T64, ZSTD(1)),
    cache_write_other Nullable(Int64) CODEC(T64, ZSTD(1)),
    output Nullable(Int64) CODEC(T64, ZSTD(1)),
    output_reasoning Nullable(Int64) CODEC(T64, ZSTD(1)),
    output_audio Nullable(Int64) CODEC(T64, ZSTD(1)),
    output_image Nullable(Int64) CODEC(T64, ZSTD(1)),
    web_search_requests Nullable(Int64) CODEC(T64, ZSTD(1)),
    web_fetch_requests Nullable(Int64) CODEC(T64, ZSTD(1)),
    images Nullable(Int64) CODEC(T64, ZSTD(1)),
    audio_seconds Nullable(Decimal(18, 6)) CODEC(ZSTD(1)),
    pages Nullable(Int64) CODEC(T64, ZSTD(1)),
    search_units Nullable(Int64) CODEC(T64, ZSTD(1)),
    characters Nullable(Int64) CODEC(T64, ZSTD(1)),
    search_queries Nullable(Int64) CODEC(T64, ZSTD(1)),
    citation_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
    file_search_calls Nullable(Int64) CODEC(T64, ZSTD(1)),
    container_sessions Nullable(Int64) CODEC(T64, ZSTD(1)),
    video_seconds Nullable(Decimal(18, 6)) CODEC(ZSTD(1)),
    input_total Nullable(Int64) CODEC(T64, ZSTD(1)),
    output_total Nullable(Int64) CODEC(T64, ZSTD(1)),
    usage_source LowCardinality(String),
    usage_quality LowCardinality(String),
    usage_rule LowCardinality(String),

    billable Bool,
    geo LowCardinality(Nullable(String)),
    region LowCardinality(Nullable(String)),
    speed LowCardinality(Nullable(String)),
    deployment LowCardinality(Nullable(String)),
    variant Map(LowCardinality(String), String),
    provider_reported_cost Nullable(String) CODEC(ZSTD(1)),

    cost_status LowCardinality(String),
    cost_reason LowCardinality(Nullable(String)),
    cost_total Nullable(Decimal(38, 12)) CODEC(ZSTD(1)),
    cost_source LowCardinality(String),
    price_book LowCardinality(Nullable(String)),
    list_total Nullable(Decimal(38, 12)) CODEC(ZSTD(1)),
    provider_reported Nullable(String) CODEC(ZSTD(1)),
    cost_lines Nested(
        class LowCardinality(String),
        quantity String,
        unit_price LowCardinality(String),
        per UInt64,
        factors LowCardinality(String),
        amount Decimal(38, 12),
        rate_id LowCardinality(String)
    ),

    service LowCardinality(Nullable(String)),
    environment LowCardinality(Nullable(String)),
    user LowCardinality(Nullable(String)),
    team LowCardinality(Nullable(String)),
    feature LowCardinality(Nullable(String)),
    session Nullable(String) CODEC(ZSTD(1)),
    customer LowCardinality(Nullable(String)),
    tags Map(LowCardinality(String), String) CODEC(ZSTD(1)),

    scope LowCardinality(String),
    scope_version LowCardinality(String),
    dialect LowCardinality(String),

    INDEX ix_trace trace_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX ix_response response_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX ix_call call_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX ix_ingested ingested_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/calls_raw', '{replica}', version)
PARTITION BY toYYYYMMDD(start_time)
ORDER BY (project, toStartOfHour(start_time), trace_id, span_id)
TTL toDateTime(least(toUnixTimestamp(start_time) + 86400 * 400, 4294967295), 'UTC')
SETTINGS fsync_after_insert = 1,
    fsync_part_directory = 1,
    ttl_only_drop_parts = 1,
    materialize_ttl_recalculate_only = 1,
    min_age_to_force_merge_seconds = 900,
    min_age_to_force_merge_on_partition_only = 1;

CREATE OR REPLACE TABLE calls_raw ON CLUSTER 'main' AS calls_raw_local
ENGINE = Distributed('main', currentDatabase(), calls_raw_local, cityHash64(trace_id));

CREATE TABLE IF NOT EXISTS span_links_local ON CLUSTER 'main'
(
    project LowCardinality(String),
    trace_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    parent_span_id String CODEC(ZSTD(1)),
    start_time DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    ingested_at DateTime('UTC') DEFAULT now(),
    INDEX ix_trace trace_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/span_links', '{replica}')
PARTITION BY toYYYYMMDD(start_time)
ORDER BY (project, toStartOfHour(start_time), trace_id, span_id)
TTL ingested_at + toIntervalDay(30)
SETTINGS fsync_after_insert = 1,
    fsync_part_directory = 1,
    ttl_only_drop_parts = 1,
    min_age_to_force_merge_seconds = 900,
    min_age_to_force_merge_on_partition_only = 1;

CREATE OR REPLACE TABLE span_links ON CLUSTER 'main' AS span_links_local
ENGINE = Distributed('main', currentDatabase(), span_links_local, cityHash64(trace_id));

CREATE OR REPLACE VIEW calls ON CLUSTER 'main' AS
SELECT
    call_id AS id,
    project,
    trace_id,
    span_id,
    other_span_ids,
    start_time,
    duration_ms,
    time_to_first_chunk_ms,
    operation,
    provider,
    client_flavor,
    host,
    coalesce(priced_model, response_model, request_model) AS model,
    request_model,
    response_model,
    priced_model,
    match_rule,
    service_tier,
    batch,
    streaming,
    response_id,
    request_id,
    outcome,
    http_status,
    error_type,
    finish_reasons,
    attempt_count,
    retry_count,
    input_uncached,
    input_audio,
    input_image,
    input_tool,
    cache_read,
    cache_write_5m,
    cache_write_1h,
    cache_write_other,
    output,
    output_reasoning,
    output_audio,
    output_image,
    web_search_requests,
    web_fetch_requests,
    images,
    audio_seconds,
    pages,
    search_units,
    characters,
    search_queries,
    citation_tokens,
    file_search_calls,
    container_sessions,
    video_seconds,
    input_total,
    output_total,
    usage_source,
    usage_quality,
    usage_rule,
    billable,
    if(billable, cost_total, NULL) AS cost,
    cost_status,
    cost_reason,
    cost_total,
    cost_source,
    price_book,
    list_total,
    toDecimal128OrNull(provider_reported, 18) AS provider_reported,
    service,
    environment,
    user,
    team,
    feature,
    session,
    customer,
    tags,
    scope,
    scope_version,
    dialect,
    ingested_at,
    version
FROM calls_raw FINAL
WHERE role = 'call';

CREATE OR REPLACE VIEW attempts ON CLUSTER 'main' AS
SELECT
    call_id AS id,
    project,
    start_time,
    provider,
    coalesce(priced_model, response_model, request_model) AS model,
    service,
    environment,
    user,
    team,
    feature,
    customer,
    outcome,
    attempt_count,
    attempt_index AS index,
    attempt_start_time,
    attempt_duration_ms,
    attempt_http_status,
    attempt_error_type,
    retry_after_ms
FROM calls_raw FINAL
ARRAY JOIN
    attempts.index AS attempt_index,
    attempts.start_time AS attempt_start_time,
    attempts.duration_ms AS attempt_duration_ms,
    attempts.http_status AS attempt_http_status,
    attempts.error_type AS attempt_error_type,
    attempts.retry_after_ms AS retry_after_ms
WHERE role = 'call';

CREATE OR REPLACE VIEW rate_limits ON CLUSTER 'main' AS
SELECT
    call_id AS id,
    project,
    start_time,
    provider,
    coalesce(priced_model, response_model, request_model) AS model,
    service,
    environment,
    team,
    feature,
    limit_kind AS kind,
    limit_value AS limit,
    limit_remaining AS remaining,
    limit_reset_at AS reset_at
FROM calls_raw FINAL
ARRAY JOIN
    rate_limits.kind AS limit_kind,
    rate_limits.limit AS limit_value,
    rate_limits.remaining AS limit_remaining,
    rate_limits.reset_at AS limit_reset_at
WHERE role = 'call';

CREATE OR REPLACE VIEW cost_lines ON CLUSTER 'main' AS
SELECT
    call_id AS id,
    project,
    start_time,
    provider,
    coalesce(priced_model, response_model, request_model) AS model,
    service,
    environment,
    user,
    team,
    feature,
    customer,
    line_class AS class,
    toDecimal128OrNull(line_quantity, 6) AS quantity,
    toDecimal128OrNull(line_unit_price, 18) AS unit_price,
    line_per AS per,
    line_amount AS amount,
    line_rate_id AS rate_id
FROM calls_raw FINAL
ARRAY JOIN
    cost_lines.class AS line_class,
    cost_lines.quantity AS line_quantity,
    cost_lines.unit_price AS line_unit_price,
    cost_lines.per AS line_per,
    cost_lines.amount AS line_amount,
    cost_lines.rate_id AS line_rate_id
WHERE role = 'call' AND billable;

CREATE OR REPLACE VIEW attempts ON CLUSTER 'main' AS
SELECT
    call_id AS id,
    project,
    start_time,
    provider,
    coalesce(priced_model, response_model, request_model) AS model,
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
    attempt_count,
    attempt_index AS index,
    attempt_start_time,
    attempt_duration_ms,
    attempt_http_status,
    attempt_error_type,
    retry_after_ms
FROM calls_raw FINAL
ARRAY JOIN
    attempts.index AS attempt_index,
    attempts.start_time AS attempt_start_time,
    attempts.duration_ms AS attempt_duration_ms,
    attempts.http_status AS attempt_http_status,
    attempts.error_type AS attempt_error_type,
    attempts.retry_after_ms AS retry_after_ms
WHERE role = 'call';

CREATE OR REPLACE VIEW rate_limits ON CLUSTER 'main' AS
SELECT
    call_id AS id,
    project,
    start_time,
    provider,
    coalesce(priced_model, response_model, request_model) AS model,
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
    limit_kind AS kind,
    limit_value AS limit,
    limit_remaining AS remaining,
    limit_reset_at AS reset_at
FROM calls_raw FINAL
ARRAY JOIN
    rate_limits.kind AS limit_kind,
    rate_limits.limit AS limit_value,
    rate_limits.remaining AS limit_remaining,
    rate_limits.reset_at AS limit_reset_at
WHERE role = 'call';

CREATE OR REPLACE VIEW cost_lines ON CLUSTER 'main' AS
SELECT
    call_id AS id,
    project,
    start_time,
    provider,
    coalesce(priced_model, response_model, request_model) AS model,
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
    line_class AS class,
    toDecimal128OrNull(line_quantity, 6) AS quantity,
    toDecimal128OrNull(line_unit_price, 18) AS unit_price,
    line_per AS per,
    line_amount AS amount,
    line_rate_id AS rate_id
FROM calls_raw FINAL
ARRAY JOIN
    cost_lines.class AS line_class,
    cost_lines.quantity AS line_quantity,
    cost_lines.unit_price AS line_unit_price,
    cost_lines.per AS line_per,
    cost_lines.amount AS line_amount,
    cost_lines.rate_id AS line_rate_id
WHERE role = 'call' AND billable;

ALTER TABLE calls_raw_local ON CLUSTER 'main' ADD COLUMN IF NOT EXISTS input_video Nullable(Int64) CODEC(T64, ZSTD(1)) AFTER input_image,
    ADD COLUMN IF NOT EXISTS cache_read_audio Nullable(Int64) CODEC(T64, ZSTD(1)) AFTER cache_read,
    ADD COLUMN IF NOT EXISTS cache_read_image Nullable(Int64) CODEC(T64, ZSTD(1)) AFTER cache_read_audio,
    ADD COLUMN IF NOT EXISTS output_video Nullable(Int64) CODEC(T64, ZSTD(1)) AFTER output_image;

CREATE OR REPLACE TABLE calls_raw ON CLUSTER 'main' AS calls_raw_local
ENGINE = Distributed('main', currentDatabase(), calls_raw_local, cityHash64(trace_id));

CREATE OR REPLACE VIEW calls ON CLUSTER 'main' AS
SELECT
    call_id AS id,
    project,
    trace_id,
    span_id,
    other_span_ids,
    start_time,
    duration_ms,
    time_to_first_chunk_ms,
    operation,
    provider,
    client_flavor,
    host,
    coalesce(priced_model, response_model, request_model) AS model,
    request_model,
    response_model,
    priced_model,
    match_rule,
    service_tier,
    batch,
    streaming,
    response_id,
    request_id,
    outcome,
    http_status,
    error_type,
    finish_reasons,
    attempt_count,
    retry_count,
    input_uncached,
    input_audio,
    input_image,
    input_video,
    input_tool,
    cache_read,
    cache_read_audio,
    cache_read_image,
    cache_write_5m,
    cache_write_1h,
    cache_write_other,
    output,
    output_reasoning,
    output_audio,
    output_image,
    output_video,
    web_search_requests,
    web_fetch_requests,
    images,
    audio_seconds,
    pages,
    search_units,
    characters,
    search_queries,
    citation_tokens,
    file_search_calls,
    container_sessions,
    video_seconds,
    input_total,
    output_total,
    usage_source,
    usage_quality,
    usage_rule,
    billable,
    if(billable, cost_total, NULL) AS cost,
    cost_status,
    cost_reason,
    cost_total,
    cost_source,
    price_book,
    list_total,
    toDecimal128OrNull(provider_reported, 18) AS provider_reported,
    service,
    environment,
    user,
    team,
    feature,
    session,
    customer,
    tags,
    scope,
    scope_version,
    dialect,
    ingested_at,
    version
FROM calls_raw FINAL
WHERE role = 'call';

CREATE OR REPLACE VIEW spend_hourly ON CLUSTER 'main' AS
SELECT
    toStartOfHour(start_time) AS hour,
    project,
    provider,
    model,
    environment,
    service,
    team,
    feature,
    user,
    customer,
    count() AS calls,
    countIf(outcome = 'error') AS errors,
    countIf(billable) AS billable_calls,
    countIf(billable AND cost_status IN ('unpriced', 'partial')) AS missing_calls,
    sum(retry_count) AS retries,
    sum(cost) AS cost,
    sumIf(list_total, billable) AS list_cost,
    sumIf(input_total, billable) AS input_tokens,
    sumIf(output_total, billable) AS output_tokens,
    sumIf(cache_read, billable) AS cache_read_tokens
FROM calls
GROUP BY hour, project, provider, model, environment, service, team, feature, user, customer;

CREATE TABLE IF NOT EXISTS budget_standings_local ON CLUSTER 'main'
(
    project LowCardinality(String),
    budget_id String,
    version UInt64,
    removed Bool,
    name String,
    unit LowCardinality(String),
    period LowCardinality(String),
    timezone LowCardinality(String),
    period_start DateTime64(3, 'UTC'),
    period_end DateTime64(3, 'UTC'),
    limit_amount Decimal(38, 12),
    spent Decimal(38, 12),
    unpriced_calls UInt64,
    forecast Nullable(Decimal(38, 12)),
    forecast_low Nullable(Decimal(38, 12)),
    forecast_high Nullable(Decimal(38, 12)),
    breach_date Nullable(DateTime64(3, 'UTC'))
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/budget_standings', '{replica}', version)
ORDER BY (project, budget_id);

CREATE OR REPLACE TABLE budget_standings ON CLUSTER 'main' AS budget_standings_local
ENGINE = Distributed('main', currentDatabase(), budget_standings_local, cityHash64(budget_id));

CREATE OR REPLACE VIEW budget_status ON CLUSTER 'main' AS
SELECT
    budget_id,
    project,
    name,
    unit,
    period,
    timezone,
    period_start,
    period_end,
    limit_amount AS limit,
    spent,
    toFloat64(spent) / nullIf(toFloat64(limit_amount), 0) * 100 AS percent,
    unpriced_calls,
    forecast,
    forecast_low,
    forecast_high,
    breach_date,
    fromUnixTimestamp64Milli(toInt64(version), 'UTC') AS evaluated_at
FROM budget_standings FINAL
WHERE NOT removed;

CREATE OR REPLACE VIEW call_stats ON CLUSTER 'main' AS
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

CREATE OR REPLACE VIEW limit_stats ON CLUSTER 'main' AS
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

CREATE OR REPLACE VIEW line_stats ON CLUSTER 'main' AS
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

CREATE TABLE IF NOT EXISTS calls_rollup_local ON CLUSTER 'main'
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
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/calls_rollup', '{replica}', generation)
PARTITION BY toYYYYMM(start_time)
ORDER BY (project, grain, start_time, key)
TTL toDateTime(least(toUnixTimestamp(start_time) + 86400 * 400, 4294967295), 'UTC')
SETTINGS fsync_after_insert = 1,
    fsync_part_directory = 1,
    ttl_only_drop_parts = 1,
    materialize_ttl_recalculate_only = 1;

CREATE OR REPLACE TABLE calls_rollup ON CLUSTER 'main' AS calls_rollup_local
ENGINE = Distributed('main', currentDatabase(), calls_rollup_local, cityHash64(start_time));

CREATE TABLE IF NOT EXISTS rollup_state_local ON CLUSTER 'main'
(
    definition LowCardinality(String),
    slot_seconds UInt32,
    day String,
    covered UInt64,
    generation UInt64
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/rollup_state', '{replica}', generation)
ORDER BY (definition, slot_seconds, day)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE OR REPLACE TABLE rollup_state ON CLUSTER 'main' AS rollup_state_local
ENGINE = Distributed('main', currentDatabase(), rollup_state_local, cityHash64(day));

CREATE OR REPLACE VIEW call_stats ON CLUSTER 'main' AS
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

ALTER TABLE calls_rollup_local ON CLUSTER 'main' ADD COLUMN IF NOT EXISTS session Nullable(String) CODEC(ZSTD(1)) AFTER user,
    ADD COLUMN IF NOT EXISTS least_feature LowCardinality(Nullable(String)) AFTER last_time,
    ADD COLUMN IF NOT EXISTS highest_cost Nullable(Decimal(38, 12)) CODEC(ZSTD(1)) AFTER least_feature,
    ADD COLUMN IF NOT EXISTS highest_duration Nullable(Float64) CODEC(ZSTD(1)) AFTER highest_cost,
    ADD COLUMN IF NOT EXISTS highest_input Nullable(Int64) CODEC(T64, ZSTD(1)) AFTER highest_duration,
    ADD COLUMN IF NOT EXISTS highest_output Nullable(Int64) CODEC(T64, ZSTD(1)) AFTER highest_input,
    ADD COLUMN IF NOT EXISTS highest_attempts Nullable(UInt32) CODEC(T64, ZSTD(1)) AFTER highest_output;

CREATE OR REPLACE TABLE calls_rollup ON CLUSTER 'main' AS calls_rollup_local
ENGINE = Distributed('main', currentDatabase(), calls_rollup_local, cityHash64(start_time));

when(SELECT count() FROM system.columns WHERE database = currentDatabase() AND table = 'calls_raw_local' AND name = 'geo')
CREATE TABLE IF NOT EXISTS calls_packed_local ON CLUSTER 'main'
(
    project LowCardinality(String),
    version UInt64 CODEC(Delta(8), ZSTD(1)),
    role LowCardinality(String),
    ingested_at DateTime64(3, 'UTC') CODEC(T64, ZSTD(1)),
    delivered String CODEC(ZSTD(3)),
    rest String CODEC(ZSTD(3)),
    trace_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    parent_span_id Nullable(String) CODEC(ZSTD(1)),
    start_time DateTime64(9, 'UTC') CODEC(T64, ZSTD(1)),
    duration_ms Float64 CODEC(ZSTD(1)),
    time_to_first_chunk_ms Nullable(Float64) CODEC(ZSTD(1)),
    facts LowCardinality(String),
    provider LowCardinality(String),
    request_model LowCardinality(Nullable(String)),
    response_model LowCardinality(Nullable(String)),
    priced_model LowCardinality(Nullable(String)),
    response_id Nullable(String) CODEC(ZSTD(1)),
    request_id Nullable(String) CODEC(ZSTD(1)),
    outcome LowCardinality(String),
    `tries.begun` Array(Int64) CODEC(T64, ZSTD(1)),
    `tries.less` Array(Int64) CODEC(T64, ZSTD(1)),
    windows LowCardinality(String),
    `window.used` Array(Int64) CODEC(T64, ZSTD(1)),
    `window.reset` Array(Int64) CODEC(T64, ZSTD(1)),
    input_uncached Nullable(Int64) CODEC(T64, ZSTD(1)),
    cache_read Nullable(Int64) CODEC(T64, ZSTD(1)),
    cache_write_5m Nullable(Int64) CODEC(T64, ZSTD(1)),
    cache_write_1h Nullable(Int64) CODEC(T64, ZSTD(1)),
    output Nullable(Int64) CODEC(T64, ZSTD(1)),
    output_reasoning Nullable(Int64) CODEC(T64, ZSTD(1)),
    input_total Nullable(Int64) CODEC(T64, ZSTD(1)),
    output_total Nullable(Int64) CODEC(T64, ZSTD(1)),
    billable Bool,
    cost_status LowCardinality(String),
    cost_total Nullable(Decimal(38, 12)) CODEC(ZSTD(1)),
    rates LowCardinality(String),
    service LowCardinality(Nullable(String)),
    environment LowCardinality(Nullable(String)),
    user LowCardinality(Nullable(String)),
    team LowCardinality(Nullable(String)),
    feature LowCardinality(Nullable(String)),
    session Nullable(String) CODEC(ZSTD(1)),
    customer LowCardinality(Nullable(String)),
    tags Map(LowCardinality(String), String) CODEC(ZSTD(1)),

    call_id String ALIAS if(
        empty(rest) OR NOT JSONHas(rest, 'call_id'),
        base64URLEncode(unhex(concat(substring(trace_id, 17), span_id))),
        JSONExtractString(rest, 'call_id')
    ),
    other_span_ids Array(String) ALIAS if(empty(rest), [], JSONExtract(rest, 'other_span_ids', 'Array(String)')),
    role_reason LowCardinality(Nullable(String)) ALIAS if(
        simpleJSONHas(facts, 'role_reason'),
        simpleJSONExtractString(facts, 'role_reason'),
        NULL
    ),
    operation LowCardinality(String) ALIAS simpleJSONExtractString(facts, 'operation'),
    client_flavor LowCardinality(Nullable(String)) ALIAS if(
        simpleJSONHas(facts, 'client_flavor'),
        simpleJSONExtractString(facts, 'client_flavor'),
        NULL
    ),
    host LowCardinality(Nullable(String)) ALIAS if(simpleJSONHas(facts, 'host'), simpleJSONExtractString(facts, 'host'), NULL),
    match_rule LowCardinality(Nullable(String)) ALIAS if(
        simpleJSONHas(facts, 'match_rule'),
        simpleJSONExtractString(facts, 'match_rule'),
        NULL
    ),
    service_tier LowCardinality(Nullable(String)) ALIAS if(
        simpleJSONHas(facts, 'service_tier'),
        simpleJSONExtractString(facts, 'service_tier'),
        NULL
    ),
    batch Bool ALIAS simpleJSONExtractBool(facts, 'batch'),
    streaming Bool ALIAS simpleJSONExtractBool(facts, 'streaming'),
    http_status Nullable(UInt16) ALIAS if(
        simpleJSONHas(facts, 'http_status'),
        toUInt16(simpleJSONExtractUInt(facts, 'http_status')),
        NULL
    ),
    error_type LowCardinality(Nullable(String)) ALIAS if(
        simpleJSONHas(facts, 'error_type'),
        simpleJSONExtractString(facts, 'error_type'),
        NULL
    ),
    finish_reasons Array(LowCardinality(String)) ALIAS if(
        simpleJSONHas(facts, 'finish_reasons'),
        JSONExtract(facts, 'finish_reasons', 'Array(String)'),
        []
    ),
    attempt_count UInt32 ALIAS simpleJSONExtractUInt(facts, 'attempt_count'),
    retry_count UInt32 ALIAS simpleJSONExtractUInt(facts, 'retry_count'),
    input_audio Nullable(Int64) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'input_audio'),
        JSONExtractInt(rest, 'input_audio'),
        if(simpleJSONHas(facts, 'input_audio'), 0, NULL)
    ),
    input_image Nullable(Int64) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'input_image'),
        JSONExtractInt(rest, 'input_image'),
        if(simpleJSONHas(facts, 'input_image'), 0, NULL)
    ),
    input_video Nullable(Int64) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'input_video'),
        JSONExtractInt(rest, 'input_video'),
        if(simpleJSONHas(facts, 'input_video'), 0, NULL)
    ),
    input_tool Nullable(Int64) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'input_tool'),
        JSONExtractInt(rest, 'input_tool'),
        if(simpleJSONHas(facts, 'input_tool'), 0, NULL)
    ),
    cache_read_audio Nullable(Int64) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'cache_read_audio'),
        JSONExtractInt(rest, 'cache_read_audio'),
        if(simpleJSONHas(facts, 'cache_read_audio'), 0, NULL)
    ),
    cache_read_image Nullable(Int64) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'cache_read_image'),
        JSONExtractInt(rest, 'cache_read_image'),
        if(simpleJSONHas(facts, 'cache_read_image'), 0, NULL)
    ),
    cache_write_other Nullable(Int64) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'cache_write_other'),
        JSONExtractInt(rest, 'cache_write_other'),
        if(simpleJSONHas(facts, 'cache_write_other'), 0, NULL)
    ),
    output_audio Nullable(Int64) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'output_audio'),
        JSONExtractInt(rest, 'output_audio'),
        if(simpleJSONHas(facts, 'output_audio'), 0, NULL)
    ),
    output_image Nullable(Int64) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'output_image'),
        JSONExtractInt(rest, 'output_image'),
        if(simpleJSONHas(facts, 'output_image'), 0, NULL)
    ),
    output_video Nullable(Int64) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'output_video'),
        JSONExtractInt(rest, 'output_video'),
        if(simpleJSONHas(facts, 'output_video'), 0, NULL)
    ),
    web_search_requests Nullable(Int64) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'web_search_requests'),
        JSONExtractInt(rest, 'web_search_requests'),
        if(simpleJSONHas(facts, 'web_search_requests'), 0, NULL)
    ),
    web_fetch_requests Nullable(Int64) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'web_fetch_requests'),
        JSONExtractInt(rest, 'web_fetch_requests'),
        if(simpleJSONHas(facts, 'web_fetch_requests'), 0, NULL)
    ),
    images Nullable(Int64) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'images'),
        JSONExtractInt(rest, 'images'),
        if(simpleJSONHas(facts, 'images'), 0, NULL)
    ),
    pages Nullable(Int64) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'pages'),
        JSONExtractInt(rest, 'pages'),
        if(simpleJSONHas(facts, 'pages'), 0, NULL)
    ),
    search_units Nullable(Int64) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'search_units'),
        JSONExtractInt(rest, 'search_units'),
        if(simpleJSONHas(facts, 'search_units'), 0, NULL)
    ),
    characters Nullable(Int64) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'characters'),
        JSONExtractInt(rest, 'characters'),
        if(simpleJSONHas(facts, 'characters'), 0, NULL)
    ),
    search_queries Nullable(Int64) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'search_queries'),
        JSONExtractInt(rest, 'search_queries'),
        if(simpleJSONHas(facts, 'search_queries'), 0, NULL)
    ),
    citation_tokens Nullable(Int64) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'citation_tokens'),
        JSONExtractInt(rest, 'citation_tokens'),
        if(simpleJSONHas(facts, 'citation_tokens'), 0, NULL)
    ),
    file_search_calls Nullable(Int64) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'file_search_calls'),
        JSONExtractInt(rest, 'file_search_calls'),
        if(simpleJSONHas(facts, 'file_search_calls'), 0, NULL)
    ),
    container_sessions Nullable(Int64) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'container_sessions'),
        JSONExtractInt(rest, 'container_sessions'),
        if(simpleJSONHas(facts, 'container_sessions'), 0, NULL)
    ),
    audio_seconds Nullable(Decimal(18, 6)) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'audio_seconds'),
        toDecimal64OrNull(JSONExtractString(rest, 'audio_seconds'), 6),
        if(simpleJSONHas(facts, 'audio_seconds'), 0, NULL)
    ),
    video_seconds Nullable(Decimal(18, 6)) ALIAS if(
        NOT empty(rest) AND JSONHas(rest, 'video_seconds'),
        toDecimal64OrNull(JSONExtractString(rest, 'video_seconds'), 6),
        if(simpleJSONHas(facts, 'video_seconds'), 0, NULL)
    ),
    usage_source LowCardinality(String) ALIAS simpleJSONExtractString(facts, 'usage_source'),
    usage_quality LowCardinality(String) ALIAS simpleJSONExtractString(facts, 'usage_quality'),
    usage_rule LowCardinality(String) ALIAS simpleJSONExtractString(facts, 'usage_rule'),
    cost_reason LowCardinality(Nullable(String)) ALIAS if(
        simpleJSONHas(facts, 'cost_reason'),
        simpleJSONExtractString(facts, 'cost_reason'),
        NULL
    ),
    cost_source LowCardinality(String) ALIAS simpleJSONExtractString(facts, 'cost_source'),
    price_book LowCardinality(Nullable(String)) ALIAS if(
        simpleJSONHas(facts, 'price_book'),
        simpleJSONExtractString(facts, 'price_book'),
        NULL
    ),
    list_total Nullable(Decimal(38, 12)) ALIAS if(
        empty(rest) OR NOT JSONHas(rest, 'list_total'),
        cost_total,
        toDecimal128OrNull(JSONExtractString(rest, 'list_total'), 12)
    ),
    provider_reported Nullable(String) ALIAS if(empty(rest), NULL, JSONExtract(rest, 'provider_reported', 'Nullable(String)')),
    scope LowCardinality(String) ALIAS simpleJSONExtractString(facts, 'scope'),
    scope_version LowCardinality(String) ALIAS simpleJSONExtractString(facts, 'scope_version'),
    dialect LowCardinality(String) ALIAS simpleJSONExtractString(facts, 'dialect'),
    `attempts.index` Array(UInt32) ALIAS if(
        empty(`tries.begun`),
        if(empty(rest), [], JSONExtract(rest, 'attempts', 'index', 'Array(UInt32)')),
        range(toUInt32(length(`tries.begun`)))
    ),
    `attempts.start_time` Array(Nullable(DateTime64(9, 'UTC'))) ALIAS if(
        empty(`tries.begun`),
        if(
            empty(rest),
            [],
            arrayMap(
                x -> fromUnixTimestamp64Nano(toInt64OrNull(x), 'UTC'),
                JSONExtract(rest, 'attempts', 'start_time', 'Array(Nullable(String))')
            )
        ),
        arrayMap(x -> addNanoseconds(start_time, x), `tries.begun`)
    ),
    `attempts.duration_ms` Array(Nullable(Float64)) ALIAS if(
        empty(`tries.begun`),
        if(empty(rest), [], arrayMap(x -> toFloat64OrNull(x), JSONExtract(rest, 'attempts', 'duration_ms', 'Array(Nullable(String))'))),
        arrayMap(x -> (toInt64(round(duration_ms * 1000000)) - x) / 1000000, `tries.less`)
    ),
    `attempts.http_status` Array(Nullable(UInt16)) ALIAS if(
        empty(`tries.begun`),
        if(empty(rest), [], JSONExtract(rest, 'attempts', 'http_status', 'Array(Nullable(UInt16))')),
        if(
            simpleJSONHas(facts, 'tries_status'),
            arrayMap(x -> toUInt16OrNull(x), splitByChar('|', simpleJSONExtractString(facts, 'tries_status'))),
            [http_status]
        )
    ),
    `attempts.error_type` Array(LowCardinality(Nullable(String))) ALIAS if(
        empty(`tries.begun`),
        if(empty(rest), [], JSONExtract(rest, 'attempts', 'error_type', 'Array(Nullable(String))')),
        if(
            simpleJSONHas(facts, 'tries_error'),
            arrayMap(x -> nullIf(x, ''), splitByChar('|', simpleJSONExtractString(facts, 'tries_error'))),
            [error_type]
        )
    ),
    `attempts.retry_after_ms` Array(Nullable(Float64)) ALIAS if(
        empty(`tries.begun`),
        if(empty(rest), [], arrayMap(x -> toFloat64OrNull(x), JSONExtract(rest, 'attempts', 'retry_after_ms', 'Array(Nullable(String))'))),
        if(
            simpleJSONHas(facts, 'tries_retry'),
            arrayMap(x -> toFloat64OrNull(x), splitByChar('|', simpleJSONExtractString(facts, 'tries_retry'))),
            [NULL]
        )
    ),
    `rate_limits.kind` Array(LowCardinality(String)) ALIAS if(
        empty(windows),
        if(empty(rest), [], JSONExtract(rest, 'rate_limits', 'kind', 'Array(String)')),
        splitByChar('|', simpleJSONExtractString(windows, 'kind'))
    ),
    `rate_limits.limit` Array(Nullable(Int64)) ALIAS if(
        empty(windows),
        if(empty(rest), [], JSONExtract(rest, 'rate_limits', 'limit', 'Array(Nullable(Int64))')),
        arrayMap(x -> toInt64OrNull(x), splitByChar('|', simpleJSONExtractString(windows, 'limit')))
    ),
    `rate_limits.remaining` Array(Nullable(Int64)) ALIAS if(
        empty(windows),
        if(empty(rest), [], JSONExtract(rest, 'rate_limits', 'remaining', 'Array(Nullable(Int64))')),
        arrayMap(
            (x, m, u) -> if(m IN ('1', '3'), NULL, ifNull(toInt64OrNull(x), 0) - u),
            splitByChar('|', simpleJSONExtractString(windows, 'limit')),
            splitByChar('|', simpleJSONExtractString(windows, 'missing')),
            `window.used`
        )
    ),
    `rate_limits.reset_at` Array(Nullable(DateTime64(9, 'UTC'))) ALIAS if(
        empty(windows),
        if(
            empty(rest),
            [],
            arrayMap(
                x -> fromUnixTimestamp64Nano(toInt64OrNull(x), 'UTC'),
                JSONExtract(rest, 'rate_limits', 'reset_at', 'Array(Nullable(String))')
            )
        ),
        arrayMap(
            (m, r) -> if(m IN ('2', '3'), NULL, addNanoseconds(start_time, r)),
            splitByChar('|', simpleJSONExtractString(windows, 'missing')),
            `window.reset`
        )
    ),
    `cost_lines.class` Array(LowCardinality(String)) ALIAS if(
        empty(rates),
        if(empty(rest), [], JSONExtract(rest, 'cost_lines', 'class', 'Array(String)')),
        splitByChar('|', simpleJSONExtractString(rates, 'class'))
    ),
    `cost_lines.quantity` Array(String) ALIAS if(
        empty(rates),
        if(empty(rest), [], JSONExtract(rest, 'cost_lines', 'quantity', 'Array(String)')),
        arrayMap(
            q -> toString(ifNull(multiIf(
                    q = 'input_uncached', input_uncached,
                    q = 'cache_read', cache_read,
                    q = 'output', output,
                    q = 'output+output_reasoning', output + output_reasoning,
                    q = 'output_reasoning', output_reasoning,
                    q = 'cache_write_5m', cache_write_5m,
                    q = 'cache_write_1h', cache_write_1h,
                    q = 'input_total', input_total,
                    q = 'output_total', output_total,
                    toInt64OrZero(q)
                ), 0)),
            splitByChar('|', simpleJSONExtractString(rates, 'quantity'))
        )
    ),
    `cost_lines.unit_price` Array(LowCardinality(String)) ALIAS if(
        empty(rates),
        if(empty(rest), [], JSONExtract(rest, 'cost_lines', 'unit_price', 'Array(String)')),
        splitByChar('|', simpleJSONExtractString(rates, 'unit_price'))
    ),
    `cost_lines.per` Array(UInt64) ALIAS if(
        empty(rates),
        if(empty(rest), [], JSONExtract(rest, 'cost_lines', 'per', 'Array(UInt64)')),
        arrayMap(x -> toUInt64OrZero(x), splitByChar('|', simpleJSONExtractString(rates, 'per')))
    ),
    `cost_lines.factors` Array(LowCardinality(String)) ALIAS if(
        empty(rates),
        if(empty(rest), [], JSONExtract(rest, 'cost_lines', 'factors', 'Array(String)')),
        if(
            simpleJSONHas(rates, 'factors'),
            splitByChar('|', simpleJSONExtractString(rates, 'factors')),
            arrayMap(x -> '[]', splitByChar('|', simpleJSONExtractString(rates, 'class')))
        )
    ),
    `cost_lines.amount` Array(Decimal(38, 12)) ALIAS if(
        empty(rates),
        if(empty(rest), [], arrayMap(x -> toDecimal128OrZero(x, 12), JSONExtract(rest, 'cost_lines', 'amount', 'Array(String)'))),
        arrayMap(
            (q, u) -> toDecimal128(ifNull(multiIf(
                    q = 'input_uncached', input_uncached,
                    q = 'cache_read', cache_read,
                    q = 'output', output,
                    q = 'output+output_reasoning', output + output_reasoning,
                    q = 'output_reasoning', output_reasoning,
                    q = 'cache_write_5m', cache_write_5m,
                    q = 'cache_write_1h', cache_write_1h,
                    q = 'input_total', input_total,
                    q = 'output_total', output_total,
                    toInt64OrZero(q)
                ), 0), 0) * toDecimal128OrZero(u, 12),
            splitByChar('|', simpleJSONExtractString(rates, 'quantity')),
            splitByChar('|', simpleJSONExtractString(rates, 'unit'))
        )
    ),
    `cost_lines.rate_id` Array(LowCardinality(String)) ALIAS if(
        empty(rates),
        if(empty(rest), [], JSONExtract(rest, 'cost_lines', 'rate_id', 'Array(String)')),
        splitByChar('|', simpleJSONExtractString(rates, 'rate_id'))
    ),

    INDEX ix_trace trace_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX ix_response response_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX ix_call if(
        empty(rest) OR NOT JSONHas(rest, 'call_id'),
        base64URLEncode(unhex(concat(substring(trace_id, 17), span_id))),
        JSONExtractString(rest, 'call_id')
    ) TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX ix_ingested ingested_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/calls_packed', '{replica}', version)
PARTITION BY toYYYYMMDD(start_time)
ORDER BY (project, toStartOfHour(start_time), trace_id, span_id)
TTL toDateTime(least(toUnixTimestamp(start_time) + 86400 * 400, 4294967295), 'UTC')
SETTINGS fsync_after_insert = 1,
    fsync_part_directory = 1,
    ttl_only_drop_parts = 1,
    materialize_ttl_recalculate_only = 1,
    min_age_to_force_merge_seconds = 900,
    min_age_to_force_merge_on_partition_only = 1;

when(SELECT count() FROM system.columns WHERE database = currentDatabase() AND table = 'calls_raw_local' AND name = 'geo')
EXCHANGE TABLES calls_raw_local AND calls_packed_local ON CLUSTER 'main';

CREATE OR REPLACE TABLE calls_raw ON CLUSTER 'main' AS calls_raw_local
ENGINE = Distributed('main', currentDatabase(), calls_raw_local, cityHash64(trace_id));

when(SELECT count() FROM system.columns WHERE database = currentDatabase() AND table = 'calls_packed_local' AND name = 'geo')
CREATE OR REPLACE TABLE calls_packed ON CLUSTER 'main' AS calls_packed_local
ENGINE = Distributed('main', currentDatabase(), calls_packed_local, cityHash64(trace_id));

when(SELECT count() FROM system.columns WHERE database = currentDatabase() AND table = 'calls_packed_local' AND name = 'geo')
each(SELECT DISTINCT toYYYYMMDD(start_time) AS day FROM calls_packed ORDER BY day)
INSERT INTO calls_raw (
    project, version, role, ingested_at, delivered, rest, trace_id, span_id, parent_span_id, start_time, duration_ms,
    time_to_first_chunk_ms, facts, provider, request_model, response_model, priced_model, response_id, request_id, outcome,
    `tries.begun`, `tries.less`, windows, `window.used`, `window.reset`, input_uncached, cache_read, cache_write_5m, cache_write_1h,
    output, output_reasoning, input_total, output_total, billable, cost_status, cost_total, rates, service, environment, user, team,
    feature, session, customer, tags
)
SELECT
    project, version, role, ingested_at, ifNull(delivered, ''), if(rest_text = '{}', '', rest_text) AS rest, trace_id, span_id,
    parent_span_id, start_time, duration_ms, time_to_first_chunk_ms, facts_text AS facts, provider, request_model, response_model,
    priced_model, response_id, request_id, outcome, if(tried, begun, []), if(tried, less, []),
    if(windowed, windows_text, '') AS windows, if(windowed, used, []), if(windowed, reset, []), input_uncached, cache_read,
    cache_write_5m, cache_write_1h, output, output_reasoning, input_total, output_total, billable, cost_status, cost_total,
    if(rated, rates_text, '') AS rates, service, environment, user, team, feature, session, customer, tags
FROM (
  SELECT *,
    base64URLEncode(unhex(concat(substring(trace_id, 17), span_id))) AS derived_id_text,
    if(match(trace_id, '^[0-9a-fA-F]{32}$') AND match(span_id, '^[0-9a-fA-F]{16}$'), derived_id_text, '') AS derived_id,
    toInt64(if(abs(duration_ms) < 1e9, round(duration_ms * 1000000), 0)) AS nanos,
    arrayMap(x -> toInt64(if(abs(ifNull(x, 0)) < 1e9, round(ifNull(x, 0) * 1000000), 0)), attempts.duration_ms) AS tries_nanos,
    arrayMap(x -> toUnixTimestamp64Nano(ifNull(x, start_time)) - toUnixTimestamp64Nano(start_time), attempts.start_time) AS begun,
    arrayMap(x -> nanos - x, tries_nanos) AS less,
    attempts.index = range(toUInt32(length(attempts.index))) AND NOT empty(attempts.index) AND length(attempts.index) <= 8
      AND NOT has(attempts.start_time, NULL) AND nanos / 1000000 = duration_ms
      AND arrayAll((x, y) -> ifNull(x / 1000000 = y, 0), tries_nanos, attempts.duration_ms)
      AND arrayAll(x -> isNull(x) OR (x != '' AND position(ifNull(x, ''), '|') = 0), attempts.error_type)
      AND arrayAll(x -> isNull(x) OR (ifNull(x, 0) >= 0 AND ifNull(x, 0) <= 600000 AND ifNull(x, 0) % 100 = 0), attempts.retry_after_ms) AS tried,
    length(attempts.index) = 1 AND attempts.http_status[1] IS NOT DISTINCT FROM http_status
      AND attempts.error_type[1] IS NOT DISTINCT FROM error_type AND isNull(attempts.retry_after_ms[1]) AS tried_once,
    NOT empty(rate_limits.kind) AND length(rate_limits.kind) <= 8 AND arrayAll(x -> position(x, '|') = 0, rate_limits.kind) AS windowed,
    arrayMap((l, r) -> if(isNull(r), 0, ifNull(l, 0) - ifNull(r, 0)), rate_limits.limit, rate_limits.remaining) AS used,
    arrayMap(x -> toUnixTimestamp64Nano(ifNull(x, start_time)) - toUnixTimestamp64Nano(start_time), rate_limits.reset_at) AS reset,
    concat('{"kind":', toJSONString(arrayStringConcat(CAST(rate_limits.kind, 'Array(String)'), '|')),
      ',"limit":', toJSONString(arrayStringConcat(arrayMap(x -> ifNull(toString(x), ''), rate_limits.limit), '|')),
      ',"missing":', toJSONString(arrayStringConcat(arrayMap((x, y) -> toString(isNull(x) + 2 * isNull(y)), rate_limits.remaining, rate_limits.reset_at), '|')), '}') AS windows_text,
    arrayMap((c, q) -> multiIf(
      q = toString(input_uncached) AND c = 'input', 'input_uncached', q = toString(cache_read) AND c = 'cache_read', 'cache_read',
      q = toString(output) AND c = 'output', 'output', q = toString(output + output_reasoning) AND c = 'output', 'output+output_reasoning',
      q = toString(cache_write_5m), 'cache_write_5m', q = toString(cache_write_1h), 'cache_write_1h', q = toString(input_uncached), 'input_uncached',
      q = toString(output), 'output', q = toString(output_reasoning), 'output_reasoning', q = toString(cache_read), 'cache_read',
      q = toString(input_total), 'input_total', q = toString(output_total), 'output_total', match(q, '^(0|[1-9][0-9]?)$'), q, ''), cost_lines.class, cost_lines.quantity) AS sources,
    arrayMap((p, per) -> multiIf(per = 1000000 AND isNotNull(toDecimal128OrNull(p, 6)) AND match(p, '^[0-9]{1,9}(\\.[0-9]{1,6})?$'), toString(toDecimal128(toDecimal128OrZero(p, 6) * toDecimal128('0.000001', 6), 12)), ''), cost_lines.unit_price, cost_lines.per) AS units,
    NOT empty(cost_lines.class) AND NOT has(sources, '') AND NOT has(units, '') AND arrayAll(x -> x = '[]', cost_lines.factors)
      AND arrayAll(x -> position(x, '|') = 0, cost_lines.class) AND arrayAll(x -> position(x, '|') = 0, cost_lines.rate_id)
      AND arrayAll((q, u, a) -> toDecimal128(toInt64OrZero(q), 0) * toDecimal128OrZero(u, 12) = a, cost_lines.quantity, units, cost_lines.amount) AS rated,
    concat('{"class":', toJSONString(arrayStringConcat(CAST(cost_lines.class, 'Array(String)'), '|')), ',"quantity":', toJSONString(arrayStringConcat(sources, '|')),
      ',"unit_price":', toJSONString(arrayStringConcat(CAST(cost_lines.unit_price, 'Array(String)'), '|')), ',"per":', toJSONString(arrayStringConcat(arrayMap(x -> toString(x), cost_lines.per), '|')),
      ',"unit":', toJSONString(arrayStringConcat(units, '|')), ',"rate_id":', toJSONString(arrayStringConcat(CAST(cost_lines.rate_id, 'Array(String)'), '|')), '}') AS rates_text,
    concat('{', arrayStringConcat(arrayFilter(x -> x != '', [
            concat('"operation":', toJSONString(toString(operation))),
            if(isNull(client_flavor), '', concat('"client_flavor":', toJSONString(toString(ifNull(client_flavor, ''))))),
            if(isNull(host), '', concat('"host":', toJSONString(toString(ifNull(host, ''))))),
            if(isNull(match_rule), '', concat('"match_rule":', toJSONString(toString(ifNull(match_rule, ''))))),
            if(isNull(service_tier), '', concat('"service_tier":', toJSONString(toString(ifNull(service_tier, ''))))),
            if(provider_stated, '"provider_stated":true', ''),
            if(batch, '"batch":true', ''),
            if(streaming, '"streaming":true', ''),
            if(isNull(http_status), '', concat('"http_status":', toString(ifNull(http_status, 0)))),
            if(isNull(error_type), '', concat('"error_type":', toJSONString(toString(ifNull(error_type, ''))))),
            if(empty(finish_reasons), '', concat('"finish_reasons":', toJSONString(CAST(finish_reasons, 'Array(String)')))),
            concat('"attempt_count":', toString(attempt_count)),
            concat('"retry_count":', toString(retry_count)),
            if(
                tried AND NOT tried_once,
                concat(
                    '"tries_status":',
                    toJSONString(arrayStringConcat(arrayMap(x -> ifNull(toString(x), ''), attempts.http_status), '|')),
                    ',"tries_error":',
                    toJSONString(arrayStringConcat(arrayMap(x -> ifNull(toString(x), ''), attempts.error_type), '|')),
                    ',"tries_retry":',
                    toJSONString(arrayStringConcat(arrayMap(x -> ifNull(toString(x), ''), attempts.retry_after_ms), '|'))
                ),
                ''
            ),
            concat('"usage_source":', toJSONString(toString(usage_source))),
            concat('"usage_quality":', toJSONString(toString(usage_quality))),
            concat('"usage_rule":', toJSONString(toString(usage_rule))),
            if(input_audio = 0, '"input_audio":0', ''),
            if(input_image = 0, '"input_image":0', ''),
            if(input_video = 0, '"input_video":0', ''),
            if(input_tool = 0, '"input_tool":0', ''),
            if(cache_read_audio = 0, '"cache_read_audio":0', ''),
            if(cache_read_image = 0, '"cache_read_image":0', ''),
            if(cache_write_other = 0, '"cache_write_other":0', ''),
            if(output_audio = 0, '"output_audio":0', ''),
            if(output_image = 0, '"output_image":0', ''),
            if(output_video = 0, '"output_video":0', ''),
            if(web_search_requests = 0, '"web_search_requests":0', ''),
            if(web_fetch_requests = 0, '"web_fetch_requests":0', ''),
            if(images = 0, '"images":0', ''),
            if(pages = 0, '"pages":0', ''),
            if(search_units = 0, '"search_units":0', ''),
            if(characters = 0, '"characters":0', ''),
            if(search_queries = 0, '"search_queries":0', ''),
            if(citation_tokens = 0, '"citation_tokens":0', ''),
            if(file_search_calls = 0, '"file_search_calls":0', ''),
            if(container_sessions = 0, '"container_sessions":0', ''),
            if(audio_seconds = 0, '"audio_seconds":0', ''),
            if(video_seconds = 0, '"video_seconds":0', ''),
            if(isNull(geo), '', concat('"geo":', toJSONString(toString(ifNull(geo, ''))))),
            if(isNull(region), '', concat('"region":', toJSONString(toString(ifNull(region, ''))))),
            if(isNull(speed), '', concat('"speed":', toJSONString(toString(ifNull(speed, ''))))),
            if(isNull(deployment), '', concat('"deployment":', toJSONString(toString(ifNull(deployment, ''))))),
            if(isNull(cost_reason), '', concat('"cost_reason":', toJSONString(toString(ifNull(cost_reason, ''))))),
            concat('"cost_source":', toJSONString(toString(cost_source))),
            if(isNull(price_book), '', concat('"price_book":', toJSONString(toString(ifNull(price_book, ''))))),
            if(isNull(role_reason), '', concat('"role_reason":', toJSONString(toString(ifNull(role_reason, ''))))),
            concat('"scope":', toJSONString(toString(scope))),
            concat('"scope_version":', toJSONString(toString(scope_version))),
            concat('"dialect":', toJSONString(toString(dialect)))
        ]), ','), '}') AS facts_text,
    concat('{', arrayStringConcat(arrayFilter(x -> x != '', [
            if(call_id = derived_id, '', concat('"call_id":', toJSONString(call_id))),
            if(empty(other_span_ids), '', concat('"other_span_ids":', toJSONString(other_span_ids))),
            if(isNull(provider_reported_cost), '', concat('"provider_reported_cost":', toJSONString(ifNull(provider_reported_cost, '')))),
            if(isNull(provider_reported), '', concat('"provider_reported":', toJSONString(ifNull(provider_reported, '')))),
            if(empty(mapKeys(variant)), '', concat('"variant":', toJSONString(CAST(variant, 'Map(String, String)')))),
            if(
                list_total IS NOT DISTINCT FROM cost_total,
                '',
                concat('"list_total":', ifNull(concat('"', toString(list_total), '"'), 'null'))
            ),
            if(input_audio != 0, concat('"input_audio":', toString(ifNull(input_audio, 0))), ''),
            if(input_image != 0, concat('"input_image":', toString(ifNull(input_image, 0))), ''),
            if(input_video != 0, concat('"input_video":', toString(ifNull(input_video, 0))), ''),
            if(input_tool != 0, concat('"input_tool":', toString(ifNull(input_tool, 0))), ''),
            if(cache_read_audio != 0, concat('"cache_read_audio":', toString(ifNull(cache_read_audio, 0))), ''),
            if(cache_read_image != 0, concat('"cache_read_image":', toString(ifNull(cache_read_image, 0))), ''),
            if(cache_write_other != 0, concat('"cache_write_other":', toString(ifNull(cache_write_other, 0))), ''),
            if(output_audio != 0, concat('"output_audio":', toString(ifNull(output_audio, 0))), ''),
            if(output_image != 0, concat('"output_image":', toString(ifNull(output_image, 0))), ''),
            if(output_video != 0, concat('"output_video":', toString(ifNull(output_video, 0))), ''),
            if(web_search_requests != 0, concat('"web_search_requests":', toString(ifNull(web_search_requests, 0))), ''),
            if(web_fetch_requests != 0, concat('"web_fetch_requests":', toString(ifNull(web_fetch_requests, 0))), ''),
            if(images != 0, concat('"images":', toString(ifNull(images, 0))), ''),
            if(pages != 0, concat('"pages":', toString(ifNull(pages, 0))), ''),
            if(search_units != 0, concat('"search_units":', toString(ifNull(search_units, 0))), ''),
            if(characters != 0, concat('"characters":', toString(ifNull(characters, 0))), ''),
            if(search_queries != 0, concat('"search_queries":', toString(ifNull(search_queries, 0))), ''),
            if(citation_tokens != 0, concat('"citation_tokens":', toString(ifNull(citation_tokens, 0))), ''),
            if(file_search_calls != 0, concat('"file_search_calls":', toString(ifNull(file_search_calls, 0))), ''),
            if(container_sessions != 0, concat('"container_sessions":', toString(ifNull(container_sessions, 0))), ''),
            if(audio_seconds != 0, concat('"audio_seconds":"', toString(ifNull(audio_seconds, 0)), '"'), ''),
            if(video_seconds != 0, concat('"video_seconds":"', toString(ifNull(video_seconds, 0)), '"'), ''),
            if(
                NOT tried AND NOT empty(attempts.index),
                concat(
                    '"attempts":{',
                    '"index":',
                    toJSONString(attempts.index),
                    ',',
                    '"start_time":',
                    toJSONString(arrayMap(x -> toString(toUnixTimestamp64Nano(x)), attempts.start_time)),
                    ',',
                    '"duration_ms":',
                    toJSONString(arrayMap(x -> toString(x), attempts.duration_ms)),
                    ',',
                    '"http_status":',
                    toJSONString(attempts.http_status),
                    ',',
                    '"error_type":',
                    toJSONString(CAST(attempts.error_type, 'Array(Nullable(String))')),
                    ',',
                    '"retry_after_ms":',
                    toJSONString(arrayMap(x -> toString(x), attempts.retry_after_ms)),
                    '}'
                ),
                ''
            ),
            if(
                NOT windowed AND NOT empty(rate_limits.kind),
                concat(
                    '"rate_limits":{',
                    '"kind":',
                    toJSONString(CAST(rate_limits.kind, 'Array(String)')),
                    ',',
                    '"limit":',
                    toJSONString(rate_limits.limit),
                    ',',
                    '"remaining":',
                    toJSONString(rate_limits.remaining),
                    ',',
                    '"reset_at":',
                    toJSONString(arrayMap(x -> toString(toUnixTimestamp64Nano(x)), rate_limits.reset_at)),
                    '}'
                ),
                ''
            ),
            if(
                NOT rated AND NOT empty(cost_lines.class),
                concat(
                    '"cost_lines":{',
                    '"class":',
                    toJSONString(CAST(cost_lines.class, 'Array(String)')),
                    ',',
                    '"quantity":',
                    toJSONString(cost_lines.quantity),
                    ',',
                    '"unit_price":',
                    toJSONString(CAST(cost_lines.unit_price, 'Array(String)')),
                    ',',
                    '"per":',
                    toJSONString(cost_lines.per),
                    ',',
                    '"factors":',
                    toJSONString(CAST(cost_lines.factors, 'Array(String)')),
                    ',',
                    '"amount":',
                    toJSONString(arrayMap(x -> toString(x), cost_lines.amount)),
                    ',',
                    '"rate_id":',
                    toJSONString(CAST(cost_lines.rate_id, 'Array(String)')),
                    '}'
                ),
                ''
            )
        ]), ','), '}') AS rest_text
  FROM calls_packed
  WHERE toYYYYMMDD(start_time) = {day:UInt32}
)
SETTINGS max_threads = 1, max_insert_threads = 1, max_block_size = 8192, min_insert_block_size_rows = 65536, max_execution_time = 0,
    distributed_foreground_insert = 1;

when(SELECT count() FROM system.columns WHERE database = currentDatabase() AND table = 'calls_packed_local' AND name = 'geo')
INSERT INTO rollup_state (definition, slot_seconds, day, covered, generation)
SELECT definition, slot_seconds, day, 0, generation + 1 FROM rollup_state FINAL;

DROP TABLE IF EXISTS calls_packed ON CLUSTER 'main' SYNC;

DROP TABLE IF EXISTS calls_packed_local ON CLUSTER 'main' SYNC;
