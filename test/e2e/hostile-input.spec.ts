import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { allCalls, requestJson } from "../support/api.js";
import { chatAttributes, postTraces, tracesRequest } from "../support/otlp-json.js";
import { cleanUpServers, type ServerProcess, startServerProcess } from "../support/server-process.js";

describe("hostile input", () => {
  let server: ServerProcess;

  beforeAll(async () => {
    server = await startServerProcess();
    await postTraces(
      server.url,
      tracesRequest([{ key: "good", startMs: Date.now(), attributes: chatAttributes() }]),
    );
  }, 120_000);

  afterAll(cleanUpServers);

  const traces = (body: Uint8Array | string, headers: Record<string, string>) =>
    fetch(`${server.url}/v1/traces`, { method: "POST", body, headers, signal: AbortSignal.timeout(20_000) });
  const protobuf = { "content-type": "application/x-protobuf" };
  const json = { "content-type": "application/json" };
  const gzip = { "content-encoding": "gzip" };

  it.each<[string, number, () => Promise<Response>]>([
    ["truncated protobuf", 400, () => traces(Uint8Array.of(0x0a, 0x7f, 0x01), protobuf)],
    [
      "random bytes as protobuf",
      400,
      () =>
        traces(
          Uint8Array.from({ length: 500 }, (_, i) => (i * 7919) % 256),
          protobuf,
        ),
    ],
    ["broken JSON", 400, () => traces("{", json)],
    ["JSON of another shape", 400, () => traces('{"resourceSpans": 7}', json)],
    ["gzip that is not gzip", 400, () => traces("not gzip", { ...protobuf, ...gzip })],
    ["a gzip bomb", 413, () => traces(gzipSync(Buffer.alloc(300 * 1024 * 1024)), { ...protobuf, ...gzip })],
    ["a body over the limit", 413, () => traces(Buffer.alloc(21 * 1024 * 1024), protobuf)],
    ["another content type", 415, () => traces("x", { "content-type": "text/plain" })],
    ["another content encoding", 415, () => traces("x", { ...protobuf, "content-encoding": "br" })],
    ["a wrong key", 401, () => traces("", { ...protobuf, authorization: "Bearer sl_wrong_key" })],
  ])("answers %s with %i", async (_name, status, send) => {
    const response = await send();
    expect(response.status).toBe(status);
    await response.arrayBuffer();
  });

  it("rejects bad spans by partial success and keeps their neighbours", async () => {
    const request = tracesRequest([
      { key: "neighbour", startMs: Date.now(), attributes: chatAttributes() },
    ]) as {
      resourceSpans: { scopeSpans: { spans: object[] }[] }[];
    };
    request.resourceSpans[0]?.scopeSpans[0]?.spans.push({
      traceId: "00",
      spanId: "",
      name: "bad",
      attributes: [],
    });
    const answer = await postTraces(server.url, request);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ partialSuccess: { rejectedSpans: expect.anything() } });
  });

  it("refuses a foreign Host and a cross-site mutation in open mode", async () => {
    const { request } = await import("node:http");
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = request(
        `${server.url}/api/v1/calls`,
        { headers: { host: "evil.example" } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      sent.on("error", reject);
      sent.end();
    });
    expect(status).toBe(403);
    const crossSite = await fetch(`${server.url}/api/v1/budgets`, {
      method: "POST",
      headers: { ...json, origin: "https://evil.example" },
      body: "{}",
    });
    expect(crossSite.status).toBe(403);
  });

  it("survives all of it with its data untouched", async () => {
    expect((await requestJson<object>(`${server.url}/readyz`)) !== undefined).toBe(true);
    expect((await allCalls(server.url)).map((call) => call.cost.status)).toEqual(["priced", "priced"]);
    expect(server.child.exitCode).toBeNull();
  });
});
