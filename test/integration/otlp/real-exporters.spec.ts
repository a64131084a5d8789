import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Metadata } from "@grpc/grpc-js";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { OTLPTraceExporter as GrpcExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as HttpExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanExporter,
} from "@opentelemetry/sdk-trace-node";
import { gzipSync } from "node:zlib";
import type { AuthService } from "../../../src/server/auth/auth.service.js";
import { readConfig } from "../../../src/server/config/app-config.js";
import type { Span } from "../../../src/server/domain/span.js";
import { OverloadedError } from "../../../src/server/domain/errors.js";
import { IngestMetrics } from "../../../src/server/ingest/ingest-metrics.js";
import { ExportReceiver } from "../../../src/server/otlp/export-receiver.js";
import { OtlpGrpcServer } from "../../../src/server/otlp/otlp-grpc.server.js";
import { freePort } from "../../support/server-process.js";
import { decode } from "../../unit/otlp/oracle.js";
import { authOf, type FakeIngest, type ReceiverApp, startReceiver } from "./receiver-app.js";

jest.setTimeout(60_000);

let receiver: ReceiverApp;
let grpc: OtlpGrpcServer;
let grpcPort: number;

beforeAll(async () => {
  receiver = await startReceiver();
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
});

/** Spans made by the OpenTelemetry SDK: a parent and a child with every kind of attribute. */
function sdkSpans(): ReadableSpan[] {
  const memory = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] });
  const tracer = provider.getTracer("my-app", "2.1.0");
  const child = tracer.startSpan("chat gpt-5-mini", {
    kind: SpanKind.CLIENT,
    startTime: [1795374058, 363934721],
    attributes: {
      "gen_ai.request.model": "grüße",
      "gen_ai.usage.input_tokens": 1200,
      "gen_ai.usage.negative": -3,
      "gen_ai.usage.fraction": 0.25,
      "spanledger.batch": true,
      "gen_ai.response.finish_reasons": ["stop", "length"],
      "spanledger.tag.numbers": [1, 2],
    },
  });
  child.addEvent("spanledger.attempt", { "spanledger.attempt.index": 0 }, [1795374058, 400000000]);
  child.setStatus({ code: SpanStatusCode.ERROR, message: "SECRET" });
  child.end([1795374059, 1]);
  return memory.getFinishedSpans();
}

function expectSpan(stored: Span | undefined, sent: ReadableSpan | undefined): void {
  const context = sent?.spanContext();
  expect(stored).toMatchObject({
    traceId: context?.traceId,
    spanId: context?.spanId,
    parentSpanId: "",
    name: "chat gpt-5-mini",
    kind: 3,
    startTimeUnixNano: 1795374058363934721n,
    endTimeUnixNano: 1795374059000000001n,
    statusCode: 2,
    scope: { name: "my-app", version: "2.1.0" },
  });
  expect(Object.fromEntries(stored?.attributes ?? [])).toEqual({
    "gen_ai.request.model": "grüße",
    "gen_ai.usage.input_tokens": 1200,
    "gen_ai.usage.negative": -3,
    "gen_ai.usage.fraction": 0.25,
    "spanledger.batch": true,
    "gen_ai.response.finish_reasons": ["stop", "length"],
    "spanledger.tag.numbers": [1, 2],
  });
  expect(stored?.events).toEqual([
    {
      name: "spanledger.attempt",
      timeUnixNano: 1795374058400000000n,
      attributes: new Map([["spanledger.attempt.index", 0]]),
    },
  ]);
  expect(stored?.resource.attributes.get("telemetry.sdk.name")).toBe("opentelemetry");
}

async function exportWith(exporter: SpanExporter, spans: ReadableSpan[]): Promise<unknown> {
  const result = await new Promise((resolve) => exporter.export(spans, resolve));
  await exporter.shutdown();
  return result;
}

describe("official exporters", () => {
  it.each(["none", "gzip"])("OTLP/JSON over HTTP, compression %s", async (compression) => {
    const spans = sdkSpans();
    const exporter = new HttpExporter({
      url: `${receiver.url}/v1/traces`,
      ...(compression === "gzip" ? { compression: "gzip" as never } : {}),
    });
    expect(await exportWith(exporter, spans)).toMatchObject({ code: 0 });
    expectSpan(receiver.ingest.spans[0], spans[0]);
  });

  it.each(["none", "gzip"])("gRPC, compression %s", async (compression) => {
    const spans = sdkSpans();
    const exporter = new GrpcExporter({
      url: `http://127.0.0.1:${grpcPort}`,
      ...(compression === "gzip" ? { compression: "gzip" as never } : {}),
    });
    expect(await exportWith(exporter, spans)).toMatchObject({ code: 0 });
    expectSpan(receiver.ingest.spans[0], spans[0]);
    expect(receiver.ingest.projects).toEqual(["acme"]);
  });

  it.each(["none", "gzip"])(
    "gRPC, compression %s: an export above the limit is told so",
    async (compression) => {
      const many = sdkSpans().flatMap((one) => Array.from({ length: 60_000 }, () => one));
      const exporter = new GrpcExporter({
        url: `http://127.0.0.1:${grpcPort}`,
        ...(compression === "gzip" ? { compression: "gzip" as never } : {}),
      });
      expect(await exportWith(exporter, many)).toMatchObject({ code: 1, error: { code: 8 } });
      expect(receiver.ingest.spans).toEqual([]);
    },
  );

  it("gRPC: a ledger that is overloaded for a while costs nothing, though the exporter never tries again", async () => {
    const spans = sdkSpans();
    const accept = receiver.ingest.accept.bind(receiver.ingest);
    let refused = 0;
    const overloaded: FakeIngest["accept"] = async (project, given) => {
      refused += 1;
      if (refused > 3) return accept(project, given);
      receiver.ingest.next = overloaded;
      throw new OverloadedError("Storage does not answer.");
    };
    receiver.ingest.next = overloaded;
    const exporter = new GrpcExporter({ url: `http://127.0.0.1:${grpcPort}` });
    expect(await exportWith(exporter, spans)).toMatchObject({ code: 0 });
    expect([refused, receiver.ingest.spans.length]).toEqual([4, 1]);
    expectSpan(receiver.ingest.spans[0], spans[0]);
  });

  it("gRPC: a ledger that stays overloaded is UNAVAILABLE to the exporter, with the time to come back", async () => {
    const overloaded: FakeIngest["accept"] = async () => {
      receiver.ingest.next = overloaded;
      throw new OverloadedError("Storage does not answer.");
    };
    receiver.ingest.next = overloaded;
    const exporter = new GrpcExporter({ url: `http://127.0.0.1:${grpcPort}` });
    const result = (await exportWith(exporter, sdkSpans())) as { code: number; error?: unknown };
    receiver.ingest.next = null;
    expect(result.code).toBe(1);
    expect(result.error).toMatchObject({ code: 14 });
    const [details] = (result.error as { metadata: Metadata }).metadata.get("grpc-status-details-bin");
    const status = decode("RpcStatus", details as Buffer) as { details: { typeUrl: string }[] };
    expect(status.details.map(({ typeUrl }) => typeUrl)).toEqual([
      "type.googleapis.com/google.rpc.RetryInfo",
    ]);
    expect(receiver.ingest.spans).toEqual([]);
  });

  it("protobuf as the official transformer writes it, with gzip", async () => {
    const spans = sdkSpans();
    const body = ProtobufTraceSerializer.serializeRequest(spans) ?? new Uint8Array(0);
    const response = await fetch(`${receiver.url}/v1/traces`, {
      method: "POST",
      body: new Uint8Array(gzipSync(body)),
      headers: { "content-type": "application/x-protobuf", "content-encoding": "gzip" },
    });
    const answer = new Uint8Array(await response.arrayBuffer());
    expect(response.status).toBe(200);
    expect(ProtobufTraceSerializer.deserializeResponse(answer)).toEqual({});
    expectSpan(receiver.ingest.spans[0], spans[0]);
  });
});
