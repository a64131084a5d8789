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

type Signal = "traces" | "logs" | "metrics";

/** The smallest thing that is delivered: a span or a log record with its resource and scope; the metrics of one export stay together. */
interface Piece {
  signal: Signal;
  json: boolean;
  /** One element of `resourceSpans` and the like, or the whole request for metrics. */
  resource: object;
}

/** Names of an export request's levels, by signal. */
const LEVELS = {
  traces: ["ExportTraceServiceRequest", "resourceSpans", "scopeSpans", "spans"],
  logs: ["ExportLogsServiceRequest", "resourceLogs", "scopeLogs", "logRecords"],
  metrics: ["ExportMetricsServiceRequest", "resourceMetrics", "", ""],
} as const;

type Node = Record<string, unknown>;
const list = (node: Node, name: string): Node[] => (node[name] as Node[] | undefined) ?? [];

function split(signal: Signal, request: Node): Node[] {
  const [, resources, scopes, leaves] = LEVELS[signal];
  if (signal === "metrics") return list(request, resources);
  return list(request, resources).flatMap((resource) =>
    list(resource, scopes).flatMap((scope) =>
      list(scope, leaves).map((leaf) => ({ ...resource, [scopes]: [{ ...scope, [leaves]: [leaf] }] })),
    ),
  );
}

/** Everything captured, in pieces: binary exports and JSON ones, spans, logs and metrics. */
function allPieces(): Piece[] {
  return loadCaptures().flatMap(({ folder, files }) =>
    files.flatMap(({ file, signal }) => {
      const body = readFileSync(join(CAPTURES, folder, file));
      const json = file.endsWith(".json");
      const request = json ? (JSON.parse(body.toString("utf8")) as Node) : decode(LEVELS[signal][0], body);
      return split(signal, request).map((resource) => ({ signal, json, resource }));
    }),
  );
}

/** Sends one export; a server that is gone says how it went. */
async function post(server: ServerProcess, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(`${server.url}${path}`, { method: "POST", ...init });
  } catch (cause) {
    const { exitCode, signalCode } = server.child;
    const how = `exit code ${String(exitCode)}, signal ${String(signalCode)}`;
    throw new Error(`no answer from the server (${how})\n${server.output().slice(-4000)}`, { cause });
  }
}

/** Sends the pieces in one request for each signal and encoding among them. */
async function deliver(server: ServerProcess, pieces: readonly Piece[]): Promise<void> {
  const requests = new Map<string, Piece[]>();
  for (const piece of pieces) {
    const key = `${piece.signal} ${String(piece.json)}`;
    requests.set(key, [...(requests.get(key) ?? []), piece]);
  }
  for (const [first, ...others] of requests.values()) {
    if (first === undefined) continue;
    const { signal, json } = first;
    const message = { [LEVELS[signal][1]]: [first, ...others].map(({ resource }) => resource) };
    const body = json ? JSON.stringify(message) : new Uint8Array(encode(LEVELS[signal][0], message));
    const response = await post(server, `/v1/${signal}`, {
      headers: { "content-type": json ? "application/json" : "application/x-protobuf" },
      body,
    });
    await response.arrayBuffer();
    expect(response.status).toBe(200);
  }
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

  it(
    "with duplicates, restarts and SIGKILLs between gives the calls and totals of one in order",
    async () => {
      const spans = allPieces();
      const once = await startServerProcess();
      await deliver(once, spans);
      const wanted = await picture(once.url);
      expect(wanted.calls.length).toBeGreaterThan(25);
      await once.stop("SIGKILL");

      const plans = fc.record({
        order: fc.shuffledSubarray([...spans, ...spans, ...spans], { minLength: spans.length }),
        size: fc.integer({ min: 3, max: 40 }),
        stops: fc.uniqueArray(fc.nat(5), { minLength: 2, maxLength: 2 }),
      });
      for (const [count, { order, size, stops }] of fc.sample(plans, deliveries).entries()) {
        let server: ServerProcess = await startServerProcess();
        const all = [...order, ...spans];
        for (let from = 0, turn = 0; from < all.length; from += size, turn++) {
          await deliver(server, all.slice(from, from + size));
          if (!stops.includes(turn)) continue;
          await server.stop(turn % 2 === 0 ? "SIGKILL" : "SIGTERM");
          server = await startServerProcess({ dataDir: server.dataDir });
        }
        expect(await picture(server.url)).toEqual(wanted);
        await server.stop("SIGKILL");
        if (deliveries > 1) process.stdout.write(`delivery ${count + 1} of ${deliveries}: the same\n`);
      }
    },
    300_000 * (deliveries + 1),
  );
});
