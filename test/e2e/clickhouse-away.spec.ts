import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startClickHouse, type StandIn } from "../integration/storage/clickhouse-stand-in.js";
import { allCalls } from "../support/api.js";
import { chatAttributes, postTraces, tracesRequest } from "../support/otlp-json.js";
import {
  cleanUpServers,
  eventually,
  scratchDir,
  type ServerProcess,
  startServerProcess,
} from "../support/server-process.js";

/** How long ClickHouse stays away; the promise is kept for 60: SPANLEDGER_AWAY_SECONDS=60. */
const awaySeconds = Number(process.env["SPANLEDGER_AWAY_SECONDS"] ?? 3);

/** A way to ClickHouse that can be cut: connections end, and new ones are refused. */
class CuttableWay {
  #server: Server | null = null;
  readonly #sockets = new Set<Socket>();
  port = 0;

  constructor(private readonly target: number) {}

  async open(): Promise<void> {
    const server = createServer((near) => {
      const far = connect(this.target, "127.0.0.1");
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on("close", () => this.#sockets.delete(socket));
        socket.on("error", () => socket.destroy()); // being cut is what this is for
      }
      near.pipe(far).pipe(near);
    });
    server.listen(this.port, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address !== null && typeof address !== "string") this.port = address.port;
    this.#server = server;
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** Resident memory of a process in MiB. */
function residentMib(pid: number | undefined): number {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kib) / 1024;
}

describe("ClickHouse that cannot be reached", () => {
  let clickhouse: StandIn;
  let way: CuttableWay;
  let server: ServerProcess;

  beforeAll(async () => {
    clickhouse = await startClickHouse(scratchDir());
    way = new CuttableWay(Number(new URL(clickhouse.url).port));
    await way.open();
    server = await startServerProcess({
      env: {
        SPANLEDGER_CLICKHOUSE_URL: `http://default:@127.0.0.1:${way.port}`,
        SPANLEDGER_FACADE_PORT: "0",
      },
    });
  }, 120_000);

  afterAll(async () => {
    await cleanUpServers();
    await way.cut();
    await clickhouse.close();
  });

  const deliver = (key: string, count = 20) =>
    postTraces(
      server.url,
      tracesRequest(
        Array.from({ length: count }, (_, index) => ({
          key: `${key} ${index}`,
          startMs: Date.now(),
          attributes: chatAttributes({ id: `chatcmpl-${key}-${index}` }),
        })),
      ),
    );

  it(`is answered with 503 and Retry-After for ${awaySeconds} s, in bounded memory, and needs no restart`, async () => {
    expect((await deliver("before")).status).toBe(200);
    await way.cut();
    const before = residentMib(server.child.pid);
    const until = Date.now() + awaySeconds * 1000;
    const refused: string[] = [];
    for (let round = 0; Date.now() < until; round++) {
      const answers = await Promise.all([1, 2, 3].map((lane) => deliver(`away ${round} ${lane}`, 200)));
      for (const { status, retryAfter } of answers) {
        expect(status).toBe(503);
        expect(Number(retryAfter)).toBeGreaterThanOrEqual(1);
        expect(Number(retryAfter)).toBeLessThanOrEqual(5);
        refused.push(`${round}`);
      }
    }
    expect(refused.length).toBeGreaterThan(0);
    expect(residentMib(server.child.pid) - before).toBeLessThan(300);

    await way.open();
    await eventually(
      async () => ((await deliver("after")).status === 200 ? true : undefined),
      20_000,
      "recovery",
    );
    const keys = (await allCalls(server.url)).map(({ responseId }) => responseId);
    for (const key of ["before", "after"]) {
      for (let index = 0; index < 20; index++)
        expect(keys.filter((id) => id === `chatcmpl-${key}-${index}`)).toHaveLength(1);
    }
    expect(new Set(keys).size).toBe(keys.length);
  }, 300_000);
});
