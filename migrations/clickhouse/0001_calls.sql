-- One row per version of one delivered record. Key: project, trace id, span id, within the hour of the span's start; the highest version wins.
-- Money is read from rows of role 'call' that are billable, always with FINAL.
-- The expiry is capped at the end of DateTime (2106), beyond which it would wrap into the past. Days are dropped
-- whole, so a changed retention recalculates their expiry and rewrites nothing.
CREATE TABLE IF NOT EXISTS calls_raw${local} ${on_cluster}
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
ENGINE = engine(version)
PARTITION BY toYYYYMMDD(start_time)
ORDER BY (project, toStartOfHour(start_time), trace_id, span_id)
TTL toDateTime(least(toUnixTimestamp(start_time) + 86400 * ${retention_days}, 4294967295), 'UTC')
SETTINGS fsync_after_insert = 1,
    fsync_part_directory = 1,
    ttl_only_drop_parts = 1,
    materialize_ttl_recalculate_only = 1,
    min_age_to_force_merge_seconds = 900,
    min_age_to_force_merge_on_partition_only = 1;

distributed(calls_raw, cityHash64(trace_id));

-- Spans that are no calls: only the ids that let a later read recognise an ancestor's usage as an aggregate.
CREATE TABLE IF NOT EXISTS span_links${local} ${on_cluster}
(
    project LowCardinality(String),
    trace_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    parent_span_id String CODEC(ZSTD(1)),
    start_time DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    ingested_at DateTime('UTC') DEFAULT now(),
    INDEX ix_trace trace_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = engine()
PARTITION BY toYYYYMMDD(start_time)
ORDER BY (project, toStartOfHour(start_time), trace_id, span_id)
TTL ingested_at + toIntervalDay(30)
SETTINGS fsync_after_insert = 1,
    fsync_part_directory = 1,
    ttl_only_drop_parts = 1,
    min_age_to_force_merge_seconds = 900,
    min_age_to_force_merge_on_partition_only = 1;

distributed(span_links, cityHash64(trace_id));
