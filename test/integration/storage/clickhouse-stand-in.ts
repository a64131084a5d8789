import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import type { Session as ChdbSession } from "chdb";

const { Session, drainPending } = createRequire(import.meta.url)("chdb") as {
  Session: typeof ChdbSession;
  drainPending: () => Promise<void>;
};

export interface StandIn {
  url: string;
  /** Settings that the last query came with. */
  lastSettings(): Record<string, string>;
  close(): Promise<void>;
}

/** Parameters of a request that are no settings. */
const NOT_SETTINGS =
  /^(query|query_id|database|default_format|param_.*|role|session_(id|check|timeout)|wait_end_of_query|enable_http_compression)$/;

/**
 * The HTTP interface of a ClickHouse server, as far as our adapter uses it, over an engine of its own in `directory`: parameters,
 * settings, inserts, error codes, and queries that stop when their client leaves. Real parsing and real execution, no real server.
 */
export async function startClickHouse(directory: string): Promise<StandIn> {
  const keeper = new Session(directory);
  let lastSettings: Record<string, string> = {};
  let count = 0;

  const execute = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { searchParams } = new URL(request.url ?? "/", "http://x");
    const body = await buffer(request);
    const inUrl = searchParams.get("query");
    const session = new Session(directory);
    const id = `stand-in-${(count += 1)}`;
    response.once("close", () => {
      if (!response.writableEnded) void kill(keeper, id);
    });
    try {
      lastSettings = Object.fromEntries([...searchParams].filter(([name]) => !NOT_SETTINGS.test(name)));
      const database = searchParams.get("database");
      if (database !== null) await session.queryAsync(`USE ${database}`);
      const params = [...searchParams].filter(([name]) => name.startsWith("param_"));
      const sets = [...Object.entries({ ...lastSettings, log_comment: id }), ...params];
      await session.queryAsync(
        `SET ${sets.map(([name, value]) => `${name} = ${literal(value)}`).join(", ")}`,
      );
      if (inUrl?.startsWith("INSERT ") === true) {
        await insert(session, inUrl, body, join(directory, `${id}.data`));
        response.writeHead(200).end();
      } else {
        const result = await session.queryAsync(`${inUrl ?? ""}${body.toString("utf8")}`);
        response.writeHead(200, { "content-type": "application/json" }).end(Buffer.from(result.bytes()));
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const code = /Code:\s*(\d+)/.exec(message)?.[1] ?? "1002";
      response.writeHead(500, { "x-clickhouse-exception-code": code }).end(message);
    } finally {
      session.close();
    }
  };

  const server = createServer((request, response) => void execute(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://default:@127.0.0.1:${(server.address() as AddressInfo).port}`,
    lastSettings: () => lastSettings,
    async close() {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      keeper.close();
      await drainPending();
    },
  };
}

/** A server reads the data of an INSERT from the body; the engine takes it from a file. */
async function insert(session: ChdbSession, statement: string, body: Buffer, path: string): Promise<void> {
  const match = /^INSERT INTO (\w+) ?(?:\((.+)\))? FORMAT (\w+)\s*$/s.exec(statement);
  if (match === null) throw new Error(`Code: 62. DB::Exception: not understood: ${statement} (SYNTAX_ERROR)`);
  const [, table = "", columns, format = ""] = match;
  if (format === "JSONEachRow") {
    await session.insert({ table, values: body, format });
    return;
  }
  await writeFile(path, body);
  const into = columns === undefined ? table : `${table} (${columns})`;
  await session.queryAsync(`INSERT INTO ${into} SELECT ${columns ?? "*"} FROM file('${path}', '${format}')`);
}

async function kill(session: ChdbSession, id: string): Promise<void> {
  await session.queryAsync(`KILL QUERY WHERE Settings['log_comment'] = ${literal(id)} ASYNC`, {
    format: "Null",
  });
}

function literal(value: string): string {
  return `'${value.replace(/[\\']/g, "\\$&")}'`;
}
