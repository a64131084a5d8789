import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { CAPTURES, loadCaptures } from "../integration/ingest/captures.js";
import { allCalls, requestJson } from "../support/api.js";
import { cleanUpServers, type ServerProcess, startServerProcess } from "../support/server-process.js";
import { decode, encode } from "../unit/otlp/oracle.js";

/** More deliveries: SPANLEDGER_DELIVERIES. */
const deliveries = Number(process.env["SPANLEDGER_DELIVERIES"] ?? 1);

interface Block {
  resourceSpans?: { resource?: object; scopeSpans?: { scope?: object; spans?: object[] }[] }[];
}

/** Every captured span (of the binary captures) as an export of its own, without the resource's and scope's other spans. */
function singleSpans(): object[] {
  return loadCaptures().flatMap(({ folder, files }) =>
    files
      .filter(({ file, signal }) => signal === "traces" && file.endsWith(".pb"))
      .flatMap(({ file }) => {
        const { resourceSpans = [] } = decode(
          "ExportTraceServiceRequest",
          readFileSync(join(CAPTURES, folder, file)),
        ) as Block;
        return resourceSpans.flatMap(({ resource, scopeSpans = [] }) =>
          scopeSpans.flatMap(({ scope, spans = [] }) =>
            spans.map((span) => ({ resource, scopeSpans: [{ scope, spans: [span] }] })),
          ),
        );
      }),
  );
}

async function deliver(url: string, resourceSpans: readonly object[]): Promise<void> {
  const response = await fetch(`${url}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf" },
    body: new Uint8Array(encode("ExportTraceServiceRequest", { resourceSpans })),
  });
  await response.arrayBuffer();
  expect(response.status).toBe(200);
}

/** What a reader sees, without the ids that remember who came first. */
async function picture(url: string): Promise<{ calls: string[]; spend: unknown }> {
  const calls = (await allCalls(url)).map(({ id: _id, ...call }) => JSON.stringify(call)).sort();
  const { calls: count, cost } = await requestJson<{ calls: number; cost: string }>(
    `${url}/api/v1/summary?from=2020-01-01&to=2030-01-01`,
  );
  return { calls, spend: [count, cost] };
}

describe("any delivery to a real server", () => {
  afterAll(cleanUpServers);

  it("with duplicates, restarts and SIGKILLs between gives the calls and totals of one in order", async () => {
    const spans = singleSpans();
    const once = await startServerProcess();
    await deliver(once.url, spans);
    const wanted = await picture(once.url);
    expect(wanted.calls.length).toBeGreaterThan(25);
    await once.stop("SIGKILL");

    const plans = fc.record({
      order: fc.shuffledSubarray([...spans, ...spans, ...spans], { minLength: spans.length }),
      size: fc.integer({ min: 3, max: 40 }),
      stops: fc.uniqueArray(fc.nat(5), { minLength: 2, maxLength: 2 }),
    });
    for (const { order, size, stops } of fc.sample(plans, deliveries)) {
      let server: ServerProcess = await startServerProcess();
      const all = [...order, ...spans];
      for (let from = 0, turn = 0; from < all.length; from += size, turn++) {
        await deliver(server.url, all.slice(from, from + size));
        if (!stops.includes(turn)) continue;
        await server.stop(turn % 2 === 0 ? "SIGKILL" : "SIGTERM");
        server = await startServerProcess({ dataDir: server.dataDir });
      }
      expect(await picture(server.url)).toEqual(wanted);
      await server.stop("SIGKILL");
    }
  }, 600_000);
});
