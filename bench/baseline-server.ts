import { createServer, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { ChdbStore } from "../src/server/storage/analytics/chdb.store.js";
import { GroupCommit } from "../src/server/storage/analytics/group-commit.js";
import { traceRequest } from "./llm-spans.js";

/**
 * The plain way to build the same receiver, to compare with: protobufjs decodes into objects, each span becomes one JSON row with
 * all attributes in a map, rows are inserted in groups before the answer. No identity, no usage rules, no prices.
 */
const inflate = promisify(gunzip);
const store = await ChdbStore.open({ directory: process.env["SPANLEDGER_DATA_DIR"] ?? "./baseline-data" });
await store.command(
  `CREATE TABLE IF NOT EXISTS baseline (
    trace_id String, span_id String, name String, start UInt64, end UInt64, attributes Map(String, String)
  ) ENGINE = MergeTree ORDER BY (trace_id, span_id)`,
);

interface Message {
  resourceSpans: { scopeSpans: { spans: SpanMessage[] }[] }[];
}
interface SpanMessage {
  traceId: string;
  spanId: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
}

function rowsOf(body: Buffer): string[] {
  const message = traceRequest.toObject(traceRequest.decode(body), {
    longs: String,
    bytes: String,
  }) as Message;
  return message.resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) =>
        JSON.stringify({
          trace_id: Buffer.from(span.traceId, "base64").toString("hex"),
          span_id: Buffer.from(span.spanId, "base64").toString("hex"),
          name: span.name,
          start: span.startTimeUnixNano,
          end: span.endTimeUnixNano,
          attributes: Object.fromEntries(
            span.attributes.map(({ key, value }) => [key, JSON.stringify(Object.values(value)[0])]),
          ),
        }),
      ),
    ),
  );
}

const commit = new GroupCommit<string[]>({
  flush: (groups) => store.insertJsonRows("baseline", groups.flat()),
  maxPendingBytes: 256 * 1024 * 1024,
});

async function answer(request: IncomingMessage): Promise<{ status: number; body: string }> {
  if (request.url === "/readyz") return { status: 200, body: "ready" };
  if (request.url === "/rows") {
    const [row] = await store.select<{ calls: string }>("SELECT count() AS calls FROM baseline");
    return { status: 200, body: JSON.stringify({ calls: Number(row?.calls) }) };
  }
  if (request.url === "/metrics") {
    const cpu = process.cpuUsage();
    const lines = [
      `process_cpu_seconds_total ${(cpu.user + cpu.system) / 1e6}`,
      `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
    ];
    return { status: 200, body: `${lines.join("\n")}\n` };
  }
  const rows = rowsOf(await inflate(await buffer(request)));
  await commit.submit(
    rows,
    rows.reduce((bytes, row) => bytes + row.length, 0),
  );
  return { status: 200, body: "" };
}

const server = createServer((request, response) => {
  answer(request).then(
    ({ status, body }) => response.writeHead(status).end(body),
    (error: unknown) => {
      console.error(error);
      response.writeHead(503).end();
    },
  );
});
server.listen(Number(process.env["SPANLEDGER_PORT"] ?? 0), "127.0.0.1");

process.once("SIGTERM", () => {
  server.close();
  server.closeAllConnections();
  void commit
    .close()
    .then(() => store.close())
    .then(() => process.exit(0));
});
