-- Every view of parts of calls knows every dimension of its call, so that one filter narrows all of them alike.
CREATE OR REPLACE VIEW attempts ${on_cluster} AS
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

CREATE OR REPLACE VIEW rate_limits ${on_cluster} AS
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

CREATE OR REPLACE VIEW cost_lines ${on_cluster} AS
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
