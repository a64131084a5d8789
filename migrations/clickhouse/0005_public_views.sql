-- Spend per hour and the dimensions that are asked for most: counted from the deduplicated rows, so right at once.
-- Money is null where nothing of a group has a price; missing_calls says how many calls are in no sum, or not fully.
CREATE OR REPLACE VIEW spend_hourly ${on_cluster} AS
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

-- What each budget had used when it was last looked at. Budgets live in Postgres; this copy is for SQL clients alone.
CREATE TABLE IF NOT EXISTS budget_standings${local} ${on_cluster}
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
ENGINE = engine(version)
ORDER BY (project, budget_id);

distributed(budget_standings, cityHash64(budget_id));

CREATE OR REPLACE VIEW budget_status ${on_cluster} AS
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
