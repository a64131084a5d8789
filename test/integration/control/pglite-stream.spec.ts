import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { EngineGate } from "../../../src/server/storage/control/engine-gate.js";
import { openPglite } from "../../../src/server/storage/control/pglite-engine.js";
import { PgliteStream } from "../../../src/server/storage/control/pglite-stream.js";
import { controlTemplate } from "../../support/control-store.js";

describe("pg over the in-process stream", () => {
  let engine: PGlite;
  const gate = new EngineGate();

  const open = (max: number, maxIdleInTransactionMs = 15_000): pg.Pool => {
    const stream = () => new PgliteStream(engine, gate, { maxIdleInTransactionMs });
    const pool = new pg.Pool({ user: "postgres", database: "postgres", max, stream: stream as never });
    pool.on("error", () => undefined);
    return pool;
  };

  beforeAll(async () => {
    engine = await openPglite(null, await controlTemplate());
    await engine.exec("CREATE TABLE item (id int PRIMARY KEY, body text)");
  }, 60_000);

  afterAll(async () => {
    await engine.close();
  });

  it("answers 400 concurrent parameterised queries, each with its own result", async () => {
    const pool = open(8);
    const answers = await Promise.all(
      Array.from({ length: 400 }, (_, n) =>
        pool.query<{ n: number; text: string }>("SELECT $1::int AS n, repeat('x', $1::int) AS text", [n]),
      ),
    );
    expect(answers.map(({ rows }) => [rows[0]?.n, rows[0]?.text.length])).toEqual(
      answers.map((_, n) => [n, n]),
    );
    await pool.end();
  });

  it("carries rows and parameters of several megabytes, bytea and arrays", async () => {
    const pool = open(2);
    const text = "é".repeat(4_000_000);
    const bytes = Buffer.alloc(3_000_000, 7);
    const { rows } = await pool.query("SELECT $1::text AS text, $2::bytea AS bytes, $3::text[] AS list", [
      text,
      bytes,
      ["a", 'b"', "c,d"],
    ]);
    expect(rows[0].text === text).toBe(true);
    expect(bytes.equals(rows[0].bytes)).toBe(true);
    expect(rows[0].list).toEqual(["a", 'b"', "c,d"]);
    await pool.end();
  });

  it("keeps transactions of two connections apart", async () => {
    const pool = open(2);
    const first = await pool.connect();
    await first.query("BEGIN");
    await first.query("INSERT INTO item VALUES (1, 'uncommitted')");
    const outside = pool.query("SELECT count(*)::int AS n FROM item");
    await first.query("ROLLBACK");
    first.release();
    expect((await outside).rows).toEqual([{ n: 0 }]);
    await pool.end();
  });

  it("rolls back and lets the next one in when a connection is destroyed inside a transaction", async () => {
    const pool = open(2);
    const client = await pool.connect();
    await client.query("BEGIN");
    await client.query("INSERT INTO item VALUES (2, 'lost')");
    client.release(new Error("destroyed by the test"));
    const { rows } = await pool.query("SELECT count(*)::int AS n FROM item WHERE id = 2");
    expect(rows).toEqual([{ n: 0 }]);
    expect(gate.waiting).toBe(0);
    await pool.end();
  });

  it("reports errors with their code and stays usable, inside and outside of a transaction", async () => {
    const pool = open(1);
    await expect(pool.query("SELECT 1 / $1::int", [0])).rejects.toMatchObject({ code: "22012" });
    await expect(pool.query("SELECT nonsense FROM nowhere")).rejects.toMatchObject({ code: "42P01" });
    await pool.query("INSERT INTO item VALUES (3, 'kept')");
    await expect(pool.query("INSERT INTO item VALUES ($1, 'twice')", [3])).rejects.toMatchObject({
      code: "23505",
      constraint: "item_pkey",
    });
    expect((await pool.query("SELECT body FROM item WHERE id = 3")).rows).toEqual([{ body: "kept" }]);
    await pool.end();
  });

  it("ends a transaction that sits idle while others wait", async () => {
    const pool = open(2, 50);
    const idle = await pool.connect();
    const ended = new Promise<Error>((resolve) => idle.on("error", resolve));
    await idle.query("BEGIN");
    await idle.query("INSERT INTO item VALUES (4, 'starved')");
    const { rows } = await pool.query("SELECT count(*)::int AS n FROM item WHERE id = 4");
    expect(rows).toEqual([{ n: 0 }]);
    expect((await ended).message).toContain("idle");
    idle.release(true);
    await pool.end();
  });

  it("executes frames that arrive one byte at a time", async () => {
    const stream = new PgliteStream(engine, gate);
    const answered = new Promise<void>((resolve) => {
      let text = "";
      stream.on("data", (chunk: Buffer) => {
        text += chunk.toString("latin1");
        if (text.includes("split")) resolve();
      });
    });
    const sql = "SELECT 'split' AS answer\0";
    const query = Buffer.alloc(5 + sql.length);
    query.write("Q", 0);
    query.writeInt32BE(4 + sql.length, 1);
    query.write(sql, 5);
    for (const byte of [...standardStartup(), ...query]) {
      await new Promise<void>((resolve, reject) =>
        stream.write(Buffer.of(byte), (error) => (error ? reject(error) : resolve())),
      );
    }
    await answered;
    stream.destroy();
  });

  it("refuses a frame with an impossible length", async () => {
    const stream = new PgliteStream(engine, gate);
    const failed = new Promise<Error>((resolve) => stream.once("error", resolve));
    stream.write(Buffer.concat([Buffer.from(standardStartup()), Buffer.from("Q\x7f\xff\xff\xff", "latin1")]));
    expect((await failed).message).toContain("out of bounds");
    expect(gate.waiting).toBe(0);
  });
});

function standardStartup(): Buffer {
  const body = Buffer.from("user\0postgres\0database\0postgres\0\0", "latin1");
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + body.length, 0);
  head.writeInt32BE(196608, 4);
  return Buffer.concat([head, body]);
}
