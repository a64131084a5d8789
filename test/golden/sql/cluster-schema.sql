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
