-- {"project":"default","from":"2026-03-01 00:00:00.000000000"}
SELECT
  provider,
  host,
  request_model,
  response_model,
  service_tier,
  cost_status,
  cost_reason,
  count() AS calls,
  sum(input_total) AS input_tokens,
  sum(output_total) AS output_tokens,
  min(start_time) AS first_seen,
  max(start_time) AS last_seen
FROM calls
WHERE project = {project:String}
  AND start_time >= toDateTime64({from:String}, 9, 'UTC')
  AND cost_status IN ('unpriced', 'partial')
GROUP BY provider, host, request_model, response_model, service_tier, cost_status, cost_reason
ORDER BY calls DESC, last_seen DESC, provider, request_model, response_model
LIMIT 201
