-- {"project":"default"}
SELECT start_time, id, trace_id
FROM calls
WHERE project = {project:String}
ORDER BY start_time DESC, id DESC
LIMIT 101
