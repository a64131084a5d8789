import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { once } from "node:events";
import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { deflateSync, gzipSync } from "node:zlib";
import { OverloadedError } from "../../../src/server/domain/errors.js";
import { decode } from "../../unit/otlp/oracle.js";
import { jsonExport, jsonSpan, protobufExport, span, SPAN_ID, START, TRACE_ID } from "./exports.js";
import { type ReceiverApp, startReceiver } from "./receiver-app.js";

jest.setTimeout(60_000);

const PROTOBUF = "application/x-protobuf";
const JSON_TYPE = "application/json";
const MAX_BODY = 200_000;

let receiver: ReceiverApp;

beforeAll(async () => {
  receiver = await startReceiver({ SPANLEDGER_MAX_BODY_BYTES: String(MAX_BODY) });
});
afterAll(() => receiver.app.close());
afterEach(() => {
  receiver.ingest.take();
  expect(receiver.inflight.held).toBe(0);
});

type Body = string | Uint8Array<ArrayBuffer> | null;

interface Answer {
  status: number;
  headers: Headers;
  body: Buffer;
}

async function post(path: string, body: Body, headers: Record<string, string>): Promise<Answer> {
  const response = await fetch(`${receiver.url}${path}`, { method: "POST", body, headers });
  return {
    status: response.status,
    headers: response.headers,
    body: Buffer.from(await response.arrayBuffer()),
  };
}

const sendProtobuf = (body: Buffer, headers: Record<string, string> = {}): Promise<Answer> =>
  post("/v1/traces", new Uint8Array(body), { "content-type": PROTOBUF, ...headers });
const sendJson = (body: string, headers: Record<string, string> = {}): Promise<Answer> =>
  post("/v1/traces", body, { "content-type": JSON_TYPE, ...headers });

/** The google.rpc.Status of an error, whichever encoding its Content-Type names. */
function statusOf(answer: Answer): Record<string, unknown> {
  return answer.headers.get("content-type") === PROTOBUF
    ? decode("RpcStatus", answer.body)
    : (JSON.parse(answer.body.toString()) as Record<string, unknown>);
}

describe("full success", () => {
  it("answers a protobuf export with 200 and zero bytes", async () => {
    const answer = await sendProtobuf(protobufExport(span()));
    expect([answer.status, answer.headers.get("content-type"), answer.body.length]).toEqual([
      200,
      PROTOBUF,
      0,
    ]);
    const [stored] = receiver.ingest.spans;
    expect(stored).toMatchObject({ traceId: TRACE_ID, spanId: SPAN_ID, startTimeUnixNano: BigInt(START) });
    expect(stored?.resource.attributes.get("service.name")).toBe("shop");
    expect(receiver.ingest.projects).toEqual(["default"]);
  });

  it("answers a JSON export with 200 and {}", async () => {
    const answer = await sendJson(jsonExport(jsonSpan()));
    expect([answer.status, answer.headers.get("content-type"), answer.body.toString()]).toEqual([
      200,
      JSON_TYPE,
      "{}",
    ]);
    expect(receiver.ingest.spans[0]?.startTimeUnixNano).toBe(BigInt(START));
  });

  it.each<[string, Body, string, string]>([
    ["no bytes of protobuf", new Uint8Array(0), PROTOBUF, ""],
    ["no body of protobuf", null, PROTOBUF, ""],
    ["an empty JSON object", "{}", JSON_TYPE, "{}"],
    ["no resource spans", '{"resourceSpans":[]}', JSON_TYPE, "{}"],
    ["a null list", '{"resourceSpans":null}', JSON_TYPE, "{}"],
    ["an empty resource block", '{"resourceSpans":[{"scopeSpans":[{"spans":[]}]}]}', JSON_TYPE, "{}"],
  ])("takes an empty request: %s", async (_name, body, contentType, expected) => {
    const answer = await post("/v1/traces", body, { "content-type": contentType });
    expect([answer.status, answer.body.toString()]).toEqual([200, expected]);
    expect(receiver.ingest.spans).toEqual([]);
  });

  it.each([
    ["application/x-protobuf; charset=utf-8"],
    ["Application/X-Protobuf"],
    ["application/x-protobuf;proto=opentelemetry"],
  ])("takes media type parameters and any case: %s", async (contentType) => {
    const answer = await sendProtobuf(protobufExport(span()), { "content-type": contentType });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, PROTOBUF]);
    expect(receiver.ingest.spans).toHaveLength(1);
  });

  it("takes JSON with a charset", async () => {
    const answer = await sendJson(jsonExport(jsonSpan()), {
      "content-type": "application/json; charset=UTF-8",
    });
    expect([answer.status, answer.body.toString()]).toEqual([200, "{}"]);
  });

  it.each(["gzip", "GZIP", "identity"])("takes Content-Encoding %s", async (encoding) => {
    const plain = protobufExport(span());
    const answer = await sendProtobuf(encoding === "identity" ? plain : gzipSync(plain), {
      "content-encoding": encoding,
    });
    expect(answer.status).toBe(200);
    expect(receiver.ingest.spans).toHaveLength(1);
  });

  it("takes a chunked body", async () => {
    const body = protobufExport(span());
    const answer = await chunked([body.subarray(0, 10), body.subarray(10)]);
    expect(answer).toBe(200);
    expect(receiver.ingest.spans).toHaveLength(1);
  });

  it.each(["logs", "metrics"])("takes an empty export on /v1/%s", async (signal) => {
    const protobuf = await post(`/v1/${signal}`, new Uint8Array(0), { "content-type": PROTOBUF });
    const json = await post(`/v1/${signal}`, "{}", { "content-type": JSON_TYPE });
    expect([protobuf.status, protobuf.body.length, json.status, json.body.toString()]).toEqual([
      200,
      0,
      200,
      "{}",
    ]);
  });

  it("hands no prompts and no stack traces on", async () => {
    const content = ["gen_ai.input.messages", "gen_ai.prompt.0.content", "input.value"].map((key) => ({
      key,
      value: { stringValue: "SECRET" },
    }));
    const exception = { key: "exception.stacktrace", value: { stringValue: "SECRET" } };
    const spans = {
      attributes: [...content, { key: "gen_ai.request.model", value: { stringValue: "gpt-5" } }],
      events: [{ name: "exception", timeUnixNano: START, attributes: [exception] }],
      status: { code: 2, message: "SECRET" },
    };
    await sendProtobuf(protobufExport(span(spans)));
    await sendJson(jsonExport(jsonSpan(spans)));
    expect(receiver.ingest.spans).toHaveLength(2);
    const seen = receiver.ingest.spans.map((stored) => [
      [...stored.attributes],
      stored.events.map((event) => [...event.attributes]),
    ]);
    expect(seen).toEqual([
      [[["gen_ai.request.model", "gpt-5"]], [[]]],
      [[["gen_ai.request.model", "gpt-5"]], [[]]],
    ]);
  });

  it("uses the project of the key", async () => {
    await sendProtobuf(protobufExport(span()), { "x-spanledger-key": "good" });
    expect(receiver.ingest.projects).toEqual(["acme"]);
  });
});

describe("partial success", () => {
  const bad = {
    "a trace id of zeros": span({ traceId: Buffer.alloc(16) }),
    "a short trace id": span({ traceId: Buffer.alloc(8, 1) }),
    "no trace id": span({ traceId: Buffer.alloc(0) }),
    "a span id of zeros": span({ spanId: Buffer.alloc(8) }),
    "a long span id": span({ spanId: Buffer.alloc(16, 1) }),
    "no times": span({ startTimeUnixNano: "0", endTimeUnixNano: "0" }),
  };

  it.each(Object.entries(bad))("refuses a span with %s and keeps its neighbour", async (_name, broken) => {
    const answer = await sendProtobuf(protobufExport(span(), broken));
    const { partialSuccess } = decode("ExportServiceResponse", answer.body) as {
      partialSuccess: { rejected: string; errorMessage: string };
    };
    expect([answer.status, partialSuccess.rejected]).toEqual([200, "1"]);
    expect(partialSuccess.errorMessage).toMatch(/^invalid (trace id|span id|time)/);
    expect(receiver.ingest.spans).toHaveLength(1);
  });

  it.each([
    ["a base64 id", jsonSpan({ traceId: "W47/95gDgQPSabYzgT/GDA==" })],
    ["an id that is no hex", jsonSpan({ spanId: "zze19b7ec3c1b174" })],
    ["an id that is a number", jsonSpan({ spanId: 12 })],
    ["a text instead of a span", "nonsense" as unknown as Record<string, unknown>],
  ])("refuses a JSON span with %s", async (_name, broken) => {
    const answer = await sendJson(jsonExport(jsonSpan(), broken));
    const body = JSON.parse(answer.body.toString()) as { partialSuccess: Record<string, string> };
    expect([answer.status, body.partialSuccess["rejectedSpans"]]).toEqual([200, "1"]);
    expect(body.partialSuccess["errorMessage"]).not.toBe("");
    expect(receiver.ingest.spans).toHaveLength(1);
  });

  it("adds what the ingest room refuses", async () => {
    receiver.ingest.next = async () => ({ accepted: 0, rejected: 1, messages: ["no usable time"] });
    const answer = await sendJson(jsonExport(jsonSpan(), jsonSpan({ spanId: "0000000000000000" })));
    expect(JSON.parse(answer.body.toString())).toEqual({
      partialSuccess: {
        rejectedSpans: "2",
        errorMessage: expect.stringMatching(/invalid span id.*no usable time/),
      },
    });
  });

  it("passes a warning on with nothing refused", async () => {
    receiver.ingest.next = async () => ({ accepted: 1, rejected: 0, messages: ["clock is off"] });
    const answer = await sendJson(jsonExport(jsonSpan()));
    expect(JSON.parse(answer.body.toString())).toEqual({ partialSuccess: { errorMessage: "clock is off" } });
  });
});

describe("errors", () => {
  it.each<[string, string, Buffer | string, Record<string, string>, number, number]>([
    ["truncated protobuf", PROTOBUF, protobufExport(span()).subarray(0, -3), {}, 400, 3],
    ["text as protobuf", PROTOBUF, "this is not protobuf", {}, 400, 3],
    ["broken JSON", JSON_TYPE, '{"resourceSpans":[', {}, 400, 3],
    ["an empty JSON body", JSON_TYPE, "", {}, 400, 3],
    ["a JSON list", JSON_TYPE, "[]", {}, 400, 3],
    ["a list that is an object", JSON_TYPE, '{"resourceSpans":{}}', {}, 400, 3],
    ["a logs export in JSON", JSON_TYPE, '{"resourceLogs":[]}', {}, 400, 3],
    ["corrupt gzip", PROTOBUF, "not gzip at all", { "content-encoding": "gzip" }, 400, 3],
    [
      "truncated gzip",
      PROTOBUF,
      gzipSync(protobufExport(span())).subarray(0, -9),
      { "content-encoding": "gzip" },
      400,
      3,
    ],
    ["deflate", PROTOBUF, deflateSync(protobufExport(span())), { "content-encoding": "deflate" }, 415, 3],
    ["br", JSON_TYPE, "{}", { "content-encoding": "br" }, 415, 3],
    ["two encodings", JSON_TYPE, "{}", { "content-encoding": "gzip, gzip" }, 415, 3],
    ["plain text", "text/plain", "hello", {}, 415, 3],
    ["a form", "application/x-www-form-urlencoded", "a=b", {}, 415, 3],
    ["a media type that is none", "nonsense", "{}", {}, 415, 3],
    ["a wrong key", PROTOBUF, protobufExport(span()), { "x-spanledger-key": "wrong" }, 401, 16],
    ["a wrong key with JSON", JSON_TYPE, jsonExport(jsonSpan()), { "x-spanledger-key": "wrong" }, 401, 16],
    ["a key without the scope", PROTOBUF, protobufExport(span()), { "x-spanledger-key": "reader" }, 403, 7],
    ["a body above the limit", PROTOBUF, Buffer.alloc(MAX_BODY + 1), {}, 413, 3],
    ["a gzip bomb", PROTOBUF, gzipSync(Buffer.alloc(50_000_000)), { "content-encoding": "gzip" }, 413, 3],
    [
      "a JSON gzip bomb",
      JSON_TYPE,
      gzipSync(" ".repeat(MAX_BODY + 1)),
      { "content-encoding": "gzip" },
      413,
      3,
    ],
  ])("answers %s", async (_name, contentType, body, headers, status, code) => {
    const bytes = typeof body === "string" ? body : new Uint8Array(body);
    const answer = await post("/v1/traces", bytes, { "content-type": contentType, ...headers });
    const expectedType = contentType === PROTOBUF ? PROTOBUF : JSON_TYPE;
    expect([answer.status, answer.headers.get("content-type")]).toEqual([status, expectedType]);
    expect(statusOf(answer)).toEqual({ code, message: expect.stringMatching(/.{5}/) });
    expect(answer.headers.get("retry-after")).toBeNull();
    expect(receiver.ingest.spans).toEqual([]);
  });

  it("never quotes a body that is not JSON", async () => {
    const answer = await sendJson('{"resourceSpans": SECRET-PROMPT}');
    expect([answer.status, answer.body.toString().includes("SECRET")]).toEqual([400, false]);
  });

  it("takes a body of exactly the limit before and after inflating", async () => {
    const padded = (bytes: number): string => {
      const empty = jsonExport(jsonSpan({ name: "" }));
      return jsonExport(jsonSpan({ name: "n".repeat(bytes - empty.length) }));
    };
    expect((await sendJson(padded(MAX_BODY))).status).toBe(200);
    const bytes = gzipSync(padded(MAX_BODY));
    const gzipped = await post("/v1/traces", new Uint8Array(bytes), {
      "content-type": JSON_TYPE,
      "content-encoding": "gzip",
    });
    expect(gzipped.status).toBe(200);
    expect((await sendJson(padded(MAX_BODY + 1))).status).toBe(413);
  });

  it("asks to retry when the ledger cannot store", async () => {
    receiver.ingest.next = async () => {
      throw new OverloadedError("Storage does not answer.", 3);
    };
    const answer = await sendProtobuf(protobufExport(span()));
    expect([answer.status, answer.headers.get("retry-after"), statusOf(answer)]).toEqual([
      503,
      "3",
      { code: 14, message: "Storage does not answer." },
    ]);
  });

  it("never answers 500: what it does not understand may pass, and says nothing about it", async () => {
    receiver.ingest.next = async () => {
      throw new TypeError("SECRET prompt is not a function");
    };
    const answer = await sendProtobuf(protobufExport(span()));
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "2"]);
    expect(answer.body.toString()).not.toContain("SECRET");
  });

  it("refuses a request without a body and without a type", async () => {
    const answer = await post("/v1/traces", null, {});
    expect([answer.status, statusOf(answer)["code"]]).toEqual([415, 3]);
  });

  it.each(["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])("answers %s with 405", async (method) => {
    const response = await fetch(`${receiver.url}/v1/traces`, { method });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
  });

  it("answers an unknown path with 404", async () => {
    expect((await post("/v1/profiles", "{}", { "content-type": JSON_TYPE })).status).toBe(404);
  });
});

describe("logs and metrics", () => {
  const record = { timeUnixNano: START, body: { stringValue: "claude_code.api_request" } };
  const point = { timeUnixNano: START, asInt: "12" };

  it.each<[string, string, string]>([
    [
      "logs",
      "ExportLogsServiceRequest",
      JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] }),
    ],
    [
      "metrics",
      "ExportMetricsServiceRequest",
      JSON.stringify({
        resourceMetrics: [
          { scopeMetrics: [{ metrics: [{ name: "tokens", sum: { dataPoints: [point] } }] }] },
        ],
      }),
    ],
  ])("hands %s over in either encoding", async (signal, request, json) => {
    const { encode } = await import("../../unit/otlp/oracle.js");
    const binary = encode(request, JSON.parse(json) as Record<string, unknown>);
    const answers = [
      await post(`/v1/${signal}`, json, { "content-type": JSON_TYPE }),
      await post(`/v1/${signal}`, new Uint8Array(binary), { "content-type": PROTOBUF }),
    ];
    expect(answers.map((answer) => [answer.status, answer.body.toString()])).toEqual([
      [200, "{}"],
      [200, ""],
    ]);
    const got = signal === "logs" ? receiver.ingest.logs : receiver.ingest.points;
    expect(got).toHaveLength(2);
    expect(got[0]).toEqual(got[1]);
    expect(got[0]).toMatchObject(
      signal === "logs" ? { body: "claude_code.api_request" } : { name: "tokens", kind: "sum", value: 12 },
    );
  });

  it.each<[string, string]>([
    ["logs", "rejectedLogRecords"],
    ["metrics", "rejectedDataPoints"],
  ])("refuses spans on the %s path", async (signal, member) => {
    const binary = await post(`/v1/${signal}`, new Uint8Array(protobufExport(span())), {
      "content-type": PROTOBUF,
    });
    expect([binary.status, decode("ExportServiceResponse", binary.body)]).toEqual([
      200,
      { partialSuccess: { rejected: "1", errorMessage: expect.stringMatching(/another signal/) } },
    ]);
    const json = await post(`/v1/${signal}`, jsonExport(jsonSpan()), { "content-type": JSON_TYPE });
    expect(json.status).toBe(400);
    const list = signal === "logs" ? "resourceLogs" : "resourceMetrics";
    const scopes = signal === "logs" ? "scopeLogs" : "scopeMetrics";
    const items = signal === "logs" ? "logRecords" : "metrics";
    const odd = JSON.stringify({ [list]: [{ [scopes]: [{ [items]: ["nonsense"] }] }] });
    const answer = await post(`/v1/${signal}`, odd, { "content-type": JSON_TYPE });
    expect(JSON.parse(answer.body.toString())).toMatchObject({ partialSuccess: { [member]: "1" } });
  });
});

describe("another signal on the traces path", () => {
  const record = { timeUnixNano: START, severityNumber: 9, body: { stringValue: "hello" } };
  const asTraces = async (name: string, request: Record<string, unknown>): Promise<Answer> => {
    const { encode } = await import("../../unit/otlp/oracle.js");
    return sendProtobuf(encode(name, request));
  };

  it("does not take log records for spans", async () => {
    const answer = await asTraces("ExportLogsServiceRequest", {
      resourceLogs: [{ scopeLogs: [{ logRecords: [record, { ...record, traceId: Buffer.alloc(16, 7) }] }] }],
    });
    expect(decode("ExportServiceResponse", answer.body)).toMatchObject({ partialSuccess: { rejected: "2" } });
    expect(receiver.ingest.spans).toEqual([]);
  });

  it("does not take metrics for spans, not even with names as long as ids", async () => {
    const answer = await asTraces("ExportMetricsServiceRequest", {
      resourceMetrics: [
        {
          scopeMetrics: [
            { metrics: [{ name: "gen_ai.12345678x", description: "8 bytes!", sum: { dataPoints: [{}] } }] },
          ],
        },
      ],
    });
    expect(decode("ExportServiceResponse", answer.body)).toMatchObject({ partialSuccess: { rejected: "1" } });
    expect(receiver.ingest.spans).toEqual([]);
  });
});

describe("what JSON senders get wrong or do otherwise", () => {
  it.each<[string, Record<string, unknown>, unknown]>([
    ["upper-case ids", { traceId: TRACE_ID.toUpperCase(), spanId: SPAN_ID.toUpperCase() }, 1200],
    ["an unknown member", { somethingNew: { deep: [1] } }, 1200],
    [
      "an integer as number",
      { attributes: [{ key: "gen_ai.usage.input_tokens", value: { intValue: 1200 } }] },
      1200,
    ],
    [
      "an integer beyond 2^53",
      { attributes: [{ key: "gen_ai.usage.input_tokens", value: { intValue: "9007199254740993" } }] },
      9007199254740993n,
    ],
    [
      "a negative integer",
      { attributes: [{ key: "gen_ai.usage.input_tokens", value: { intValue: "-7" } }] },
      -7,
    ],
    [
      "a NaN double",
      { attributes: [{ key: "gen_ai.usage.input_tokens", value: { doubleValue: "NaN" } }] },
      Number.NaN,
    ],
    [
      "an infinite double",
      { attributes: [{ key: "gen_ai.usage.input_tokens", value: { doubleValue: "-Infinity" } }] },
      Number.NEGATIVE_INFINITY,
    ],
    [
      "base64 bytes",
      { attributes: [{ key: "gen_ai.usage.input_tokens", value: { bytesValue: "AQI=" } }] },
      new Uint8Array([1, 2]),
    ],
    ["attributes as an object", { attributes: { "gen_ai.usage.input_tokens": { intValue: "1200" } } }, 1200],
    ["attributes as an object of bare values", { attributes: { "gen_ai.usage.input_tokens": 1200 } }, 1200],
    [
      "equal names, the last of which wins",
      {
        attributes: [
          { key: "gen_ai.usage.input_tokens", value: { intValue: 1 } },
          { key: "gen_ai.usage.input_tokens", value: { intValue: 1200 } },
        ],
      },
      1200,
    ],
    [
      "a list",
      {
        attributes: [
          {
            key: "gen_ai.usage.input_tokens",
            value: { arrayValue: { values: [{ intValue: "1" }, { stringValue: "a" }] } },
          },
        ],
      },
      [1, "a"],
    ],
    [
      "a map",
      {
        attributes: [
          {
            key: "gen_ai.usage.input_tokens",
            value: { kvlistValue: { values: [{ key: "k", value: { boolValue: true } }] } },
          },
        ],
      },
      { k: true },
    ],
    ["no value", { attributes: [{ key: "gen_ai.usage.input_tokens" }] }, null],
    ["an end before the start", { endTimeUnixNano: "1" }, 1200],
    ["a status of zero", { status: { code: 0 } }, 1200],
  ])("reads %s", async (_name, overrides, expected) => {
    const answer = await sendJson(jsonExport(jsonSpan(overrides)));
    expect([answer.status, answer.body.toString()]).toEqual([200, "{}"]);
    const [stored] = receiver.ingest.spans;
    expect(stored).toMatchObject({ traceId: TRACE_ID, spanId: SPAN_ID });
    expect([...(stored?.attributes.values() ?? [])]).toEqual([expected]);
  });

  it("keeps nanoseconds written as a JSON number exact", async () => {
    const text = jsonExport(jsonSpan()).replace(`"${START}"`, START);
    expect(text).toContain(`:${START},`);
    await sendJson(text);
    expect(receiver.ingest.spans[0]?.startTimeUnixNano).toBe(BigInt(START));
  });

  it("ignores the deprecated instrumentationLibrarySpans", async () => {
    const answer = await sendJson(
      JSON.stringify({ resourceSpans: [{ instrumentationLibrarySpans: [{ spans: [jsonSpan()] }] }] }),
    );
    expect([answer.status, answer.body.toString(), receiver.ingest.spans.length]).toEqual([200, "{}", 0]);
  });
});

describe("bodies of other routes", () => {
  const echo = (body: Body, headers: Record<string, string>): Promise<Answer> =>
    post("/api/v1/echo", body, headers);
  const errorCode = (answer: Answer): unknown =>
    (JSON.parse(answer.body.toString()) as { error?: { code?: unknown } }).error?.code;

  it("reads JSON", async () => {
    const answer = await echo('{"a":[1,"grüße"]}', { "content-type": "application/json; charset=utf-8" });
    expect([answer.status, JSON.parse(answer.body.toString())]).toEqual([201, { got: { a: [1, "grüße"] } }]);
  });

  it("needs no body", async () => {
    const answer = await echo(null, {});
    expect([answer.status, JSON.parse(answer.body.toString())]).toEqual([201, { got: null }]);
  });

  it.each<[string, string, string, number, string]>([
    ["broken JSON", JSON_TYPE, '{"a":', 400, "invalid_request"],
    ["an empty JSON body", JSON_TYPE, "", 400, "invalid_request"],
    ["a __proto__ key", JSON_TYPE, '{"__proto__":{"admin":true}}', 400, "invalid_request"],
    ["more than 1 MiB", JSON_TYPE, `"${"x".repeat(1024 * 1024)}"`, 413, "payload_too_large"],
    ["protobuf", PROTOBUF, "{}", 415, "unsupported_media_type"],
  ])("refuses %s with the error of the API", async (_name, contentType, body, status, code) => {
    const answer = await echo(body, { "content-type": contentType });
    expect([answer.status, errorCode(answer)]).toEqual([status, code]);
  });
});

describe("connections", () => {
  it("serves the same connection after every kind of error", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const sockets = new Set<unknown>();
    const send = (body: Buffer, headers: Record<string, string>): Promise<number> =>
      new Promise((resolve, reject) => {
        const sent = httpRequest(
          `${receiver.url}/v1/traces`,
          {
            method: "POST",
            agent,
            headers: { "content-type": PROTOBUF, "content-length": body.length, ...headers },
          },
          (response) => {
            sockets.add(response.socket);
            response.resume().on("end", () => resolve(response.statusCode ?? 0));
          },
        );
        sent.on("error", reject).end(body);
      });
    const good = protobufExport(span());
    const statuses = [
      await send(good, {}),
      await send(good.subarray(1), {}),
      await send(good, { "x-spanledger-key": "wrong" }),
      await send(Buffer.alloc(MAX_BODY * 3), {}),
      await send(good, { "content-encoding": "br" }),
      await send(good, {}),
    ];
    agent.destroy();
    expect(statuses).toEqual([200, 400, 401, 413, 415, 200]);
    expect(sockets.size).toBe(1);
  });

  it("gives its bytes back when the sender goes away in the middle of a body", async () => {
    const { port } = new URL(receiver.url);
    const socket = connect(Number(port), "127.0.0.1");
    await once(socket, "connect");
    socket.write(
      `POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: ${PROTOBUF}\r\ncontent-length: 5000\r\n\r\nabc`,
    );
    await until(() => receiver.inflight.held === 5000);
    socket.destroy();
    await until(() => receiver.inflight.held === 0);
    expect((await sendProtobuf(protobufExport(span()))).status).toBe(200);
  });

  it("refuses a chunked body as soon as it is too large", async () => {
    expect(await chunked(Array.from({ length: 5 }, () => Buffer.alloc(MAX_BODY / 4)))).toBe(413);
  });
});

describe("large exports", () => {
  const many = (count: number): Uint8Array<ArrayBuffer> =>
    new Uint8Array(protobufExport(...Array.from({ length: count }, () => span())));
  const sendTo = (url: string, body: Uint8Array<ArrayBuffer>): Promise<Response> =>
    fetch(`${url}/v1/traces`, { method: "POST", body, headers: { "content-type": PROTOBUF } });

  it("are handed over in slices, all of which must be stored", async () => {
    const large = await startReceiver();
    expect((await sendTo(large.url, many(5000))).status).toBe(200);
    expect(large.ingest.projects).toHaveLength(3);
    expect(large.ingest.take()).toHaveLength(5000);

    large.ingest.next = async () => {
      throw new OverloadedError("Storage does not answer.");
    };
    expect((await sendTo(large.url, many(5000))).status).toBe(503);
    await large.app.close();
  });
});

describe("a server that is stopping", () => {
  it("answers 503 in the words of OTLP", async () => {
    const stopping = await startReceiver();
    const adapter = stopping.app.getHttpAdapter();
    adapter.beforeClose?.();
    const refused = await fetch(`${stopping.url}/v1/traces`, {
      method: "POST",
      body: new Uint8Array(protobufExport(span())),
      headers: { "content-type": PROTOBUF },
    });
    expect([refused.status, refused.headers.get("content-type"), refused.headers.get("retry-after")]).toEqual(
      [503, PROTOBUF, "1"],
    );
    expect(decode("RpcStatus", new Uint8Array(await refused.arrayBuffer()))).toEqual({
      code: 14,
      message: "Service Unavailable",
    });
    expect(stopping.ingest.spans).toEqual([]);
    await stopping.app.close();
  });
});

describe("too many bytes in flight", () => {
  it("asks the next sender to come back, and serves it once the first is done", async () => {
    const small = await startReceiver({ SPANLEDGER_MAX_INFLIGHT_BYTES: "1024" });
    let finish: () => void = () => undefined;
    const stored = new Promise<void>((resolve) => (finish = resolve));
    small.ingest.next = async (_project, spans) => {
      await stored;
      return { accepted: spans.length, rejected: 0, messages: [] };
    };
    const body = new Uint8Array(protobufExport(span({ name: "n".repeat(900) })));
    const send = (): Promise<Response> =>
      fetch(`${small.url}/v1/traces`, { method: "POST", body, headers: { "content-type": PROTOBUF } });
    const first = send();
    await until(() => small.inflight.held > 0);
    const second = await send();
    expect([second.status, second.headers.get("retry-after")]).toEqual([503, "1"]);
    finish();
    expect((await first).status).toBe(200);
    expect((await send()).status).toBe(200);
    await small.app.close();
  });
});

/** Sends protobuf without a content length; resolves with the status. */
function chunked(parts: Buffer[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      `${receiver.url}/v1/traces`,
      { method: "POST", headers: { "content-type": PROTOBUF } },
      (response) => response.resume().on("end", () => resolve(response.statusCode ?? 0)),
    );
    sent.on("error", reject);
    for (const part of parts) sent.write(part);
    sent.end();
  });
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("condition not met in 5 s");
    await new Promise((resolve) => setImmediate(resolve));
  }
}
