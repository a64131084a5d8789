import { afterAll, describe, expect, it } from "@jest/globals";
import { allCalls, requestJson } from "../support/api.js";
import { chatAttributes, postTraces, tracesRequest } from "../support/otlp-json.js";
import {
  cleanUpServers,
  eventually,
  scratchDir,
  type ServerProcess,
  startServerProcess,
} from "../support/server-process.js";

const CALLS = 10_000;
const kills = Number(process.env["SPANLEDGER_TEST_REPRICE_KILLS"] ?? "1");

interface Job {
  id: string;
  status: string;
  calls: number;
  changed: number;
  kept: number;
  before: string;
  after: string;
  unpricedAfter: number;
}

async function send(url: string): Promise<void> {
  for (let part = 0; part < CALLS; part += 2000) {
    const spans = Array.from({ length: 2000 }, (_, index) => {
      const key = `call ${part + index}`;
      const startMs = Date.now() - 3_600_000 + (part + index) * 10;
      return { key, startMs, attributes: chatAttributes({ id: `resp ${key}`, model: "acme-unlisted" }) };
    });
    const answer = await postTraces(url, tracesRequest(spans));
    if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  }
}

const jobOf = (server: ServerProcess, id: string) => requestJson<Job>(`${server.url}/api/v1/reprice/${id}`);
const unpriced = async (server: ServerProcess): Promise<number> =>
  (await requestJson<{ totals: { calls: number } }>(`${server.url}/api/v1/unpriced`)).totals.calls;
const settled = (server: ServerProcess, id: string): Promise<Job> =>
  eventually(
    async () => {
      const job = await jobOf(server, id);
      return job.status === "running" || job.status === "rolling_back" ? undefined : job;
    },
    60_000,
    "end of the re-pricing",
  );
const costs = async (server: ServerProcess): Promise<string[]> =>
  (await allCalls(server.url)).map((call) => JSON.stringify(call)).toSorted();

/** Kills the server as soon as the job has got somewhere, and starts it again on the same data. */
async function killMidway(
  server: ServerProcess,
  id: string,
  status: string,
): Promise<{ server: ServerProcess; wasMidway: boolean }> {
  let wasMidway = false;
  await eventually(
    async () => {
      const job = await jobOf(server, id);
      wasMidway = job.status === status && job.calls > 0;
      return wasMidway || job.status !== status ? true : undefined;
    },
    60_000,
    "progress of the re-pricing",
  );
  await server.stop("SIGKILL");
  return { server: await startServerProcess({ dataDir: server.dataDir }), wasMidway };
}

describe("a price for 10,000 unpriced calls in a real server", () => {
  afterAll(cleanUpServers);

  it(`prices them within seconds, through ${kills} SIGKILL midway, and rolls back to the last byte`, async () => {
    let server = await startServerProcess({ dataDir: scratchDir() });
    await send(server.url);
    expect(await unpriced(server)).toBe(CALLS);
    const before = await costs(server);
    const started = performance.now();
    const fix = await requestJson<{ repricing: Job }>(`${server.url}/api/v1/unpriced/fix`, {
      method: "POST",
      json: {
        provider: "openai",
        requestModel: "acme-unlisted",
        responseModel: "acme-unlisted",
        action: "rates",
        rates: { input: "2", output: "8" },
      },
    });
    const { id } = fix.repricing;
    const midway: boolean[] = [];
    for (let kill = 0; kill < kills; kill++) {
      const killed = await killMidway(server, id, "running");
      server = killed.server;
      midway.push(killed.wasMidway);
    }
    const job = await settled(server, id);
    expect(job).toMatchObject({
      status: "done",
      calls: CALLS,
      changed: CALLS,
      before: "0",
      unpricedAfter: 0,
    });
    expect(performance.now() - started).toBeLessThan(60_000);
    // At least the first kill came while the job was at work.
    expect(midway[0]).toBe(true);
    expect(await unpriced(server)).toBe(0);

    await requestJson(`${server.url}/api/v1/reprice/${id}/rollback`, {
      method: "POST",
      json: { withCause: true },
    });
    server = (await killMidway(server, id, "rolling_back")).server;
    expect(await settled(server, id)).toMatchObject({ status: "rolled_back", kept: 0 });
    expect(await unpriced(server)).toBe(CALLS);
    expect(await costs(server)).toEqual(before);
  }, 300_000);
});
