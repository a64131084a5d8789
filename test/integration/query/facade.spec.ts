import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { request } from "node:http";
import { buffer, text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from "@clickhouse/client";
import type { AuthContext } from "../../../src/server/auth/auth-context.js";
import type { Credentials } from "../../../src/server/auth/credentials.js";
import { shownSecret } from "../../../src/server/auth/credentials.js";
import { AppError } from "../../../src/server/domain/errors.js";
import { FacadeServer } from "../../../src/server/query/facade/facade.server.js";
import { HELLO_QUERY } from "../../../src/server/query/facade/native-hello.js";
import { ledgerRow, pricedCall } from "../storage/builders.js";
import { type Ledger, openLedger } from "./ledger-fixture.js";

const KEYS: Record<string, AuthContext> = {
  "key-a": { project: "a", scopes: ["read"], keyId: "1" },
  "key-b": { project: "b", scopes: ["read"], keyId: "2" },
  "key-ingest": { project: "a", scopes: ["ingest"], keyId: "3" },
};

/** Keys as the real service treats them: none is the operator of project `default`, a wrong one is refused. */
const auth = {
  authorize(credentials: Credentials, scope: string): Promise<AuthContext> {
    const secret = shownSecret(credentials);
    if (secret === null) return Promise.resolve({ project: "default", scopes: ["read"], keyId: null });
    const found = KEYS[secret];
    if (found === undefined) return Promise.reject(new AppError("unauthenticated", "The key is not valid."));
    if (!found.scopes.includes(scope))
      return Promise.reject(new AppError("forbidden", "This key lacks the scope."));
    return Promise.resolve(found);
  },
};

let ledger: Ledger;
let facade: FacadeServer;
let base: string;
const clients: ClickHouseClient[] = [];

const clientOf = (key: string): ClickHouseClient => {
  const client = createClient({
    url: base,
    username: "default",
    password: key,
    database: "spanledger",
    log: { level: ClickHouseLogLevel.OFF },
  });
  clients.push(client);
  return client;
};

interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  bytes: Buffer;
}

/** A request with exactly these headers; fetch would not let a test set Host. */
const send = (
  path: string,
  options: { headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const method = options.body === undefined ? "GET" : "POST";
    const outgoing = request(`${base}${path}`, { method, headers: options.headers ?? {} }, (response) => {
      buffer(response).then(
        (bytes) =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: bytes.toString("utf8"),
            bytes,
          }),
        reject,
      );
    });
    outgoing.on("error", reject);
    outgoing.end(options.body);
  });

beforeAll(async () => {
  ledger = await openLedger();
  await ledger.calls.insert(
    ["a", "b"].map((project) => ledgerRow(pricedCall({ provider: `provider-${project}` }), { project })),
    [],
  );
  const config = { host: "127.0.0.1", facadePort: 0, openMode: true, clickhouseUrl: undefined };
  facade = new FacadeServer(config, auth, ledger.store);
  const listening = await facade.listen(ledger.store, 0);
  base = `http://127.0.0.1:${listening?.port}`;
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await facade.stop();
  await ledger.close();
});

describe("the SQL facade with @clickhouse/client", () => {
  it("answers ping, typed parameters and every family of formats", async () => {
    const client = clientOf("key-a");
    expect(await client.ping()).toEqual({ success: true });
    expect(await client.ping({ select: true })).toEqual({ success: true });
    const rows = await client.query({
      query: "SELECT provider, cost, {t:String} AS t FROM calls WHERE provider IN {p:Array(String)}",
      format: "JSONEachRow",
      query_params: { p: ["provider-a", "provider-b"], t: "it's \\ a\nline" },
    });
    expect(await rows.json()).toEqual([{ provider: "provider-a", cost: "0.000065", t: "it's \\ a\nline" }]);
    const csv = await client.query({ query: "SELECT 1 AS a, 'x' AS b", format: "CSVWithNames" });
    expect(await csv.text()).toBe('"a","b"\n1,"x"\n');
    const parquet = await client.exec({ query: "SELECT id FROM spanledger.calls FORMAT Parquet" });
    expect((await text(parquet.stream)).startsWith("PAR1")).toBe(true);
  });

  it("shows a key its own project only, in views, tables lists and joins", async () => {
    const providers = async (key: string) => {
      const result = await clientOf(key).query({
        query: "SELECT groupUniqArray(provider) AS p FROM calls",
        format: "JSONEachRow",
      });
      return (await result.json<{ p: string[] }>())[0]?.p;
    };
    expect(await providers("key-a")).toEqual(["provider-a"]);
    expect(await providers("key-b")).toEqual(["provider-b"]);
    const tables = await clientOf("key-a").query({
      query: "SELECT database, name FROM system.tables ORDER BY name",
      format: "JSONCompactEachRow",
    });
    expect(await tables.json()).toEqual(
      ["attempts", "budget_status", "calls", "cost_lines", "rate_limits", "spend_hourly"].map((name) => [
        "spanledger",
        name,
      ]),
    );
    const columns = await clientOf("key-a").query({
      query: "SELECT DISTINCT table FROM system.columns ORDER BY table",
      format: "JSONCompactEachRow",
    });
    expect(await columns.json()).toHaveLength(6);
  });

  it("gives errors with ClickHouse's code and name", async () => {
    const failed = clientOf("key-a").query({ query: "SELECT nothing FROM calls" });
    await expect(failed).rejects.toMatchObject({ code: "47", type: "UNKNOWN_IDENTIFIER" });
    await expect(clientOf("key-a").query({ query: "SELECT 1 FROM calls_raw" })).rejects.toMatchObject({
      code: "497",
      type: "ACCESS_DENIED",
    });
    await expect(clientOf("wrong").query({ query: "SELECT 1" })).rejects.toMatchObject({ code: "516" });
    await expect(clientOf("key-ingest").query({ query: "SELECT 1" })).rejects.toMatchObject({ code: "497" });
  });

  it("refuses inserts and commands", async () => {
    const insert = clientOf("key-a").insert({
      table: "calls_raw",
      values: [{ project: "b" }],
      format: "JSONEachRow",
    });
    await expect(insert).rejects.toMatchObject({ code: "497" });
    await expect(clientOf("key-a").command({ query: "DROP TABLE calls_raw" })).rejects.toMatchObject({
      code: "497",
    });
  });

  it("lets an output setting reach its own query only", async () => {
    const count = async (settings: Record<string, 0 | 1>) => {
      const result = await clientOf("key-a").query({
        query: "SELECT count() AS n FROM calls",
        format: "JSONEachRow",
        clickhouse_settings: settings,
      });
      return (await result.json<{ n: unknown }>())[0]?.n;
    };
    expect(await count({ output_format_json_quote_64bit_integers: 0 })).toBe(1);
    for (let round = 0; round < 4; round += 1) expect(await count({})).toBe("1");
    const [row] = await ledger.store.select<{ n: unknown }>("SELECT count() AS n FROM calls");
    expect(row?.n).toBe("2");
  });

  it("stops a query whose client has gone", async () => {
    const gone = new AbortController();
    const slow = clientOf("key-a").query({
      query: "SELECT count() FROM numbers(100000000000) WHERE number % 7 = 3",
      abort_signal: gone.signal,
    });
    setTimeout(() => gone.abort(), 100);
    await expect(slow).rejects.toThrow();
    const startedMs = Date.now();
    for (let round = 0; round < 3; round += 1) await clientOf("key-b").query({ query: "SELECT 1" });
    expect(Date.now() - startedMs).toBeLessThan(5000);
  });
});

describe("the SQL facade with the Go driver", () => {
  it("answers the handshake in the client's revision, reporting 0", async () => {
    const { bytes, headers } = await send(
      "/?default_format=Native&client_protocol_version=54483&database=spanledger",
      {
        headers: { "x-clickhouse-user": "default", "x-clickhouse-key": "key-a" },
        body: HELLO_QUERY,
      },
    );
    expect(headers["x-clickhouse-format"]).toBe("Native");
    // Block info, 4 columns, 1 row; per column: name, type, 0 for no custom serialization, value.
    expect(bytes).toEqual(
      Buffer.from(
        "\x01\0\x02\xff\xff\xff\xff\0\x04\x01" +
          "\x0ddisplayName()\x06String\0\x0aSpanledger" +
          "\x09version()\x06String\0\x0826.7.2.1" +
          "\x0arevision()\x06UInt32\0\0\0\0\0" +
          "\x0atimezone()\x06String\0\x03UTC",
        "latin1",
      ),
    );
  });

  it("answers later blocks in revision 0: no info, no serialization byte", async () => {
    const { bytes } = await send("/?default_format=Native&client_protocol_version=0", {
      body: "SELECT 'a' AS x, toUInt8(5) AS `1`",
    });
    expect(bytes).toEqual(Buffer.from("\x02\x01\x01x\x06String\x01a\x011\x05UInt8\x05", "latin1"));
  });

  it("tells its version where that is the whole question, as Grafana asks it", async () => {
    const { body } = await send("/?default_format=TSVWithNames", { body: "SELECT version()" });
    expect(body).toBe("version()\n26.7.2.1\n");
    expect((await send("/", { body: "SELECT version(), 1" })).status).toBe(403);
  });

  it("packs answers with gzip when asked, reads packed questions, and refuses block compression", async () => {
    const packed = await send("/?default_format=TSV", {
      headers: { "content-encoding": "gzip", "accept-encoding": "gzip" },
      body: gzipSync("SELECT number FROM numbers(1000)"),
    });
    expect(packed.headers["content-encoding"]).toBe("gzip");
    expect((await send("/?compress=1", { body: "SELECT 1" })).status).toBe(415);
  });
});

describe("the SQL facade's door", () => {
  it.each([
    ["Basic", { authorization: `Basic ${Buffer.from("grafana:key-a").toString("base64")}` }, ""],
    ["Bearer", { authorization: "Bearer key-a" }, ""],
    ["its own header", { "x-spanledger-key": "key-a" }, ""],
    ["ClickHouse's header", { "x-clickhouse-user": "anyone", "x-clickhouse-key": "key-a" }, ""],
    ["parameters", {}, "&user=default&password=key-a"],
  ])("takes a key by %s", async (_name, headers: Record<string, string>, query) => {
    const sql = encodeURIComponent("SELECT any(project) FROM calls FORMAT TSV");
    expect((await send(`/?query=${sql}${query}`, { headers })).body).toBe("a\n");
  });

  it("is open to no other host name, method or site in open mode", async () => {
    expect((await send("/?query=SELECT%201", { headers: { host: "evil.example" } })).status).toBe(403);
    expect((await send("/", { headers: { origin: "http://evil.example" }, body: "SELECT 1" })).status).toBe(
      403,
    );
    expect((await send("/ping")).body).toBe("Ok.\n");
    expect((await send("/")).body).toBe("Ok.\n");
    expect((await send("/play")).status).toBe(404);
    expect((await send("/?query=SELECT%201%20FORMAT%20Template")).status).toBe(400);
  });

  it("bounds statements, rows and bytes", async () => {
    expect((await send("/", { body: `SELECT '${"x".repeat(300_000)}'` })).status).toBe(413);
    const bomb = gzipSync(`SELECT '${"x".repeat(10_000_000)}'`);
    expect((await send("/", { headers: { "content-encoding": "gzip" }, body: bomb })).status).toBe(413);
    expect((await send("/", { headers: { "content-encoding": "gzip" }, body: "no gzip" })).status).toBe(403);
    const rows = await send("/?max_result_rows=10", { body: "SELECT number FROM numbers(100000)" });
    expect([rows.status, rows.headers["x-clickhouse-exception-code"]]).toEqual([400, "396"]);
    const bytes = await send("/", { body: "SELECT repeat('x', 1000000) FROM numbers(100)" });
    expect(bytes.status).toBe(400);
    const time = await send("/?max_execution_time=1", {
      body: "SELECT count() FROM numbers(100000000000) WHERE number % 7 = 3",
    });
    expect([time.status, time.headers["x-clickhouse-exception-code"]]).toEqual([500, "159"]);
  });

  it("refuses parameters that name tables and parameters of earlier queries", async () => {
    await send("/?param_secret=other", {
      headers: { "x-clickhouse-key": "key-b" },
      body: "SELECT {secret:String}",
    });
    for (let round = 0; round < 4; round += 1) {
      expect((await send("/", { body: "SELECT {secret:String}" })).status).toBe(403);
    }
    expect((await send("/?param_t=calls_raw", { body: "SELECT * FROM {t:Identifier}" })).status).toBe(403);
  });

  it("refuses every attempt to escape, and answers the next honest question", async () => {
    const attempts = JSON.parse(
      await readFile(new URL("../../golden/sql/escape-attempts.json", import.meta.url), "utf8"),
    ) as string[];
    // Offered on purpose: the database's name, a format, and a list of tables that holds the views alone.
    const offered = /\bsystem["`]?\s*\.\s*["`]?tables\b|FROM spanledger\.calls$|FORMAT JSON$/;
    const served: string[] = [];
    for (const sql of attempts) {
      const reply = await send("/", { headers: { "x-clickhouse-key": "key-a" }, body: sql });
      const { status, headers, body } = reply;
      if (offered.test(sql)) expect(body).not.toMatch(/\tcalls_raw\t|span_links|provider-b/);
      else if (status < 400 || headers["x-clickhouse-exception-code"] === undefined)
        served.push(`${status} ${sql}`);
    }
    expect(served).toEqual([]);
    const honest = await send("/", {
      headers: { "x-clickhouse-key": "key-a" },
      body: "SELECT any(project), count() FROM calls",
    });
    expect(honest.body).toBe("a\t1\n");
  }, 60_000);

  it("warns and goes on when its port is taken", async () => {
    const second = new FacadeServer(
      { host: "127.0.0.1", facadePort: Number(new URL(base).port), openMode: true, clickhouseUrl: undefined },
      auth,
      ledger.store,
    );
    expect(await second.start()).toBeNull();
    await second.stop();
  });
});
