import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { decodeTraces } from "../../support/sdk/decode-traces.js";
import type { SeenSpan } from "../../support/sdk/decode-traces.js";
import { ProviderServer } from "../../support/sdk/provider-server.js";
import { runProgram } from "../../support/sdk/run-program.js";

const COMPLETION = {
  id: "c-1",
  model: "m-2",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "x" } }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
};

jest.setTimeout(30_000);
const provider = new ProviderServer();
beforeAll(async () => {
  await provider.start();
  provider.script({ json: COMPLETION });
});
afterAll(() => provider.close());

interface Collector {
  url: string;
  requests: { path: string; authorization: string | undefined; spans: SeenSpan[]; service: unknown }[];
  close(): Promise<void>;
}

/** A collector that answers each request by `status(n)`, or never when that is 0. */
async function collector(status: (request: number) => number, body = "", delayMs = 0): Promise<Collector> {
  const requests: Collector["requests"] = [];
  let count = 0;
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { spans, resource } = decodeTraces(Buffer.concat(parts));
      const code = status(count);
      count += 1;
      requests.push({
        path: request.url ?? "",
        authorization: request.headers.authorization,
        spans,
        service: resource["service.name"],
      });
      if (code !== 0) setTimeout(() => response.writeHead(code).end(body), delayMs).unref();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const run = (name: string, env: Record<string, string>): ReturnType<typeof runProgram> =>
  runProgram(name, { PROVIDER_URL: `${provider.url}/v1`, ...env });

describe("an application without OpenTelemetry", () => {
  it("sends its calls to the ledger by itself, also those of its last moment", async () => {
    const ledger = await collector(() => 200);
    const result = await run("quickstart", {
      SPANLEDGER_ENDPOINT: ledger.url,
      SPANLEDGER_API_KEY: "slk-1",
      OTEL_SERVICE_NAME: "shop",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=prod,team=a%20b",
    });
    await ledger.close();
    expect(result).toMatchObject({ code: 0, stderr: "" });
    const spans = ledger.requests.flatMap((request) => request.spans);
    expect(spans).toHaveLength(20);
    expect(new Set(spans.map((span) => span.spanId)).size).toBe(20);
    expect(ledger.requests[0]).toMatchObject({
      path: "/v1/traces",
      authorization: "Bearer slk-1",
      service: "shop",
    });
    expect(spans[0]).toMatchObject({
      name: "chat m",
      kind: 3,
      attributes: { "gen_ai.usage.input_tokens": 3, "gen_ai.response.id": "c-1" },
      events: [{ name: "spanledger.attempt" }],
    });
  });

  it("sends to the standard endpoint when only that is set", async () => {
    const ledger = await collector(() => 200);
    await run("quickstart", {
      OTEL_EXPORTER_OTLP_ENDPOINT: `${ledger.url}/`,
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20abc",
    });
    await ledger.close();
    expect(ledger.requests[0]).toMatchObject({ path: "/v1/traces", authorization: "Bearer abc" });
  });

  it("sends again what could not be taken at first", async () => {
    const ledger = await collector((request) => (request === 0 ? 503 : 200));
    const result = await run("quickstart-slow", { SPANLEDGER_ENDPOINT: ledger.url });
    await ledger.close();
    expect(result).toMatchObject({ code: 0, stderr: "" });
    const taken = ledger.requests.slice(1).flatMap((request) => request.spans.map((span) => span.spanId));
    expect(new Set(taken).size).toBe(20);
  });

  it.each([
    { state: "down", status: null, body: "" },
    { state: "silent", status: 0, body: "" },
    { state: "slow", status: 200, body: "", delayMs: 3000 },
    { state: "refusing", status: 401, body: "no" },
    { state: "answering garbage", status: 200, body: "\u0000<html>" },
  ])("is not disturbed by a collector that is $state", async ({ status, body, delayMs }) => {
    const ledger = await collector(() => status ?? 200, body, delayMs);
    if (status === null) await ledger.close();
    const result = await run("quickstart", { SPANLEDGER_ENDPOINT: ledger.url });
    if (status !== null) await ledger.close();
    expect(result).toMatchObject({ code: 0, stderr: "" });
    // Twenty calls of a few milliseconds each, none of which waited for the ledger (3 s and more).
    expect(Number(/^done (\d+)\n$/.exec(result.stdout)?.[1])).toBeLessThan(2500);
    expect(result.exitMs).toBeLessThan(3000);
  });

  it("keeps a bounded queue and flat memory while the ledger is away", async () => {
    const ledger = await collector(() => 200);
    await ledger.close();
    const result = await runProgram("many-calls", {
      SPANLEDGER_ENDPOINT: ledger.url,
      CALLS: process.env["SPANLEDGER_TEST_CALLS"] ?? "8000",
    });
    expect(result).toMatchObject({ code: 0, stderr: "" });
    const [grownKb, , , warnings] = result.stdout
      .replace(/^done /, "")
      .trim()
      .split(" ")
      .map(Number);
    expect(grownKb).toBeLessThan(3000);
    // The queue is full and the ledger is away: the application's diag logger hears of it once.
    expect(warnings).toBe(1);
  }, 600_000);

  it("leaves a failure that nobody handles unhandled", async () => {
    const failing = await new ProviderServer().start();
    failing.script({ status: 400, json: { error: { message: "no", type: "invalid_request_error" } } });
    const env = { PROVIDER_URL: `${failing.url}/v1`, SPANLEDGER_ENDPOINT: "http://127.0.0.1:9" };
    const bare = await runProgram("unhandled", env);
    const observed = await runProgram("unhandled", { ...env, OBSERVED: "yes" });
    await failing.close();
    expect(bare).toMatchObject({ code: 1, stdout: "" });
    expect(bare.stderr).toContain("BadRequestError");
    expect(observed).toMatchObject({ code: 1, stdout: "" });
    expect(observed.stderr).toContain("BadRequestError");
  });

  it("does nothing when switched off", async () => {
    const ledger = await collector(() => 200);
    const result = await run("quickstart", { SPANLEDGER_ENDPOINT: ledger.url, SPANLEDGER_DISABLED: "true" });
    await ledger.close();
    expect(result.code).toBe(0);
    expect(ledger.requests).toEqual([]);
  });

  it("records responses that are dropped unread as abandoned, and no sooner", async () => {
    const result = await run("dropped-response", {});
    expect(result.stdout).toBe('["abandoned","abandoned","abandoned"]\n"cancelled"\n');
  });
});
