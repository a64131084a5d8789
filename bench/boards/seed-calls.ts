import { loadMigrations } from "../../src/server/storage/analytics/analytics.migrator.js";
import type { AnalyticsStore } from "../../src/server/storage/analytics/analytics-store.js";
import { conditionsOf, renderSql } from "../../src/server/storage/analytics/sql-template.js";

export interface SeedPlan {
  project: string;
  /** Calls in all, spread over the days with a working day's rhythm. */
  calls: number;
  days: number;
  /** End of the last day, milliseconds since the epoch; a whole hour. */
  endMs: number;
}

const MODELS = [
  ["openai", "gpt-5.4", "2.500000", "0.250000", "15.000000"],
  ["openai", "gpt-5.4-mini", "0.250000", "0.025000", "2.000000"],
  ["openai", "gpt-4.1", "2.000000", "0.500000", "8.000000"],
  ["openai", "gpt-4.1-mini", "0.400000", "0.100000", "1.600000"],
  ["openai", "text-embedding-3-large", "0.130000", "0.130000", "0.000000"],
  ["anthropic", "claude-sonnet-5", "3.000000", "0.300000", "15.000000"],
  ["anthropic", "claude-haiku-4-5", "1.000000", "0.100000", "5.000000"],
  ["anthropic", "claude-opus-4-6", "5.000000", "0.500000", "25.000000"],
  ["gcp.gemini", "gemini-3-pro", "2.000000", "0.200000", "12.000000"],
  ["gcp.gemini", "gemini-3-flash", "0.300000", "0.030000", "2.500000"],
  ["aws.bedrock", "anthropic.claude-sonnet-5", "3.000000", "0.300000", "15.000000"],
  ["mistral_ai", "mistral-large", "2.000000", "2.000000", "6.000000"],
] as const;

const list = (values: readonly string[]): string => `[${values.map((value) => `'${value}'`).join(", ")}]`;
const modelColumn = (index: number): string => list(MODELS.map((model) => model[index] ?? ""));

const FEATURES = 24;
const TEAMS = 7;
const CUSTOMERS = 400;
const USERS = 6_000;

/**
 * One call per row of `numbers`, its fields drawn from hashes of its number: features have their own team, service and few models,
 * customers and users follow a power law, and cached input, reasoning, errors and retries come as they do in life.
 */
const CALL_SQL = `
WITH
  cityHash64(number, 1) AS h1, cityHash64(number, 2) AS h2, cityHash64(number, 3) AS h3, cityHash64(number, 4) AS h4,
  (h1 % 1000003) / 1000003 AS u1, (h2 % 1000003) / 1000003 AS u2, (h3 % 1000003) / 1000003 AS u3, (h4 % 1000003) / 1000003 AS u4,
  toUInt32(floor(${FEATURES} * u1 * u1)) AS feature_no,
  toUInt32((feature_no * 5 + multiIf(u2 < 0.7, 0, u2 < 0.95, 1, 2)) % ${MODELS.length}) + 1 AS model_no,
  toUInt32(floor(${CUSTOMERS} * pow(u3, 3))) AS customer_no,
  toUInt32(floor(${USERS} * pow(u4, 2))) AS user_no,
  u2 > 0.985 AS failed,
  bitShiftRight(h1, 20) % 100 < 4 AS retried,
  bitShiftRight(h2, 20) % 100 < 60 AS streamed,
  failed OR bitShiftRight(h3, 20) % 1000 < 5 AS no_price,
  toInt64(200 + exp(5.5 + 2.4 * u3) * (1 + feature_no % 3)) AS input,
  bitShiftRight(h4, 20) % 100 < 45 AS has_cache,
  if(has_cache, intDiv(input * (50 + bitShiftRight(h3, 32) % 45), 100), 0) AS cached,
  toInt64(20 + exp(3 + 4 * u4)) AS out_all,
  if(model_no IN (1, 2, 9, 10), intDiv(out_all * (bitShiftRight(h2, 32) % 70), 100), 0) AS reasoning,
  toDecimal64(${modelColumn(2)}[model_no], 6) AS price_in,
  toDecimal64(${modelColumn(3)}[model_no], 6) AS price_cached,
  toDecimal64(${modelColumn(4)}[model_no], 6) AS price_out,
  toDecimal128(toDecimal128(price_in, 6) * (input - cached), 12) / 1000000 AS cost_in,
  toDecimal128(toDecimal128(price_cached, 6) * cached, 12) / 1000000 AS cost_cached,
  toDecimal128(toDecimal128(price_out, 6) * out_all, 12) / 1000000 AS cost_out,
  toFloat64(round((250 + exp(4 + 3.2 * u4) + out_all * (6 + model_no % 5)) * 1000) / 1000) AS duration,
  fromUnixTimestamp64Nano(toInt64({start:Int64} + toInt64(number - {first:UInt64}) * {step:Int64} + toInt64(h1 % 900000000))) AS started,
  lower(hex(reinterpretAsFixedString(h1))) AS hex1, lower(hex(reinterpretAsFixedString(h2))) AS hex2
SELECT
  {project:String} AS project, toUInt64(1) AS version, base64URLEncode(unhex(concat(hex2, span_id))) AS call_id, 'call' AS role,
  toDateTime64(started, 3) + (duration + 300 + h3 % 2000) / 1000 AS ingested_at,
  concat(hex1, hex2) AS trace_id, lower(hex(reinterpretAsFixedString(h4))) AS span_id,
  if(u1 < 0.5, lower(hex(reinterpretAsFixedString(cityHash64(number, 9)))), NULL) AS parent_span_id,
  started AS start_time, duration AS duration_ms,
  if(streamed AND NOT failed, round(80 + duration * 0.15 + bitShiftRight(h3, 40) % 300, 3), NULL) AS time_to_first_chunk_ms,
  if(model_no = 5, 'embeddings', 'chat') AS operation,
  ${modelColumn(0)}[model_no] AS provider, ${modelColumn(0)}[model_no] AS client_flavor,
  concat('api.', ${modelColumn(0)}[model_no], '.com') AS host,
  ${modelColumn(1)}[model_no] AS request_model, if(failed, NULL, ${modelColumn(1)}[model_no]) AS response_model,
  if(no_price, NULL, ${modelColumn(1)}[model_no]) AS priced_model, if(no_price, NULL, 'exact') AS match_rule,
  streamed AS streaming,
  if(failed, NULL, concat('chatcmpl-', lower(hex(MD5(toString(h4)))))) AS response_id,
  if(failed, NULL, concat('req_', lower(hex(reinterpretAsFixedString(cityHash64(number, 8)))))) AS request_id,
  multiIf(failed, 'error', bitShiftRight(h1, 40) % 200 = 0, 'abandoned', bitShiftRight(h1, 40) % 200 = 1, 'cancelled', 'ok') AS outcome,
  toUInt16(if(failed, [429, 500, 503, 400][1 + h4 % 4], 200)) AS http_status,
  if(failed, ['rate_limit_exceeded', 'server_error', 'overloaded_error', 'invalid_request_error'][1 + h4 % 4], NULL) AS error_type,
  if(failed, [], [if(h2 % 20 = 0, 'length', 'stop')]) AS finish_reasons,
  if(retried, [0, 1], [0])::Array(UInt32) AS \`attempts.index\`,
  if(retried, [started, addMilliseconds(started, 700)], [started])::Array(Nullable(DateTime64(9, 'UTC'))) AS \`attempts.start_time\`,
  if(retried, [650.0, duration - 700], [duration])::Array(Nullable(Float64)) AS \`attempts.duration_ms\`,
  if(retried, [429, http_status], [http_status])::Array(Nullable(UInt16)) AS \`attempts.http_status\`,
  if(retried, ['rate_limit_exceeded', error_type], [error_type])::Array(LowCardinality(Nullable(String))) AS \`attempts.error_type\`,
  if(retried, [500.0, NULL], [NULL])::Array(Nullable(Float64)) AS \`attempts.retry_after_ms\`,
  toUInt32(1 + retried) AS attempt_count, toUInt32(retried) AS retry_count,
  if(failed, [], ['requests', 'tokens'])::Array(LowCardinality(String)) AS \`rate_limits.kind\`,
  if(failed, [], [5000, 2000000])::Array(Nullable(Int64)) AS \`rate_limits.limit\`,
  if(failed, [], [toInt64(4000 - bitShiftRight(h2, 30) % 900), toInt64(1900000 - bitShiftRight(h4, 30) % 90000)])::Array(Nullable(Int64)) AS \`rate_limits.remaining\`,
  if(failed, [], [addMilliseconds(started, 12), addMilliseconds(started, 300)])::Array(Nullable(DateTime64(9, 'UTC'))) AS \`rate_limits.reset_at\`,
  if(failed, NULL, input - cached) AS input_uncached, if(failed, NULL, cached) AS cache_read,
  if(failed, NULL, out_all - reasoning) AS output, if(failed, NULL, reasoning) AS output_reasoning,
  if(failed, NULL, input) AS input_total, if(failed, NULL, out_all) AS output_total,
  if(failed, 'none', 'provider') AS usage_source, if(failed, 'unknown', 'exact') AS usage_quality, 'openai.inclusive' AS usage_rule,
  NOT failed AS billable,
  multiIf(failed, 'not_billable', no_price, 'unpriced', 'priced') AS cost_status,
  multiIf(failed, NULL, no_price, 'model_unknown', NULL) AS cost_reason,
  if(no_price, NULL, cost_in + cost_cached + cost_out) AS cost_total, 'list' AS cost_source,
  if(no_price, NULL, '2026-11-20') AS price_book, cost_total AS list_total,
  if(no_price, [], ['input', 'cache_read', 'output'])::Array(LowCardinality(String)) AS \`cost_lines.class\`,
  if(no_price, [], [toString(input - cached), toString(cached), toString(out_all)]) AS \`cost_lines.quantity\`,
  if(no_price, [], [toString(price_in), toString(price_cached), toString(price_out)])::Array(LowCardinality(String)) AS \`cost_lines.unit_price\`,
  if(no_price, [], [1000000, 1000000, 1000000])::Array(UInt64) AS \`cost_lines.per\`,
  if(no_price, [], ['[]', '[]', '[]'])::Array(LowCardinality(String)) AS \`cost_lines.factors\`,
  if(no_price, [], [cost_in, cost_cached, cost_out])::Array(Decimal(38, 12)) AS \`cost_lines.amount\`,
  arrayMap(x -> concat(priced_model, '/', x, '@2026-01-01'), \`cost_lines.class\`)::Array(LowCardinality(String)) AS \`cost_lines.rate_id\`,
  concat('service-', toString(feature_no % 9)) AS service,
  multiIf(bitShiftRight(h2, 50) % 100 < 84, 'production', bitShiftRight(h2, 50) % 100 < 95, 'staging', 'development') AS environment,
  if(bitShiftRight(h4, 50) % 100 < 80, concat('user-', toString(user_no)), NULL) AS user,
  concat('team-', toString(feature_no % ${TEAMS})) AS team,
  if(feature_no = ${FEATURES - 1}, NULL, concat('feature-', toString(feature_no))) AS feature,
  concat('sess-', toString(user_no), '-', toString(intDiv(number, 200000))) AS session,
  if(bitShiftRight(h4, 50) % 100 < 85, concat('customer-', toString(customer_no)), NULL) AS customer,
  map('tier', ['gold', 'silver', 'free'][1 + customer_no % 3])::Map(LowCardinality(String), String) AS tags,
  '@spanledger/sdk' AS scope, if(u3 < 0.8, '0.1.0', '0.0.9') AS scope_version, 'spanledger' AS dialect
FROM numbers({first:UInt64}, {count:UInt64})`;

const columnNames = (): string =>
  [...CALL_SQL.slice(CALL_SQL.indexOf("\nSELECT")).matchAll(/ AS (`[\w.]+`|\w+)(?=,?\n|, )/g)]
    .map(([, name]) => name)
    .join(", ");

/** Rows of one INSERT: bounded by the engine's memory. */
const CHUNK = 50_000;

/** Of one server, kept for as long as there are days. */
const CONTEXT = { cluster: null, retentionDays: 36_500 };

/** The statements that make a table `calls_packed` of the shape above, and the one that packs a day of it into `calls_raw`. */
async function packingSql(): Promise<{ create: string[]; pack: string }> {
  const statements = (await loadMigrations()).map(({ template }) => renderSql(template, CONTEXT));
  const shape = [statements[0]?.[0] ?? "", statements[3]?.[0] ?? ""];
  const pack = statements
    .flat()
    .map((statement) => conditionsOf(statement).sql)
    .find((sql) => sql.startsWith("INSERT INTO calls_raw"));
  return {
    create: shape.map((sql) => sql.replace(" calls_raw", " calls_packed")),
    pack: pack ?? "",
  };
}

/**
 * Fills the real raw table day by day and merges each day into one part, as closed days are. Calls are made in the shape that rows had at
 * first, and packed by the migration that packs those.
 */
export async function seedCalls(
  store: AnalyticsStore,
  plan: SeedPlan,
  onDay: (day: number) => void,
): Promise<void> {
  const { create, pack } = await packingSql();
  for (const sql of create) await store.command(sql);
  const perDay = Math.ceil(plan.calls / plan.days);
  const step = Math.floor(86_400_000_000_000 / perDay) - 1;
  for (let day = 0; day < plan.days; day += 1) {
    const dayStartMs = plan.endMs - (plan.days - day) * 86_400_000;
    const last = Math.min(plan.calls, (day + 1) * perDay);
    for (let first = day * perDay; first < last; first += CHUNK) {
      const count = Math.min(CHUNK, last - first);
      const params = {
        project: plan.project,
        start: BigInt(dayStartMs) * 1_000_000n + BigInt((first - day * perDay) * step),
        first,
        count,
        step,
      };
      await store.command(`INSERT INTO calls_packed (${columnNames()}) ${CALL_SQL}`, params);
    }
    const partition = new Date(dayStartMs).toISOString().slice(0, 10).replaceAll("-", "");
    const days = await store.select<{ day: string }>(
      "SELECT DISTINCT toYYYYMMDD(start_time) AS day FROM calls_packed",
    );
    for (const { day } of days) await store.command(pack, { day: Number(day) });
    await store.command("TRUNCATE TABLE calls_packed SYNC");
    await store.command(`OPTIMIZE TABLE calls_raw PARTITION '${partition}' FINAL`);
    onDay(day + 1);
  }
  await store.command("DROP TABLE calls_packed SYNC");
}
