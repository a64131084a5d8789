import { createServer } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { flush, observe, observeFetch } from "@spanledger/sdk";
import { namedSse, ProviderServer, sse } from "../../support/sdk/provider-server.js";
import type { Answer } from "../../support/sdk/provider-server.js";
import { SpanProbe } from "../../support/sdk/span-probe.js";
import { bedrockSecretCalls, SECRET, secretCalls, secretClients } from "./secret-calls.js";

const SECRET_BYTES = Buffer.from(SECRET);
const user = `prompt ${SECRET}`;
const server = new ProviderServer();
const probe = new SpanProbe();

let bedrockReply: { status: number; json: unknown } = { status: 200, json: {} };
const bedrock = createHttp2Server((request, response) => {
  request.resume();
  request.on("end", () => {
    response.writeHead(bedrockReply.status, {
      "content-type": "application/json",
      "x-amzn-requestid": "rq-1",
      "x-custom": SECRET,
    });
    response.end(JSON.stringify(bedrockReply.json));
  });
});
const sessions = new Set<{ destroy(): void }>();

/** What arrived where the wrapper's own exporter sends. */
const received: Buffer[] = [];
const ledger = createServer((request, response) => {
  request.on("data", (part: Buffer) => received.push(part));
  request.on("end", () => response.writeHead(200, { "content-type": "application/x-protobuf" }).end());
});
const portOf = (listening: { address(): unknown }): number => (listening.address() as AddressInfo).port;

beforeAll(async () => {
  await server.start();
  bedrock.on("session", (session) => sessions.add(session));
  await new Promise<void>((resolve) => bedrock.listen(0, "127.0.0.1", resolve));
  await new Promise<void>((resolve) => ledger.listen(0, "127.0.0.1", resolve));
  process.env["SPANLEDGER_ENDPOINT"] = `http://127.0.0.1:${portOf(ledger)}`;
});
afterAll(async () => {
  delete process.env["SPANLEDGER_ENDPOINT"];
  for (const session of sessions) session.destroy();
  ledger.closeAllConnections();
  await Promise.all([
    server.close(),
    new Promise<void>((resolve) => bedrock.close(() => resolve())),
    new Promise<void>((resolve) => ledger.close(() => resolve())),
  ]);
});

type Way = "a tracer provider" | "the wrapper's own exporter";
const WAYS: Way[] = ["a tracer provider", "the wrapper's own exporter"];
const optionsOf = (way: Way) => (way === "a tracer provider" ? { tracerProvider: probe.provider } : {});
const observedBy =
  (way: Way) =>
  <T extends object>(client: T): T =>
    observe(client, optionsOf(way));

/** Everything that left by this way since it was last asked, at least one record. */
async function exported(way: Way): Promise<Buffer> {
  await flush();
  if (way === "the wrapper's own exporter") {
    const bytes = Buffer.concat(received.splice(0));
    expect(bytes.length).toBeGreaterThan(0);
    return bytes;
  }
  expect(probe.spans.length).toBeGreaterThan(0);
  const spans = probe.spans.map(({ name, attributes, events, status, resource }) => ({
    name,
    attributes,
    events,
    status,
    resource: resource.attributes,
  }));
  probe.reset();
  return Buffer.from(JSON.stringify(spans));
}

async function expectNoSecret(way: Way): Promise<void> {
  const bytes = await exported(way);
  const forms = [SECRET, SECRET_BYTES.toString("base64").slice(0, -2), SECRET_BYTES.toString("hex")];
  for (const form of [...forms, encodeURIComponent(user)]) expect(bytes.includes(form)).toBe(false);
}

const HEADERS = { "x-request-id": "req-1", "x-custom": SECRET, "set-cookie": SECRET };

/** An error that quotes the request, a page instead of JSON, and a request id that is none. */
const REFUSALS: Answer[] = [
  {
    status: 400,
    json: {
      error: {
        message: user,
        type: `type ${SECRET}`,
        code: `code ${SECRET}`,
        status: `s ${SECRET}`,
        param: user,
      },
      message: user,
      type: `t ${SECRET}`,
    },
  },
  { status: 502, chunks: [`<html>${user}</html>`] },
  { status: 401, json: {}, headers: { "x-request-id": user } },
];

// The address of a server is known only once it listens, so calls are made by their place in the list.
const FAMILIES = secretCalls("http://127.0.0.1:9", (client) => client, fetch).map(({ family }) => family);
const BEDROCK = bedrockSecretCalls("http://127.0.0.1:9", (client) => client).map(({ family }) => family);

describe.each(WAYS)("no content leaves through %s", (way) => {
  it.each(FAMILIES)("with a call of %s", async (family) => {
    const observedFetch = observeFetch(fetch, optionsOf(way));
    const found = secretCalls(server.url, observedBy(way), observedFetch).find(
      (each) => each.family === family,
    );
    if (found === undefined) throw new Error(`no family ${family}`);
    server.script({ json: found.answer, headers: HEADERS });
    await found.call();
    await expectNoSecret(way);
    if (found.refusedInSilence === true) return;
    for (const refusal of REFUSALS) {
      server.script(refusal);
      await found.call().catch(() => undefined);
      await expectNoSecret(way);
    }
  });

  it.each(BEDROCK)("with a call of %s", async (family) => {
    const url = `http://127.0.0.1:${portOf(bedrock)}`;
    const found = bedrockSecretCalls(url, observedBy(way)).find((each) => each.family === family);
    if (found === undefined) throw new Error(`no family ${family}`);
    bedrockReply = { status: 200, json: found.answer };
    await found.call();
    await expectNoSecret(way);
    bedrockReply = { status: 400, json: { message: user, __type: `ValidationException ${SECRET}` } };
    await found.call().catch(() => undefined);
    await expectNoSecret(way);
  });

  it("with an openai stream that fails halfway", async () => {
    server.script({
      chunks: sse(
        { id: "c", model: "m", choices: [{ index: 0, delta: { content: user } }] },
        { error: { message: user, type: user, code: user } },
      ),
    });
    const { openai } = secretClients(server.url, observedBy(way));
    const read = async (): Promise<void> => {
      const stream = await openai().chat.completions.create({ model: "m", messages: [], stream: true });
      for await (const part of stream) void part;
    };
    await read().catch(() => undefined);
    await expectNoSecret(way);
  });

  it("with an anthropic stream that fails halfway", async () => {
    server.script({
      chunks: namedSse(
        { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: user } },
        { type: "error", error: { type: user, message: user } },
      ),
    });
    const { anthropic } = secretClients(server.url, observedBy(way));
    const read = async (): Promise<void> => {
      const request = { model: "m", max_tokens: 1, messages: [], stream: true } as const;
      for await (const part of await anthropic().messages.create({ ...request, messages: [] })) void part;
    };
    await read().catch(() => undefined);
    await expectNoSecret(way);
  });
});
