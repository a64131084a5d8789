import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { Client, compressionAlgorithms, credentials, Metadata } from "@grpc/grpc-js";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { AuthService } from "../../../src/server/auth/auth.service.js";
import { readConfig } from "../../../src/server/config/app-config.js";
import { IngestMetrics } from "../../../src/server/ingest/ingest-metrics.js";
import { ExportReceiver } from "../../../src/server/otlp/export-receiver.js";
import { GRPC_SERVICES } from "../../../src/server/otlp/grpc-exporter-services.js";
import { OtlpGrpcServer } from "../../../src/server/otlp/otlp-grpc.server.js";
import type { Signal } from "../../../src/server/otlp/signal.js";
import { freePort } from "../../support/server-process.js";
import { decode, encode } from "../../unit/otlp/oracle.js";
import { toOtlpJson } from "../../unit/otlp/otlp-json.js";
import { CAPTURES, loadCaptures } from "../ingest/captures.js";
import { authOf, type ReceiverApp, startReceiver } from "./receiver-app.js";

jest.setTimeout(120_000);

const MESSAGES: Readonly<Record<Signal, string>> = {
  traces: "ExportTraceServiceRequest",
  logs: "ExportLogsServiceRequest",
  metrics: "ExportMetricsServiceRequest",
};
const ID_NAMES = new Set(["traceId", "spanId", "parentSpanId"]);

/** OTLP/JSON with its hex ids as the bytes that protobufjs wants. */
function fromOtlpJson(value: unknown, name = ""): unknown {
  if (typeof value === "string" && ID_NAMES.has(name)) return Buffer.from(value, "hex");
  if (Array.isArray(value)) return value.map((element) => fromOtlpJson(element));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fromOtlpJson(member, key)]));
}

interface Export {
  signal: Signal;
  protobuf: Buffer;
  json: Buffer;
}

/** Every captured request, in both encodings. */
const exports: Export[] = loadCaptures().flatMap(({ folder, files }) =>
  files.map(({ file, signal }): Export => {
    const body = readFileSync(join(CAPTURES, folder, file));
    const name = MESSAGES[signal];
    if (file.endsWith(".json")) {
      const message = fromOtlpJson(JSON.parse(body.toString("utf8"))) as Record<string, unknown>;
      return { signal, json: body, protobuf: encode(name, message) };
    }
    return { signal, protobuf: body, json: Buffer.from(toOtlpJson(decode(name, body), false)) };
  }),
);

let receiver: ReceiverApp;
let grpc: OtlpGrpcServer;
const clients: Client[] = [];

beforeAll(async () => {
  receiver = await startReceiver();
  const port = await freePort();
  grpc = new OtlpGrpcServer(
    readConfig({ SPANLEDGER_GRPC_PORT: String(port) }),
    { authorize: async () => authOf(undefined) } as unknown as AuthService,
    new ExportReceiver(receiver.ingest, new IngestMetrics()),
    receiver.inflight,
  );
  await grpc.start();
  const gzip = { "grpc.default_compression_algorithm": compressionAlgorithms.gzip };
  for (const options of [{}, gzip])
    clients.push(new Client(`127.0.0.1:${port}`, credentials.createInsecure(), options));
});
afterAll(async () => {
  for (const client of clients) client.close();
  await grpc.stop(1000);
  await receiver.app.close();
});

async function overHttp(signal: Signal, body: Buffer, type: string, zipped: boolean): Promise<void> {
  const response = await fetch(`${receiver.url}/v1/${signal}`, {
    method: "POST",
    headers: { "content-type": type, ...(zipped ? { "content-encoding": "gzip" } : {}) },
    body: new Uint8Array(zipped ? gzipSync(body) : body),
  });
  await response.arrayBuffer();
  expect(response.status).toBe(200);
}

function overGrpc(signal: Signal, body: Buffer, client: Client | undefined): Promise<void> {
  const same = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve, reject) => {
    client?.makeUnaryRequest(`/${GRPC_SERVICES[signal]}/Export`, same, same, body, new Metadata(), (error) =>
      error === null ? resolve() : reject(error),
    );
  });
}

const WAYS: Readonly<Record<string, (one: Export) => Promise<void>>> = {
  "HTTP protobuf": ({ signal, protobuf }) => overHttp(signal, protobuf, "application/x-protobuf", false),
  "HTTP protobuf, gzip": ({ signal, protobuf }) => overHttp(signal, protobuf, "application/x-protobuf", true),
  "HTTP JSON": ({ signal, json }) => overHttp(signal, json, "application/json", false),
  "HTTP JSON, gzip": ({ signal, json }) => overHttp(signal, json, "application/json; charset=utf-8", true),
  gRPC: ({ signal, protobuf }) => overGrpc(signal, protobuf, clients[0]),
  "gRPC, gzip": ({ signal, protobuf }) => overGrpc(signal, protobuf, clients[1]),
};

/** What the ledger is handed of all captures, brought in one way. */
async function received(way: (one: Export) => Promise<void>): Promise<unknown[]> {
  receiver.ingest.take();
  for (const one of exports) await way(one);
  const { logs, points } = receiver.ingest;
  const taken = { logs: [...logs], points: points.splice(0) };
  return [receiver.ingest.take(), taken.logs, taken.points];
}

describe("every captured export", () => {
  it("reaches the ledger the same by HTTP and gRPC, as protobuf and JSON, zipped or not", async () => {
    const wanted = await received(WAYS["HTTP protobuf"] ?? (() => Promise.reject(new Error("no way"))));
    expect(wanted.map((items) => (items as unknown[]).length > 0)).toEqual([true, true, true]);
    for (const [name, way] of Object.entries(WAYS))
      expect([name, await received(way)]).toEqual([name, wanted]);
  });
});
