import { createServer, type IncomingMessage, type Server } from "node:http";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { runCli } from "./cli.js";

interface ResourceSpans {
  scopeSpans: { spans: { spanId: string }[] }[];
}

interface Seen {
  method: string;
  url: string;
  authorization: string | undefined;
  body: unknown;
}

type Answer = { status?: number; body?: unknown; headers?: Record<string, string> };

let server: Server;
let endpoint: string;
let seen: Seen[];
let answer: (request: Seen) => Answer;
let directory: string;

beforeEach(async () => {
  seen = [];
  directory = mkdtempSync(join(tmpdir(), "spanledger-cli-"));
  server = createServer((request, response) => {
    void readText(request).then((text) => {
      const entry = {
        method: request.method ?? "",
        url: request.url ?? "",
        authorization: request.headers.authorization,
        body: text === "" ? null : (JSON.parse(text) as unknown),
      };
      seen.push(entry);
      const { status = 200, body, headers } = answer(entry);
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(body === undefined ? "" : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true, force: true });
});

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function cli(argv: string[], env: Record<string, string> = {}) {
  let out = "";
  let err = "";
  const code = await runCli(argv, {
    env: { SPANLEDGER_ENDPOINT: endpoint, ...env },
    columns: null,
    out: (text) => (out += text),
    err: (text) => (err += text),
    nowMs: () => Date.parse("2026-11-25T12:00:00Z"),
  });
  return { code, out, err };
}

describe("usage errors", () => {
  it.each([
    [["reprot"], /unknown command "reprot", did you mean "report"\?/],
    [["report", "--bogus"], /Unknown option '--bogus'/],
    [["keys"], /missing an action/],
    [["keys", "frobnicate"], /unknown action "frobnicate"/],
    [["report", "--limit", "0"], /--limit must be a whole number from 1/],
    [["report", "--endpoint", "ftp://x"], /--endpoint must be an http or https URL/],
    [["export", "--format", "xml"], /--format must be jsonl or csv/],
    [["budgets", "create", "x"], /missing --limit/],
    [["budgets", "create", "x", "--limit", "1", "--threshold", "lots"], /--threshold must be a percent/],
    [["price", "gpt-5.5", "--input", "1"], /is not <provider>\/<model>/],
    [["price", "openai/gpt-5.5"], /no quantity given/],
  ])("%j exits 2 with a hint", async (argv, message) => {
    const { code, err } = await cli(argv);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err).toMatch(/--help/);
    expect(seen).toEqual([]);
  });

  it("shows help of everything and of each command, exit 0", async () => {
    const { code, out } = await cli(["--help"]);
    expect(code).toBe(0);
    const names = [...out.matchAll(/^ {2}(\w+) +[A-Z]/gm)].map((match) => match[1] ?? "");
    expect(names).toEqual(expect.arrayContaining(["start", "demo", "report", "price", "keys", "doctor"]));
    for (const name of names) expect(await cli([name, "--help"])).toMatchObject({ code: 0, err: "" });
  });
});

describe("errors of the server", () => {
  it("shows code, message and request id, exit 1", async () => {
    answer = () => ({
      status: 403,
      body: { error: { code: "forbidden", message: "admin only", details: {}, requestId: "r-1" } },
    });
    const { code, err } = await cli(["keys", "list"]);
    expect(code).toBe(1);
    expect(err).toBe("spanledger keys: forbidden: admin only (request r-1)\n");
  });

  it("says what to do when nothing answers", async () => {
    const { code, err } = await cli(["report"], { SPANLEDGER_ENDPOINT: "http://127.0.0.1:1" });
    expect(code).toBe(1);
    expect(err).toMatch(/no Spanledger server answers at http:\/\/127\.0\.0\.1:1 .*spanledger start/);
  });

  it("explains that a server has no re-pricing yet", async () => {
    answer = () => ({ status: 404, body: { error: { code: "not_found", message: "no route" } } });
    const { code, err } = await cli(["reprice"]);
    expect(code).toBe(1);
    expect(err).toMatch(/has no re-pricing yet/);
  });
});

describe("keys", () => {
  it("creates with scopes and shows the key once, with the key of the environment", async () => {
    answer = () => ({ body: { id: "k1", prefix: "sl_ab", key: "sl_ab_secret" } });
    const { out } = await cli(["keys", "create", "ci", "--scope", "ingest"], {
      SPANLEDGER_API_KEY: "admin-key",
    });
    expect(out).toMatch(/^sl_ab_secret\n/);
    expect(seen[0]).toMatchObject({
      method: "POST",
      url: "/api/v1/keys",
      authorization: "Bearer admin-key",
      body: { name: "ci", scopes: ["ingest"] },
    });
  });

  it("revokes by id", async () => {
    answer = () => ({ status: 204 });
    expect(await cli(["keys", "revoke", "a/b"])).toMatchObject({ code: 0, out: "Revoked a/b.\n" });
    expect(seen[0]).toMatchObject({ method: "DELETE", url: "/api/v1/keys/a%2Fb" });
  });
});

describe("report", () => {
  const totals = (cost: string | null, unpricedCalls: number) => ({
    calls: 1200,
    errors: 3,
    billableCalls: 1197,
    unpricedCalls,
    partialCalls: 0,
    cost,
    usage: { inputTotal: 2_050_000, outputTotal: 41_300, cacheRead: 1_025_000 },
  });

  it("prints an aligned table, marks lower bounds and says what is unpriced", async () => {
    answer = () => ({
      body: {
        data: [
          { start: null, feature: "support-chat", ...totals("12.5", 0) },
          { start: null, feature: null, ...totals(null, 1197) },
        ],
        totals: totals("12.5", 1197),
        from: "2026-10-26T12:00:00Z",
        to: "2026-11-25T12:00:00Z",
        truncated: true,
      },
    });
    const { out, code } = await cli([
      "report",
      "--by",
      "feature",
      "--from",
      "30d",
      "--filter",
      "team=support",
    ]);
    expect(code).toBe(0);
    expect(seen[0]?.url).toBe(
      "/api/v1/spend?team=support&from=2026-10-26T12%3A00%3A00.000Z&groupBy=feature&limit=40",
    );
    expect(out).toMatch(/^support-chat +1,200 +3 +2\.05M +50 % +41\.3k +\$12\.50$/m);
    expect(out).toMatch(/^\(none\) +1,200 .* -$/m);
    expect(out).toMatch(/^Total .* \$12\.50\+$/m);
    expect(out).toMatch(/1,197 calls could not be priced/);
    expect(out).toMatch(/raise --limit/);
  });

  it("prints the API's answer with --json", async () => {
    const body = { data: [], totals: totals("0", 0), from: "a", to: "b", truncated: false };
    answer = () => ({ body });
    expect(JSON.parse((await cli(["report", "--json"])).out)).toEqual(body);
  });
});

describe("price", () => {
  it("prices with the bundled book, without a server", async () => {
    const argv = ["price", "anthropic/claude-sonnet-4-5", "--offline", "--input", "50", "--cached", "1000"];
    argv.push(
      "--cache-write-5m",
      "200",
      "--cache-write-1h",
      "100",
      "--output",
      "90",
      "--calls",
      "1000",
      "--json",
    );
    const { out, code } = await cli(argv);
    expect(code).toBe(0);
    // 50 x 3 + 1000 x 0.3 + 200 x 3.75 + 100 x 6 + 90 x 15 = 3150 per million
    expect(JSON.parse(out)).toMatchObject({ total: "3.15", cost: { status: "priced", total: "0.00315" } });
    expect(seen).toEqual([]);
  });

  it("asks a running server, which knows the operator's prices", async () => {
    const line = {
      class: "input",
      quantity: "7",
      unitPrice: "1",
      per: 1_000_000,
      factors: [],
      amount: "0.000007",
    };
    const cost = {
      status: "priced",
      reason: null,
      total: "0.000007",
      lines: [{ ...line, rateId: "override:a:input" }],
    };
    answer = () => ({ body: { pricedModel: "openai/own", matchRule: "exact", suggestion: null, cost } });
    const { code, out } = await cli([
      "price",
      "--model",
      "own",
      "--provider",
      "openai",
      "--input",
      "7",
      "--batch",
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(/override:a:input/);
    expect(seen[0]).toMatchObject({
      url: "/api/v1/prices/estimate",
      body: { model: "own", provider: "openai", batch: true, usage: { inputUncached: 7 } },
    });
  });

  it("prices with the bundled book when no server answers", async () => {
    const argv = ["price", "--model", "gpt-4o", "--input", "1000", "--at", "2026-09-25T00:00:00Z", "--json"];
    const { code, out } = await cli([...argv, "--endpoint", "http://127.0.0.1:9"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      pricedModel: "openai/gpt-4o",
      prices: "bundled",
      total: "0.0025",
    });
  });

  it("fails when there is no price, and says what was probably meant", async () => {
    const { code, err } = await cli(["price", "openai/gpt-5.4-mni", "--offline", "--input", "1"]);
    expect(code).toBe(1);
    expect(err).toMatch(/model_unknown; did you mean openai\/gpt-5\.4-mini\?/);
  });
});

describe("budgets", () => {
  it("creates a budget with scope, tags and thresholds", async () => {
    answer = () => ({ status: 201, body: { id: "b1" } });
    const argv = ["budgets", "create", "monthly", "--limit", "100.00", "--timezone", "Europe/Berlin"];
    argv.push(
      "--scope",
      "feature=a",
      "--scope",
      "feature=b",
      "--scope",
      "tag:region=eu",
      "--threshold",
      "forecast:90",
    );
    expect(await cli(argv)).toMatchObject({ code: 0, out: "Created b1.\n" });
    expect(seen[0]?.body).toEqual({
      name: "monthly",
      limit: "100.00",
      unit: "usd",
      period: "month",
      timezone: "Europe/Berlin",
      scope: { feature: ["a", "b"], tags: { region: ["eu"] } },
      thresholds: [{ kind: "forecast", percent: 90 }],
      channels: [],
    });
  });

  it("shows where a budget stands", async () => {
    answer = () => ({
      body: {
        spent: "87.5",
        limit: "100",
        unit: "usd",
        percent: 87.5,
        unpricedCalls: 4,
        forecast: "112.25",
        breachDate: "2026-11-28T00:00:00Z",
        period: { start: "2026-11-01T00:00:00Z", end: "2026-12-01T00:00:00Z" },
        thresholds: [
          { kind: "actual", percent: 80, firedAt: "2026-11-24T10:00:00Z" },
          { kind: "actual", percent: 100, firedAt: null },
        ],
      },
    });
    const { out } = await cli(["budgets", "status", "b1"]);
    expect(out).toMatch(/^#{26}\.{4} 87\.5 %$/m);
    expect(out).toMatch(/^spent {5}\$87\.50 of \$100\.00$/m);
    expect(out).toMatch(/^warned {4}actual 80 % \(2026-11-24T10:00:00Z\)$/m);
    expect(out).toMatch(/4 calls are not in the sum/);
  });
});

describe("export and import", () => {
  const call = (n: number) => ({
    id: `c${n}`,
    traceId: n.toString(16).padStart(32, "0"),
    spanId: n.toString(16).padStart(16, "0"),
    startTime: "2026-11-01T10:00:00.000000001Z",
    durationMs: 12.5,
    operation: "chat",
    provider: "openai",
    requestModel: "gpt-5.5",
    outcome: "ok",
    usage: { inputUncached: 3 },
    cost: { total: "0.1" },
    attribution: { service: n < 3 ? "a" : "b", tags: {} },
  });

  it("follows cursors, stops at the limit, and writes a file once", async () => {
    answer = ({ url }) =>
      url.includes("cursor=next")
        ? { body: { data: [call(3)], nextCursor: "more" } }
        : { body: { data: [call(1), call(2)], nextCursor: "next" } };
    const file = join(directory, "calls.jsonl");
    const { code, err } = await cli(["export", "--output", file, "--limit", "3"]);
    expect({ code, err }).toEqual({ code: 0, err: "3 calls exported\n" });
    expect(seen.map((request) => request.url)).toEqual([
      "/api/v1/calls?limit=3",
      "/api/v1/calls?limit=1&cursor=next",
    ]);
    const lines = readFileSync(file, "utf8").trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(["c1", "c2", "c3"]);
    expect(await cli(["export", "--output", file])).toMatchObject({ code: 1 });
  });

  it("writes CSV with a header", async () => {
    answer = () => ({ body: { data: [call(1)], nextCursor: null } });
    const [header, row] = (await cli(["export", "--format", "csv"])).out.split("\r\n");
    expect(header).toMatch(/^id,start_time,duration_ms,/);
    expect(row).toMatch(/^c1,2026-11-01T10:00:00\.000000001Z,12\.5,/);
  });

  it("sends an export back with its ids, skips broken lines and says so", async () => {
    const file = join(directory, "in.jsonl");
    writeFileSync(
      file,
      [1, 2, 3].map((n) => JSON.stringify(call(n))).join("\n") + '\n{"id":"x"}\nnot json\n',
    );
    answer = () => ({ body: {} });
    const { code, out, err } = await cli(["import", file]);
    expect(code).toBe(1);
    expect(out).toBe("3 calls imported, 2 lines skipped\n");
    expect(err).toBe("line 4 skipped: startTime is no RFC 3339 time\nline 5 skipped: no JSON\n");
    expect(seen).toHaveLength(1);
    const [sent] = seen.map(({ body }) => body as { resourceSpans: ResourceSpans[] });
    expect(sent?.resourceSpans.map((group) => group.scopeSpans[0]?.spans.map((span) => span.spanId))).toEqual(
      [["0000000000000001", "0000000000000002"], ["0000000000000003"]],
    );
  });

  it("waits as asked when the server is busy, and counts what it rejects", async () => {
    const file = join(directory, "in.jsonl");
    writeFileSync(file, `${JSON.stringify(call(1))}\n`);
    answer = () =>
      seen.length === 1
        ? { status: 503, headers: { "retry-after": "0" } }
        : { body: { partialSuccess: { rejectedSpans: "1", errorMessage: "no" } } };
    expect(await cli(["import", file])).toMatchObject({ code: 1, out: "0 calls imported, 1 rejected\n" });
    expect(seen).toHaveLength(2);
  });
});

describe("doctor", () => {
  it("is content with a ready server and warns when the clocks differ", async () => {
    answer = ({ url }) => ({
      body: url === "/api/openapi.json" ? { info: { version: "1" } } : { data: [], nextCursor: null },
      headers: { date: "Wed, 25 Nov 2026 12:00:10 GMT" },
    });
    const { code, out } = await cli(["doctor", "--json"]);
    expect(code).toBe(0);
    const { findings } = JSON.parse(out) as {
      findings: { check: string; verdict: string; message: string }[];
    };
    const byCheck = Object.fromEntries(findings.map(({ check, verdict }) => [check, verdict]));
    expect(byCheck).toMatchObject({
      node: "ok",
      server: "ok",
      api: "ok",
      ready: "ok",
      access: "ok",
      clock: "warn",
    });
    expect(findings.find(({ check }) => check === "clock")?.message).toMatch(/10\.0 s ahead of/);
  });

  it("fails without access", async () => {
    answer = ({ url }) =>
      url.startsWith("/api")
        ? { status: 401, body: { error: { code: "unauthenticated", message: "key" } } }
        : { body: {} };
    const { code, out } = await cli(["doctor"]);
    expect(code).toBe(1);
    expect(out).toMatch(/fail {2}access .*unauthenticated.*--key/);
  });
});
