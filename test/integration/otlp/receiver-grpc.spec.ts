import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { Logger } from "@nestjs/common";
import { createServer } from "node:net";
import { once } from "node:events";
import type { AuthContext } from "../../../src/server/auth/auth-context.js";
import type { AuthService } from "../../../src/server/auth/auth.service.js";
import type { Credentials } from "../../../src/server/auth/credentials.js";
import { readConfig } from "../../../src/server/config/app-config.js";
import { OverloadedError } from "../../../src/server/domain/errors.js";
import { IngestMetrics } from "../../../src/server/ingest/ingest-metrics.js";
import { ExportReceiver } from "../../../src/server/otlp/export-receiver.js";
import { GRPC_SERVICES } from "../../../src/server/otlp/grpc-exporter-services.js";
import { InflightBytes } from "../../../src/server/otlp/inflight-bytes.js";
import { OtlpGrpcServer } from "../../../src/server/otlp/otlp-grpc.server.js";
import type { Signal } from "../../../src/server/otlp/signal.js";
import { freePort } from "../../support/server-process.js";
import { decode } from "../../unit/otlp/oracle.js";
import { protobufExport, span, TRACE_ID } from "./exports.js";
import { authOf, FakeIngest } from "./receiver-app.js";

jest.setTimeout(60_000);

const MAX_BODY = 5_000_000;
const ingest = new FakeIngest();
const seen: Credentials[] = [];
/** The part of AuthService that the server uses. */
const auth = {
  async authorize(given: Credentials): Promise<AuthContext> {
    seen.push(given);
    return authOf(given.key ?? given.authorization?.replace("Bearer ", ""));
  },
} as unknown as AuthService;

let server: OtlpGrpcServer;
let client: Client;
let inflight: InflightBytes;

function newServer(port: number, environment: Record<string, string> = {}): OtlpGrpcServer {
  const config = readConfig({
    SPANLEDGER_GRPC_PORT: String(port),
    SPANLEDGER_MAX_BODY_BYTES: String(MAX_BODY),
    ...environment,
  });
  inflight = new InflightBytes(config.maxInflightBytes);
  return new OtlpGrpcServer(config, auth, new ExportReceiver(ingest, new IngestMetrics()), inflight);
}

beforeAll(async () => {
  Logger.overrideLogger(false);
  const port = await freePort();
  server = newServer(port);
  expect(await server.start()).toEqual({ port });
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
});
afterAll(async () => {
  client.close();
  await server.stop(1000);
});
afterEach(() => {
  ingest.take();
  seen.length = 0;
  expect(inflight.held).toBe(0);
});

function send(
  body: Buffer,
  metadata: Record<string, string> = {},
  signal: Signal = "traces",
): Promise<{ error: ServiceError | null; answer: Buffer }> {
  const headers = new Metadata();
  for (const [name, value] of Object.entries(metadata)) headers.set(name, value);
  const same = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve) => {
    client.makeUnaryRequest(`/${GRPC_SERVICES[signal]}/Export`, same, same, body, headers, (error, answer) =>
      resolve({ error, answer: answer ?? Buffer.alloc(0) }),
    );
  });
}

/** Seconds of the RetryInfo in an error's details, or null without one. */
function retryDelay(error: ServiceError | null): string | null {
  const [details] = error?.metadata.get("grpc-status-details-bin") ?? [];
  if (!Buffer.isBuffer(details)) return null;
  const status = decode("RpcStatus", details) as {
    code: number;
    details: { typeUrl: string; value: Buffer }[];
  };
  expect([status.code, status.details[0]?.typeUrl]).toEqual([
    error?.code,
    "type.googleapis.com/google.rpc.RetryInfo",
  ]);
  const info = decode("RetryInfo", status.details[0]?.value ?? Buffer.alloc(0)) as {
    retryDelay: { seconds: string };
  };
  return info.retryDelay.seconds;
}

describe("OTLP/gRPC", () => {
  it("stores spans and answers an empty message", async () => {
    const { error, answer } = await send(protobufExport(span()), { "x-spanledger-key": "good" });
    expect([error, answer.length]).toEqual([null, 0]);
    expect(ingest.spans.map((stored) => stored.traceId)).toEqual([TRACE_ID]);
    expect(ingest.projects).toEqual(["acme"]);
    expect(seen[0]?.remoteAddress).toBe("127.0.0.1");
  });

  it("takes a Bearer key", async () => {
    await send(protobufExport(span()), { authorization: "Bearer good" });
    expect(ingest.projects).toEqual(["acme"]);
  });

  it.each<Signal>(["logs", "metrics"])("takes an empty %s export", async (signal) => {
    expect(await send(Buffer.alloc(0), {}, signal)).toEqual({ error: null, answer: Buffer.alloc(0) });
  });

  it("tells what it refused", async () => {
    const { answer } = await send(protobufExport(span(), span({ traceId: Buffer.alloc(16) })));
    expect(decode("ExportServiceResponse", answer)).toMatchObject({ partialSuccess: { rejected: "1" } });
    expect(ingest.spans).toHaveLength(1);
  });

  it("takes messages above grpc-js's own 4 MiB", async () => {
    const many = Array.from({ length: 17_000 }, () => span({ name: "n".repeat(180) }));
    expect((await send(protobufExport(...many))).error).toBeNull();
    expect(ingest.spans).toHaveLength(17_000);
  });

  it.each([
    ["bad data", protobufExport(span()).subarray(1), {}, 3],
    ["a wrong key", protobufExport(span()), { "x-spanledger-key": "wrong" }, 16],
    ["a key without the scope", protobufExport(span()), { "x-spanledger-key": "reader" }, 7],
    ["a message above the limit", Buffer.alloc(MAX_BODY + 1), {}, 8],
  ])("answers %s", async (_name, body, metadata, code) => {
    const { error } = await send(body, metadata);
    expect([error?.code, retryDelay(error)]).toEqual([code, null]);
    expect(ingest.spans).toEqual([]);
  });

  it("waits for an overloaded ledger before it refuses", async () => {
    ingest.next = async () => {
      throw new OverloadedError("Storage does not answer.");
    };
    expect((await send(protobufExport(span()))).error).toBeNull();
    expect(ingest.spans).toHaveLength(1);
  });

  it("answers UNAVAILABLE with RetryInfo for what it does not understand, and says nothing about it", async () => {
    ingest.next = async () => {
      throw new TypeError("SECRET prompt is not a function");
    };
    const { error } = await send(protobufExport(span()));
    expect([error?.code, retryDelay(error), error?.details.includes("SECRET")]).toEqual([14, "2", false]);
  });
});

describe("OtlpGrpcServer.start", () => {
  it("is null, and no failure, when the port is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const address = taken.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    expect(await newServer(port).start()).toBeNull();
    taken.close();
  });

  it("is null when turned off", async () => {
    expect(await newServer(0).start()).toBeNull();
  });
});

describe("OtlpGrpcServer with a full queue", () => {
  it("tells the sender to come back, takes the export that filled it, and the next one after that", async () => {
    const port = await freePort();
    const own = newServer(port, { SPANLEDGER_MAX_INFLIGHT_BYTES: "1048576" });
    await own.start();
    const previous = client;
    client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    let finish: () => void = () => undefined;
    const stored = new Promise<void>((resolve) => (finish = resolve));
    const reached = new Promise<void>((resolve) => {
      ingest.next = async (_project, spans) => {
        resolve();
        await stored;
        return { accepted: spans.length, rejected: 0, messages: [] };
      };
    });
    const filling = send(protobufExport(span({ name: "n".repeat(1_000_000) })));
    await reached;
    const { error } = await send(protobufExport(span({ name: "n".repeat(100_000) })));
    expect([error?.code, retryDelay(error)]).toEqual([14, "1"]);
    expect(ingest.spans).toEqual([]);
    finish();
    expect((await filling).error).toBeNull();
    expect((await send(protobufExport(span()))).error).toBeNull();
    expect(ingest.spans).toHaveLength(1);
    client.close();
    client = previous;
    await own.stop(1000);
  });
});

describe("OtlpGrpcServer.stop", () => {
  it("lets a running export end", async () => {
    const port = await freePort();
    const own = newServer(port);
    await own.start();
    let finish: () => void = () => undefined;
    const stored = new Promise<void>((resolve) => (finish = resolve));
    const reached = new Promise<void>((resolve) => {
      ingest.next = async (_project, spans) => {
        resolve();
        await stored;
        return { accepted: spans.length, rejected: 0, messages: [] };
      };
    });
    const previous = client;
    client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    const answer = send(protobufExport(span()));
    await reached;
    const stopped = own.stop(5000);
    finish();
    expect((await answer).error).toBeNull();
    client.close();
    client = previous;
    await stopped;
  });
});
