import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { readBundledFiles } from "../../../src/server/pricing/load-book.js";
import type { PriceFile, PriceFileRate } from "../../../src/server/pricing/price-book.schema.js";
import { rawPublicKey, signBook } from "../../../tools/prices/sign.js";
import { openPriceStores, type PriceApp, startPriceApp, type Stores } from "./price-app.js";

interface Refreshed {
  results: { status: string; message: string | null; book: string | null }[];
  book: { version: string; source: string; held: number; stale: boolean; lastError: string | null };
}

let stores: Stores;
let app: PriceApp;
let source: Server;
let url: string;
let served: { bytes: Buffer; signature: string | null; declared?: number };
let requests: IncomingMessage[] = [];
const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const pem = (key: KeyObject): string => key.export({ format: "pem", type: "pkcs8" }).toString();

beforeAll(async () => {
  stores = await openPriceStores();
  source = createServer((request, response) => answer(request, response));
  source.listen(0, "127.0.0.1");
  await once(source, "listening");
  url = `http://127.0.0.1:${(source.address() as AddressInfo).port}/book.json`;
}, 60_000);
beforeEach(async () => {
  requests = [];
  await stores.database.dataSource.query("TRUNCATE price_book_file, price_audit");
});
afterEach(() => app.close());
afterAll(async () => {
  source.close();
  await stores.close();
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  requests.push(request);
  const isSignature = request.url?.endsWith(".sig") === true;
  if (isSignature && served.signature === null) response.writeHead(404).end();
  else if (isSignature) response.end(served.signature);
  else {
    const etag = `"${served.bytes.length}"`;
    if (request.headers["if-none-match"] === etag) response.writeHead(304).end();
    else {
      response.writeHead(200, { etag, "content-length": String(served.declared ?? served.bytes.length) });
      response.write(served.bytes);
      if (served.declared === undefined) response.end();
      else setImmediate(() => response.destroy());
    }
  }
}

const bundled = readBundledFiles();
const openai = bundled.files.find(({ provider }) => provider === "openai") as PriceFile;
const NEWER = "2099.01.01-1";

/** The bundled file of OpenAI with one model alone, changed. */
function bookOf(
  change: (rates: PriceFileRate[]) => PriceFileRate[],
  version = NEWER,
  model = "gpt-4o-mini",
): Buffer {
  const known = openai.models.find((candidate) => candidate.model === "gpt-4o-mini");
  if (known === undefined) throw new Error("the bundled book has no gpt-4o-mini");
  const { aliases: _a, snapshots: _s, ...facts } = known;
  const file = { ...openai, models: [{ ...facts, model, rates: change([...known.rates]) }], modifiers: [] };
  return Buffer.from(JSON.stringify({ format: "spanledger-price-book/1", version, files: [file] }));
}

/** The price of plain standard input. */
const input = (price: string) => (rates: PriceFileRate[]) =>
  rates.map((rate) =>
    rate.class === "input" && rate.tier === undefined && rate.geo === undefined ? { ...rate, price } : rate,
  );

const serve = (bytes: Buffer, signature: string | null = signBook(pem(privateKey), bytes)) => {
  served = { bytes, signature };
};
const start = async (
  fragment = `#key=${rawPublicKey(publicKey)}`,
  allow = "127.0.0.1",
  env: Record<string, string> = {},
) => {
  app = await startPriceApp(stores, {
    SPANLEDGER_PRICE_BOOK_URLS: `${url}${fragment}`,
    SPANLEDGER_WEBHOOK_ALLOW: allow,
    ...env,
  });
};
const refresh = () => app.json<Refreshed>("POST", "prices/refresh");
const priceNow = async (model = "gpt-4o-mini", at?: string) => {
  const { cost } = await app.json<{ cost: { total: string | null } }>("POST", "prices/estimate", {
    provider: "openai",
    model,
    input: 1_000_000,
    ...(at === undefined ? {} : { at }),
  });
  return cost.total;
};

describe("refreshing the price book", () => {
  it("takes a signed book at start, asks with its tag, rolls back, and does not take it again", async () => {
    serve(bookOf(input("0.16")));
    await start();
    const { results, book } = await refresh();
    expect(results[0]).toMatchObject({ status: "unchanged" });
    expect(book).toMatchObject({ source: "refreshed", lastError: null });
    expect(book.version).toMatch(/^2099\.01\.01-1\+/);
    expect(requests.some(({ headers }) => headers["if-none-match"] !== undefined)).toBe(true);
    expect(await priceNow()).toBe("0.16");
    expect(await priceNow("gpt-4o")).toBe("2.5");
    await app.restart();
    expect(await priceNow()).toBe("0.16");
    await app.json("POST", "prices/rollback");
    expect(await priceNow()).toBe("0.15");
    expect((await refresh()).book.source).toBe("bundled");
    await app.json("POST", "prices/rollback", undefined, 409);
  }, 60_000);

  it("takes a book of the publisher that the configuration names, and of nobody where it names none", async () => {
    serve(bookOf(input("0.16")));
    await start("", "127.0.0.1", { SPANLEDGER_PRICE_BOOK_KEY: rawPublicKey(publicKey) });
    await refresh();
    expect(await priceNow()).toBe("0.16");
    await app.json("POST", "prices/rollback");
    await app.close();
    serve(bookOf(input("0.161")));
    await start("");
    const { results, book } = await refresh();
    expect(results[0]).toMatchObject({
      status: "refused",
      message: expect.stringContaining("SPANLEDGER_PRICE_BOOK_KEY"),
    });
    expect(book.source).toBe("bundled");
    expect(await priceNow()).toBe("0.15");
  }, 60_000);

  it("holds what moves by more than 30 % until it is approved, and applies the rest", async () => {
    serve(bookOf((rates) => [...input("0.3")(rates), { class: "page", price: "0.01", source: "test" }]));
    await start();
    const { book } = await refresh();
    expect(book.held).toBe(1);
    expect(await priceNow()).toBe("0.15");
    const { data } = await app.json<{
      data: { id: string; status: string; changes: { heldRates: object[] } }[];
    }>("GET", "prices/books");
    expect(data[0]).toMatchObject({ status: "held", changes: { heldRates: [{ from: "0.15", to: "0.3" }] } });
    const id = data[0]?.id ?? "";
    await app.json("POST", `prices/books/${id}/approve`);
    expect(await priceNow()).toBe("0.3");
    await app.json("POST", `prices/books/${id}/approve`, undefined, 409);
    const { data: audit } = await app.json<{ data: { action: string }[] }>("GET", "prices/audit");
    expect(audit.map(({ action }) => action).toSorted()).toEqual(["book.activate", "book.approve"]);
  }, 60_000);

  it("keeps held rates as they were when they are rejected", async () => {
    serve(bookOf(input("0.3")));
    await start();
    await refresh();
    const { data } = await app.json<{ data: { id: string }[] }>("GET", "prices/books");
    expect(await app.json("POST", `prices/books/${data[0]?.id}/reject`)).toMatchObject({
      status: "active",
      changes: { heldRates: [], rejectedRates: [{ to: "0.3" }] },
    });
    expect(await priceNow()).toBe("0.15");
  }, 60_000);

  it("lets an unsigned restated price hold from when it was read", async () => {
    serve(bookOf(input("0.16")), null);
    await start("#unsigned");
    await refresh();
    expect(await priceNow("gpt-4o-mini", "2026-01-01T00:00:00Z")).toBe("0.15");
    expect(await priceNow()).toBe("0.16");
  }, 60_000);

  it("refuses private addresses that are not allowed, and works on", async () => {
    serve(bookOf(input("0.16")));
    await start(undefined, "");
    const { results, book } = await refresh();
    expect(results[0]).toMatchObject({
      status: "failed",
      message: expect.stringContaining("SPANLEDGER_WEBHOOK_ALLOW"),
    });
    expect(book.source).toBe("bundled");
    expect(requests).toHaveLength(0);
  }, 60_000);

  const overlapping = (rates: PriceFileRate[]) => [...rates, ...rates.slice(0, 1)];
  const good = () => bookOf(input("0.161"));
  const bad: [string, () => void, RegExp][] = [
    [
      "a wrong signature",
      () => serve(good(), signBook(pem(generateKeyPairSync("ed25519").privateKey), good())),
      /signature does not belong/,
    ],
    ["no signature", () => serve(good(), null), /no signature/],
    [
      "a changed byte",
      () => serve(Buffer.from(`${good().toString()} `), signBook(pem(privateKey), good())),
      /signature does not belong/,
    ],
    [
      "rates that overlap",
      () => serve(bookOf(overlapping)),
      /two rates are equally specific \(openai\/gpt-4o-mini/,
    ],
    [
      "a negative rate",
      () => serve(bookOf(input("-1"))),
      /does not fit the schema: files\.0\.models\.0\.rates\.\d+\.price/,
    ],
    ["an absurd jump", () => serve(bookOf(input("1.7"))), /more than ten times.*from 0\.16 to 1\.7/],
    ["a price that falls to nothing", () => serve(bookOf(input("0"))), /more than ten times/],
    ["text that was cut off", () => serve(good().subarray(0, 900)), /cut off/],
    ["another format", () => serve(Buffer.from('{"models": []}')), /does not fit the schema/],
    [
      "an empty interval",
      () =>
        serve(
          bookOf((rates) =>
            rates.map((rate) => ({
              ...rate,
              effective_from: "2026-02-01T00:00:00Z",
              effective_to: "2026-02-01T00:00:00Z",
            })),
          ),
        ),
      /ends before it starts/,
    ],
    [
      "a name of another model",
      () => serve(bookOf((rates) => rates, NEWER, "gpt-4o-2024-08-06")),
      /two models claim one id/,
    ],
  ];
  it("refuses what is wrong in clear words, and the active book stays", async () => {
    serve(bookOf(input("0.16")));
    await start();
    await refresh();
    const active = (await refresh()).book.version;
    for (const [what, arrange, message] of bad) {
      arrange();
      const { results, book } = await refresh();
      expect([what, results[0]?.status, results[0]?.message]).toEqual([
        what,
        "refused",
        expect.stringMatching(message),
      ]);
      expect(book.version).toBe(active);
    }
    serve(bookOf(input("0.17"), "2098.01.01-1"));
    expect((await refresh()).results[0]?.message).toMatch(/is older/);
    served = { bytes: Buffer.concat([good(), good()]), signature: null, declared: 1_000_000 };
    expect((await refresh()).results[0]).toMatchObject({
      status: "failed",
      message: expect.stringContaining("broke off"),
    });
    served = { bytes: Buffer.alloc(9 * 1024 * 1024, 32), signature: null };
    expect((await refresh()).results[0]?.message).toMatch(/large/);
    expect(await priceNow()).toBe("0.16");
    const { data } = await app.json<{ data: { status: string }[] }>("GET", "prices/books?limit=50");
    expect(data.filter(({ status }) => status === "refused").length).toBeGreaterThan(8);
  }, 120_000);
});
