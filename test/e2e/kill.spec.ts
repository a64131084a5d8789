import { afterAll, describe, expect, it } from "@jest/globals";
import { allCalls } from "../support/api.js";
import { chatAttributes, postTraces, spanIdOf, tracesRequest } from "../support/otlp-json.js";
import { cleanUpServers, scratchDir, startServerProcess } from "../support/server-process.js";

const rounds = 20;
const senders = 4;
const spansPerRequest = 5;

/** Sends until the connection breaks; adds the keys of each acknowledged request. */
async function sendUntilKilled(url: string, name: string, acknowledged: Set<string>): Promise<void> {
  for (let request = 0; ; request++) {
    const keys = Array.from({ length: spansPerRequest }, (_, index) => `${name} ${request} ${index}`);
    const startMs = Date.now();
    try {
      const answer = await postTraces(
        url,
        tracesRequest(
          keys.map((key) => ({ key, startMs, attributes: chatAttributes({ id: `resp ${key}` }) })),
        ),
      );
      if (answer.status === 200) for (const key of keys) acknowledged.add(key);
    } catch {
      return; // the server was killed: this request was not acknowledged
    }
  }
}

describe("SIGKILL during ingest", () => {
  afterAll(cleanUpServers);

  it(`loses no acknowledged call and doubles none in ${rounds} rounds`, async () => {
    const dataDir = scratchDir();
    const acknowledged = new Set<string>();
    for (let round = 0; round < rounds; round++) {
      const server = await startServerProcess({ dataDir });
      const sending = Array.from({ length: senders }, (_, sender) =>
        sendUntilKilled(server.url, `${round}-${sender}`, acknowledged),
      );
      const atLeast = acknowledged.size + 20;
      while (acknowledged.size < atLeast) await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, (round * 37) % 120));
      await server.stop("SIGKILL");
      await Promise.all(sending);
    }
    const server = await startServerProcess({ dataDir });
    const stored = new Map<string, number>();
    for (const call of await allCalls(server.url))
      stored.set(call.spanId, (stored.get(call.spanId) ?? 0) + 1);
    const lost = [...acknowledged].filter((key) => !stored.has(spanIdOf(key)));
    const doubled = [...stored.values()].filter((count) => count !== 1);
    expect(acknowledged.size).toBeGreaterThanOrEqual(rounds * 20);
    expect(lost).toEqual([]);
    expect(doubled).toEqual([]);
  }, 600_000);
});
