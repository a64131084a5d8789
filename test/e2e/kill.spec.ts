import { afterAll, describe, expect, it } from "@jest/globals";
import { type ApiCall, requestJson } from "../support/api.js";
import {
  cleanUpServers,
  scratchDir,
  type ServerProcess,
  startServerProcess,
} from "../support/server-process.js";
import { type Export, freshExport, grpcPost, httpPost, type Post } from "../support/steady-sender.js";

/** CI takes the default; the promise is kept for 100: SPANLEDGER_KILL_ROUNDS=100. */
const rounds = Number(process.env["SPANLEDGER_KILL_ROUNDS"] ?? 8);
const spansPerExport = 50;

/** What was sent, and what of it was acknowledged. An export that was not is sent again to the next server. */
class Sent {
  readonly costs = new Map<string, bigint>();
  readonly acknowledged = new Set<string>();
  readonly pending: Export[] = [];
  #count = 0;

  next(): Export {
    const again = this.pending.shift();
    if (again !== undefined) return again;
    const fresh = freshExport(`kill ${this.#count++}`, spansPerExport);
    for (const [spanId, cost] of fresh.costs) this.costs.set(spanId, cost);
    return fresh;
  }

  async untilBroken(post: Post): Promise<void> {
    for (;;) {
      const one = this.next();
      try {
        if (await post(one.body)) for (const spanId of one.costs.keys()) this.acknowledged.add(spanId);
        else this.pending.push(one);
      } catch {
        this.pending.push(one); // the server was killed: nobody knows whether it is stored
        return;
      }
    }
  }
}

/** Three HTTP connections and two gRPC channels, each with one export under way at any time. */
async function underLoad(server: ServerProcess, sent: Sent, work: () => Promise<void>): Promise<void> {
  const senders = [1, 2, 3]
    .map(() => httpPost(server.url))
    .concat([1, 2].map(() => grpcPost(server.grpcPort)));
  const sending = senders.map(({ post }) => sent.untilBroken(post));
  await work();
  await Promise.all(sending);
  for (const { close } of senders) close();
}

/** Calls of a server by span id, with their cost in 1e-9 USD; a span that is listed twice is named. */
async function storedCalls(url: string): Promise<{ costs: Map<string, bigint>; doubled: string[] }> {
  const costs = new Map<string, bigint>();
  const doubled: string[] = [];
  let cursor = "";
  for (;;) {
    const page: { data: ApiCall[]; nextCursor: string | null } = await requestJson(
      `${url}/api/v1/calls?limit=500${cursor}`,
    );
    for (const { spanId, cost } of page.data) {
      if (costs.has(spanId)) doubled.push(spanId);
      costs.set(spanId, nanoUsd(cost.total));
    }
    if (page.nextCursor === null) return { costs, doubled };
    cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
}

function nanoUsd(decimal: string | null): bigint {
  const [whole = "", fraction = ""] = (decimal ?? "NaN").split(".");
  return BigInt(whole + fraction.padEnd(9, "0").slice(0, 9));
}

const sum = (costs: Iterable<bigint>): bigint => [...costs].reduce((total, cost) => total + cost, 0n);

describe("SIGKILL under full load", () => {
  afterAll(cleanUpServers);

  it(`loses no acknowledged call, doubles none and keeps the total in ${rounds} rounds`, async () => {
    const dataDir = scratchDir();
    const sent = new Sent();
    for (let round = 0; round < rounds; round++) {
      const server = await startServerProcess({ dataDir });
      await underLoad(server, sent, async () => {
        const atLeast = sent.acknowledged.size + spansPerExport * 4;
        while (sent.acknowledged.size < atLeast) await new Promise((resolve) => setTimeout(resolve, 5));
        await new Promise((resolve) => setTimeout(resolve, (round * 37) % 150));
        await server.stop("SIGKILL");
      });
    }
    const server = await startServerProcess({ dataDir });
    const beforeResend = await storedCalls(server.url);
    expect([...sent.acknowledged].filter((spanId) => !beforeResend.costs.has(spanId))).toEqual([]);
    expect(beforeResend.doubled).toEqual([]);

    const { post, close } = httpPost(server.url);
    for (const { body } of sent.pending) expect(await post(body)).toBe(true);
    close();
    const stored = await storedCalls(server.url);
    expect(stored.doubled).toEqual([]);
    expect(stored.costs).toEqual(sent.costs);
    const { cost } = await requestJson<{ cost: string }>(`${server.url}/api/v1/summary`);
    expect(nanoUsd(cost)).toBe(sum(sent.costs.values()));
    if (process.env["SPANLEDGER_KILL_ROUNDS"] !== undefined)
      process.stdout.write(
        `${rounds} rounds, ${sent.costs.size} calls, ${sent.acknowledged.size} acknowledged, ${cost} USD\n`,
      );
  }, 3_600_000);
});
