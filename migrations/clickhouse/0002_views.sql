-- The public views. `calls`: one row per call, in the words of the API in snake_case.
-- `cost` is the money of the row, null unless it is billable and priced: sum(cost) is right in any grouping.
-- `model` is the best known name: priced, else served, else asked for.
CREATE OR REPLACE VIEW calls ${on_cluster} AS
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

-- One row per HTTP attempt of a call.
CREATE OR REPLACE VIEW attempts ${on_cluster} AS
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

-- One row per limit that a provider reported with a call. Columns: kind, limit, remaining, reset_at.
CREATE OR REPLACE VIEW rate_limits ${on_cluster} AS
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

-- One row per cost line of a billable call: sum(amount) over all lines is sum(cost) over all calls.
CREATE OR REPLACE VIEW cost_lines ${on_cluster} AS
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
