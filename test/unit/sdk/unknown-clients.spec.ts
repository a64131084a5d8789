import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { diag } from "@opentelemetry/api";
import { headroom, observe, observeFetch, observeModel } from "../../../src/sdk/src/index.js";

const warnings: string[] = [];
const keep = (message: string): void => void warnings.push(message);
beforeAll(() => {
  diag.setLogger({ error: keep, warn: keep, info: keep, debug: keep, verbose: keep });
  warnings.length = 0;
});
afterAll(() => diag.disable());

const refuse = (): never => {
  throw new Error("not to be looked at");
};
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const hostile = {
  get: refuse,
  has: refuse,
  ownKeys: refuse,
  getOwnPropertyDescriptor: refuse,
  getPrototypeOf: refuse,
};

const UNKNOWN: { what: string; client: unknown }[] = [
  { what: "null", client: null },
  { what: "undefined", client: undefined },
  { what: "text", client: "openai" },
  { what: "a number", client: 7 },
  { what: "a symbol", client: Symbol("client") },
  { what: "a function", client: (): void => undefined },
  { what: "an array", client: [] },
  { what: "an empty object", client: {} },
  { what: "an object without prototype", client: Object.create(null) },
  { what: "a frozen object", client: Object.freeze({ chat: {} }) },
  { what: "a frozen client", client: Object.freeze({ fetch, baseURL: "http://127.0.0.1:9" }) },
  { what: "a proxy that throws at every look", client: new Proxy({}, hostile) },
  { what: "a revoked proxy", client: revoked.proxy },
  {
    what: "getters that throw",
    client: Object.defineProperty({}, "fetch", { get: refuse, enumerable: true }),
  },
  { what: "another HTTP client", client: { request: (): void => undefined, defaults: {} } },
];

describe.each(UNKNOWN)("$what instead of a client", ({ client }) => {
  it("comes back as it is from every door, without an error", () => {
    const given = client as object;
    expect(Object.is(observe(given), given)).toBe(true);
    expect(Object.is(observeModel(given), given)).toBe(true);
    expect(Object.is(observe(given, { attribution: { team: "t" } }), given)).toBe(true);
    expect(headroom(given)).toEqual([]);
    if (typeof client !== "function") {
      expect(Object.is(observeFetch(given as unknown as typeof fetch), given)).toBe(true);
    }
  });
});

it("is told of once, with the clients that are known", () => {
  const unknown = warnings.filter((message) => message.includes("not known"));
  expect(unknown).toHaveLength(1);
  for (const name of [
    "openai",
    "AzureOpenAI",
    "@anthropic-ai/sdk",
    "@google/genai",
    "client-bedrock-runtime",
  ])
    expect(unknown[0]).toContain(name);
});
