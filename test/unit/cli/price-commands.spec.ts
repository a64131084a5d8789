import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { runCli } from "../../../src/server/cli/cli.js";

interface Seen {
  request: string;
  body: unknown;
}

let server: Server;
let seen: Seen[];
let answer: { status?: number; body?: unknown };

const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

beforeEach(async () => {
  seen = [];
  server = createServer((request, response) => {
    void textOf(request).then((text) => {
      seen.push({
        request: `${request.method ?? ""} ${request.url ?? ""}`,
        body: text === "" ? null : (JSON.parse(text) as unknown),
      });
      response.writeHead(answer.status ?? 200, { "content-type": "application/json" });
      response.end(answer.body === undefined ? "" : JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function cli(...argv: string[]) {
  let out = "";
  let err = "";
  const code = await runCli(argv, {
    env: { SPANLEDGER_ENDPOINT: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` },
    columns: null,
    out: (text) => (out += text),
    err: (text) => (err += text),
    nowMs: () => Date.parse("2026-11-25T12:00:00Z"),
  });
  return { code, out, err };
}

const common = { project: "default", author: "operator", createdAt: "2026-11-25T12:00:00.000Z" };

describe("overrides", () => {
  const row = {
    ...common,
    id: "ovr_1",
    kind: "rates",
    match: "openai/acme-1",
    effectiveFrom: "2026-01-01T00:00:00.000Z",
    effectiveTo: null,
    reason: null,
  };

  it("lists what is in force", async () => {
    answer = {
      body: { data: [row, { ...row, id: "ovr_2", project: null, reason: "EA" }], nextCursor: null },
    };
    const { code, out } = await cli("overrides", "list");
    expect(code).toBe(0);
    expect(seen.map(({ request }) => request)).toEqual(["GET /api/v1/prices/overrides?limit=200"]);
    expect(out).toMatch(/ovr_1 +openai\/acme-1 +rates +2026-01-01T00:00:00\.000Z +- +default +operator +-/);
    expect(out).toMatch(/ovr_2 .*\(all\) +operator +EA/);
  });

  it("states rates as decimal texts, and says which job prices the past", async () => {
    answer = { status: 201, body: { ...row, repricing: { id: "rep_1" } } };
    const rates = ["--rate", "input=2.000000000000000001", "--rate", "output=8", "--currency", "CNY"];
    const more = ["--from", "2026-01-01T00:00:00Z", "--reason", "contract", "--all-projects"];
    const { code, out } = await cli("overrides", "add", "openai/acme-1", ...rates, ...more);
    expect(code).toBe(0);
    expect(out).toBe("ovr_1; re-pricing rep_1\n");
    expect(seen).toEqual([
      {
        request: "POST /api/v1/prices/overrides",
        body: {
          match: "openai/acme-1",
          currency: "CNY",
          reason: "contract",
          rates: { input: "2.000000000000000001", output: "8" },
          effectiveFrom: "2026-01-01T00:00:00Z",
          allProjects: true,
        },
      },
    ]);
  });

  it("keeps tiers in the order given", async () => {
    answer = { status: 201, body: { ...row, repricing: null } };
    const tiers = ["--tier", "0=1", "--tier", "0.5=0.9", "--tier", "1000=0.8"];
    await cli("overrides", "add", "openai/*", "--kind", "volume_tiers", "--metric", "spend", ...tiers);
    expect(seen[0]?.body).toMatchObject({
      kind: "volume_tiers",
      metric: "spend",
      tiers: [
        { from: "0", value: "1" },
        { from: "0.5", value: "0.9" },
        { from: "1000", value: "0.8" },
      ],
    });
  });

  it("ends a price now, or as if it had never held", async () => {
    answer = { status: 204 };
    expect((await cli("overrides", "end", "ovr_1")).out).toBe("ovr_1 has ended\n");
    await cli("overrides", "end", "ovr/2", "--void");
    expect(seen.map(({ request }) => request)).toEqual([
      "DELETE /api/v1/prices/overrides/ovr_1",
      "DELETE /api/v1/prices/overrides/ovr%2F2?void=true",
    ]);
  });
});

describe("endpoints", () => {
  const host = { ...common, id: "ep_1", endpoint: "10.0.0.5:8000", provider: null, pool: "gpu-a" };
  const deployment = {
    ...common,
    id: "ep_2",
    deployment: "contoso/chat",
    provider: "azure.ai.openai",
    model: "gpt-4o",
    sku: "DataZoneStandard",
    zone: "eu",
  };

  it("lists hosts and deployments with what they are", async () => {
    answer = { body: { data: [host, deployment], nextCursor: null } };
    const { out } = await cli("endpoints", "list");
    expect(out).toMatch(/ep_1 +10\.0\.0\.5:8000 +pool gpu-a/);
    expect(out).toMatch(/ep_2 +contoso\/chat +azure\.ai\.openai\/gpt-4o \(DataZoneStandard, eu\)/);
  });

  it("maps a host and a deployment, and removes by name", async () => {
    answer = { body: { ...host, repricing: { id: "rep_1" } } };
    expect((await cli("endpoints", "map", "10.0.0.5:8000", "--pool", "gpu-a")).out).toBe(
      "ep_1  10.0.0.5:8000 is pool gpu-a; re-pricing rep_1\n",
    );
    answer = { body: { ...deployment, repricing: null } };
    const facts = ["--model", "gpt-4o", "--sku", "DataZoneStandard", "--zone", "eu"];
    await cli("endpoints", "deployment", "contoso/chat", "--provider", "azure.ai.openai", ...facts);
    answer = { status: 204 };
    await cli("endpoints", "remove", "contoso/chat");
    expect(seen).toEqual([
      { request: "PUT /api/v1/prices/endpoints", body: { endpoint: "10.0.0.5:8000", pool: "gpu-a" } },
      {
        request: "PUT /api/v1/prices/endpoints",
        body: {
          deployment: "contoso/chat",
          provider: "azure.ai.openai",
          model: "gpt-4o",
          sku: "DataZoneStandard",
          zone: "eu",
        },
      },
      { request: "DELETE /api/v1/prices/endpoints/contoso%2Fchat", body: null },
    ]);
  });
});

describe("currencies", () => {
  const entry = {
    ...common,
    id: "cur_1",
    currency: "CNY",
    usd: "0.1378",
    effectiveFrom: "2026-11-01T00:00:00.000Z",
  };

  it("lists, sets and takes back entries", async () => {
    answer = { body: { data: [{ ...entry, reason: "ECB" }], nextCursor: null } };
    expect((await cli("currencies", "list")).out).toMatch(
      /cur_1 +CNY +0\.1378 +2026-11-01T00:00:00\.000Z .*ECB/,
    );
    answer = { status: 201, body: { ...entry, reason: null, repricing: { id: "rep_1" } } };
    const { out } = await cli("currencies", "set", "CNY", "0.1378", "--from", "2026-11-01T00:00:00Z");
    expect(out).toBe("cur_1  1 CNY = 0.1378 USD from 2026-11-01T00:00:00.000Z; re-pricing rep_1\n");
    answer = { status: 204 };
    await cli("currencies", "remove", "cur_1");
    expect(seen.slice(1)).toEqual([
      {
        request: "POST /api/v1/prices/currencies",
        body: { currency: "CNY", usd: "0.1378", effectiveFrom: "2026-11-01T00:00:00Z" },
      },
      { request: "DELETE /api/v1/prices/currencies/cur_1", body: null },
    ]);
  });
});

describe("unpriced", () => {
  const group = {
    provider: "openai",
    host: null,
    requestModel: "gpt-4o-mni",
    responseModel: "gpt-4o-mni",
    reason: "model_unknown",
    calls: 10000,
    lastSeen: "2026-11-25T11:00:00.000Z",
    suggestions: ["openai/gpt-4o-mini"],
    actions: ["alias", "rates", "free"],
  };

  it("shows the queue with suggestions and a total, or that there is none", async () => {
    answer = { body: { data: [group], totals: { calls: 10000 } } };
    const { out } = await cli("unpriced", "--limit", "5");
    expect(out).toMatch(
      /openai +gpt-4o-mni +- +model_unknown +10,000 +openai\/gpt-4o-mini +alias, rates, free/,
    );
    expect(out).toMatch(/Total +10,000/);
    expect(seen[0]?.request).toContain("limit=5");
    answer = { body: { data: [], totals: { calls: 0 } } };
    expect((await cli("unpriced")).out).toBe("Every call has a price.\n");
  });

  it("fixes a group in one step", async () => {
    answer = {
      body: {
        overrides: [{ id: "ovr_1" }],
        endpoints: [{ id: "ep_1" }],
        repricing: { id: "rep_1", total: 10000 },
      },
    };
    const pool = ["--host", "10.0.0.5", "--pool", "gpu-a", "--hourly-cost", "2.50", "--gpus", "4"];
    const { out } = await cli("unpriced", "fix", "self_hosted", "--provider", "openai", ...pool);
    expect(out).toBe("ep_1, ovr_1; re-pricing 10,000 calls: rep_1\n");
    expect(seen[0]?.body).toEqual({
      action: "self_hosted",
      provider: "openai",
      host: "10.0.0.5",
      pool: "gpu-a",
      hourlyCost: "2.50",
      gpus: 4,
    });
    answer = { body: { overrides: [], endpoints: [{ id: "ep_2" }], repricing: null } };
    const alias = ["--request-model", "gpt-4o-mni", "--model", "gpt-4o-mini"];
    expect((await cli("unpriced", "fix", "alias", "--provider", "openai", ...alias)).out).toBe(
      "ep_2; no past call waits for it\n",
    );
  });
});

describe("reprice", () => {
  const job = {
    id: "rep_1",
    status: "done",
    calls: 4000,
    total: 4000,
    changed: 12,
    before: "0",
    after: "12.5",
    adjusted: 2,
    adjustment: "-0.25",
    error: null,
  };

  it("previews unless told to apply", async () => {
    answer = { body: { status: "preview", calls: 4000, changed: 12, before: "0", after: "12.5" } };
    const { out } = await cli("reprice", "--from", "2026-11-01T00:00:00Z");
    expect(out).toContain("Nothing was changed; add --apply to do it.");
    await cli("reprice", "apply");
    expect(seen.map(({ body }) => body)).toEqual([
      { preview: true, from: "2026-11-01T00:00:00.000Z" },
      { preview: false },
    ]);
  });

  it("shows a job with its adjustments, and takes it back with its cause", async () => {
    answer = { body: job };
    const { out } = await cli("reprice", "status", "rep_1");
    expect(out).toMatch(/calls +4,000 of 4,000/);
    expect(out).toMatch(/adjusted 2 \(-\$0\.25\)|adjusted 2 \(.*0\.25\)/);
    await cli("reprice", "rollback", "rep_1", "--with-cause");
    expect(seen[1]).toEqual({ request: "POST /api/v1/reprice/rep_1/rollback", body: { withCause: true } });
  });
});

describe("prices", () => {
  const book = {
    version: "2026.11.25-3+abc",
    source: "bundled",
    released: "2026-11-25",
    ageDays: 0,
    stale: false,
    lastCheckAt: null,
    lastError: null,
    held: 0,
  };

  it("tells the age of the book and what was downloaded", async () => {
    answer = {
      body: {
        book: { ...book, stale: true, ageDays: 20, held: 2, lastError: "no answer" },
        data: [{ id: "bok_1", version: null, status: "refused", message: "cut off" }],
      },
    };
    expect((await cli("prices", "status")).out).toBe(
      "2026.11.25-3+abc (bundled, 20 days old, too old); 2 rates wait for approval\nlast error: no answer\nbok_1  -  refused: cut off\n",
    );
  });

  it("ends with 1 when a book was refused, and says when no URL is set", async () => {
    answer = {
      body: { book, results: [{ url: "https://x/book.json", status: "refused", message: "cut off" }] },
    };
    expect(await cli("prices", "refresh")).toMatchObject({
      code: 1,
      out: expect.stringContaining("https://x/book.json  refused: cut off"),
    });
    answer = { body: { book, results: [] } };
    expect(await cli("prices", "refresh")).toMatchObject({
      code: 0,
      out: expect.stringContaining("SPANLEDGER_PRICE_BOOK_URLS is empty"),
    });
  });

  it("decides about held rates and rolls back", async () => {
    answer = { body: { id: "bok_1", status: "active" } };
    expect((await cli("prices", "approve", "bok_1")).out).toBe("bok_1  active\n");
    await cli("prices", "reject", "bok_1");
    answer = { body: { book } };
    await cli("prices", "rollback");
    expect(seen.map(({ request }) => request)).toEqual([
      "POST /api/v1/prices/books/bok_1/approve",
      "POST /api/v1/prices/books/bok_1/reject",
      "POST /api/v1/prices/rollback",
    ]);
  });
});

describe("periods", () => {
  const period = {
    id: "per_1",
    from: null,
    to: "2026-11-01T00:00:00.000Z",
    reason: "invoiced",
    closedBy: "operator",
    reopenedAt: null,
  };

  it("lists, closes and reopens", async () => {
    answer = { body: { data: [period] } };
    expect((await cli("periods", "list")).out).toMatch(
      /per_1 +- +2026-11-01T00:00:00\.000Z +closed +operator +invoiced/,
    );
    answer = { body: period };
    expect((await cli("periods", "close", "--to", "2026-11-01", "--reason", "invoiced")).out).toBe(
      "per_1  closed ..2026-11-01T00:00:00.000Z\n",
    );
    answer = { body: { ...period, reopenedAt: "2026-11-25T12:00:00.000Z" } };
    await cli("periods", "reopen", "per_1", "--reason", "credit note");
    expect(seen.slice(1)).toEqual([
      { request: "POST /api/v1/periods/close", body: { to: "2026-11-01", reason: "invoiced" } },
      { request: "POST /api/v1/periods/per_1/reopen", body: { reason: "credit note" } },
    ]);
  });
});

describe("wrong use", () => {
  it.each([
    [["overrides"], /missing an action/],
    [["overrides", "drop"], /unknown action "drop": list, add or end/],
    [["overrides", "add"], /missing what it is the price of/],
    [["overrides", "add", "openai/*", "--rate", "input"], /must be <name>=<value>, not "input"/],
    [["overrides", "add", "openai/*", "--tier", "=1"], /must be <name>=<value>, not "=1"/],
    [["overrides", "add", "x/*", "--gpus", "0"], /--gpus must be a whole number from 1/],
    [["overrides", "end"], /missing the id of a price/],
    [["endpoints", "map"], /missing the host/],
    [["endpoints", "deployment"], /missing the deployment's name/],
    [["endpoints", "rename", "x"], /unknown action "rename"/],
    [["currencies", "set", "CNY"], /--from is missing/],
    [["currencies", "set", "CNY", "--from", "2026-11-01T00:00:00Z"], /missing what one unit is worth/],
    [["unpriced", "fix"], /missing what to do/],
    [["unpriced", "fix", "free"], /--provider is missing/],
    [["unpriced", "mend"], /unknown action "mend"/],
    [["reprice", "status"], /missing the id/],
    [["reprice", "undo", "x"], /unknown action "undo"/],
    [["prices", "approve"], /missing the id of a price book/],
    [["prices", "sell"], /unknown action "sell"/],
    [["periods", "close"], /--to is missing/],
    [["periods", "reopen", "per_1"], /--reason is missing/],
  ])("%j exits 2 and asks nobody", async (argv, message) => {
    const { code, err } = await cli(...argv);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(seen).toEqual([]);
  });

  it.each([
    ["overrides", "list"],
    ["endpoints", "list"],
    ["currencies", "list"],
    ["unpriced"],
    ["prices", "status"],
    ["periods", "list"],
  ])("%s %s prints the server's error and exits 1", async (...argv) => {
    answer = { status: 403, body: { error: { code: "forbidden", message: "admin only", requestId: "r-1" } } };
    const { code, err } = await cli(...argv.filter((word) => word !== undefined));
    expect(code).toBe(1);
    expect(err).toContain("forbidden: admin only (request r-1)");
  });
});
