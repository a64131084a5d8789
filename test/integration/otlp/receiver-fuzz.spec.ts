import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import { Logger } from "@nestjs/common";
import { once } from "node:events";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import type { AuthService } from "../../../src/server/auth/auth.service.js";
import { readConfig } from "../../../src/server/config/app-config.js";
import { IngestMetrics } from "../../../src/server/ingest/ingest-metrics.js";
import { ExportReceiver } from "../../../src/server/otlp/export-receiver.js";
import { GRPC_SERVICES } from "../../../src/server/otlp/grpc-exporter-services.js";
import { OtlpGrpcServer } from "../../../src/server/otlp/otlp-grpc.server.js";
import { freePort } from "../../support/server-process.js";
import { decode, encode } from "../../unit/otlp/oracle.js";
import { toOtlpJson } from "../../unit/otlp/otlp-json.js";
import { RandomExports, randomNumbers } from "../../unit/otlp/random-exports.js";
import { protobufExport, span } from "./exports.js";
import { authOf, type ReceiverApp, startReceiver } from "./receiver-app.js";

/** Damaged requests per transport; a longer hunt sets the variable. */
const CASES = Number(process.env["SPANLEDGER_FUZZ_CASES"] ?? 300);
jest.setTimeout(60_000 + CASES * 200);
const PATHS = ["traces", "logs", "metrics"] as const;
const REQUESTS = {
  traces: "ExportTraceServiceRequest",
  logs: "ExportLogsServiceRequest",
  metrics: "ExportMetricsServiceRequest",
} as const;

let receiver: ReceiverApp;
let grpc: OtlpGrpcServer;
let grpcPort: number;

beforeAll(async () => {
  Logger.overrideLogger(false);
  receiver = await startReceiver({ SPANLEDGER_MAX_BODY_BYTES: "100000" });
  grpcPort = await freePort();
  const auth = { authorize: async () => authOf("good") } as unknown as AuthService;
  const config = readConfig({ SPANLEDGER_GRPC_PORT: String(grpcPort) });
  grpc = new OtlpGrpcServer(
    config,
    auth,
    new ExportReceiver(receiver.ingest, new IngestMetrics()),
    receiver.inflight,
  );
  await grpc.start();
});
afterAll(async () => {
  await grpc.stop(1000);
  await receiver.app.close();
});
afterEach(() => {
  receiver.ingest.take();
  expect(receiver.inflight.held).toBe(0);
});

interface Damaged {
  path: (typeof PATHS)[number];
  body: Buffer;
  headers: Record<string, string>;
}

/** A request of any signal and encoding, damaged before or after compression, sometimes to the wrong path or with the wrong type. */
function damagedRequest(seed: number): Damaged {
  const exports = new RandomExports(randomNumbers(seed));
  const signal = exports.pick(PATHS);
  const request = { traces: exports.traces(), logs: exports.logs(), metrics: exports.metrics() }[signal];
  const binary = encode(REQUESTS[signal], request);
  const isJson = exports.int(2) === 0;
  const plain = isJson ? Buffer.from(toOtlpJson(decode(REQUESTS[signal], binary), false)) : binary;
  const isGzip = exports.int(2) === 0;
  const inner = exports.int(3) === 0 ? plain : exports.damaged(plain);
  const body =
    isGzip && exports.int(3) > 0 ? exports.damaged(gzipSync(inner)) : isGzip ? gzipSync(inner) : inner;
  const rightType = isJson ? "application/json" : "application/x-protobuf";
  return {
    path: exports.int(5) === 0 ? exports.pick(PATHS) : signal,
    body,
    headers: {
      "content-type":
        exports.int(8) === 0 ? exports.pick(["application/json", "text/plain", ";;"]) : rightType,
      ...(isGzip ? { "content-encoding": "gzip" } : {}),
    },
  };
}

describe("damaged requests", () => {
  it(`over HTTP: ${CASES} get an answer of the specification, and the server goes on`, async () => {
    const statuses = new Map<number, number>();
    for (let seed = 0; seed < CASES; seed += 1) {
      const { path, body, headers } = damagedRequest(seed);
      const response = await fetch(`${receiver.url}/v1/${path}`, {
        method: "POST",
        body: new Uint8Array(body),
        headers,
      });
      await response.arrayBuffer();
      expect({
        seed,
        known: [200, 400, 413, 415].includes(response.status),
        status: response.status,
      }).toEqual({
        seed,
        known: true,
        status: response.status,
      });
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    }
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 400, 415]));
  });

  it(`over gRPC: ${CASES} messages are stored or refused as bad data`, async () => {
    const client = new Client(`127.0.0.1:${grpcPort}`, credentials.createInsecure());
    const same = (bytes: Buffer): Buffer => bytes;
    for (let seed = 0; seed < CASES; seed += 1) {
      const { path, body } = damagedRequest(seed);
      const error = await new Promise<ServiceError | null>((resolve) => {
        client.makeUnaryRequest(`/${GRPC_SERVICES[path]}/Export`, same, same, body, (failure) =>
          resolve(failure),
        );
      });
      expect([null, undefined, 3]).toContain(error?.code);
    }
    client.close();
  });

  it("that are no HTTP/2 end their own connection only", async () => {
    const random = new RandomExports(randomNumbers(7));
    const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    for (let round = 0; round < 60; round += 1) {
      const socket = connect(grpcPort, "127.0.0.1");
      socket.on("error", () => undefined); // being reset is what such a sender may expect
      const closed = new Promise((resolve) => socket.once("close", resolve));
      await once(socket, "connect");
      if (round % 2 === 0) socket.write(preface);
      socket.end(random.bytes(1 + random.int(300)));
      socket.resume();
      await closed;
    }
    const client = new Client(`127.0.0.1:${grpcPort}`, credentials.createInsecure());
    const same = (bytes: Buffer): Buffer => bytes;
    const error = await new Promise<ServiceError | null>((resolve) => {
      const body = protobufExport(span());
      client.makeUnaryRequest(`/${GRPC_SERVICES.traces}/Export`, same, same, body, (failure) =>
        resolve(failure),
      );
    });
    client.close();
    expect([error, receiver.ingest.spans.length]).toEqual([null, 1]);
  });
});
