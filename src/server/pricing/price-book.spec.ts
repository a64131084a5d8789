import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "@jest/globals";
import { parseMoney } from "../domain/money.js";
import { loadBook, loadBundledBook } from "./load-book.js";
import { priceFileSchema } from "./price-book.schema.js";
import { vendorOfHost } from "./settle-provider.js";

const book = loadBundledBook();
const models = [...book.providers.values()].flatMap((provider) => provider.models);
const rates = models.flatMap((model) => model.rates);

describe("the bundled book", () => {
  it("covers the providers that it promises", () => {
    const promised = [
      "openai",
      "azure.ai.openai",
      "anthropic",
      "gcp.gemini",
      "gcp.vertex_ai",
      "aws.bedrock",
      "mistral_ai",
      "cohere",
      "groq",
      "together",
      "fireworks",
      "deepseek",
      "x_ai",
      "perplexity",
      "openrouter",
    ];
    for (const provider of promised) {
      expect(book.providers.get(provider)?.models.length ?? 0).toBeGreaterThan(5);
    }
  });

  it("names every rate once", () => {
    const ids = rates.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("holds no negative and no absurd token price", () => {
    const ceiling = parseMoney("1000");
    const absurd = rates.filter(
      (rate) =>
        rate.status === "active" && (rate.priceUnits < 0n || (rate.isToken && rate.priceUnits > ceiling)),
    );
    expect(absurd.map(({ id }) => id)).toEqual([]);
  });

  it("holds a zero only for models that say they are free", () => {
    const zeros = rates.filter((rate) => rate.priceUnits === 0n && rate.status === "active");
    expect(zeros.filter((rate) => !/[:-]free$/i.test(rate.model)).map(({ id }) => id)).toEqual([]);
  });

  it("never charges more for a cached token than for a new one", () => {
    const wrong = models.filter((model) =>
      model.rates.some(
        (cached) =>
          cached.class === "cache_read" &&
          cached.status === "active" &&
          cached.tier === "standard" &&
          model.rates.some(
            (input) =>
              input.class === "input" &&
              input.tier === "standard" &&
              input.geo === cached.geo &&
              input.minPromptTokens === cached.minPromptTokens &&
              input.effectiveFrom === cached.effectiveFrom &&
              input.utcWindows === cached.utcWindows &&
              input.priceUnits < cached.priceUnits,
          ),
      ),
    );
    expect(wrong.map(({ provider, model }) => `${provider}/${model}`)).toEqual([]);
  });

  it.each([
    ["api.openai.com", "openai", null],
    ["eu.api.openai.com", "openai", "eu"],
    ["contoso.openai.azure.com:443", "azure.ai.openai", null],
    ["https://api.anthropic.com/v1", "anthropic", null],
    ["bedrock-runtime.eu-central-1.amazonaws.com", "aws.bedrock", "eu-central-1"],
    ["generativelanguage.googleapis.com", "gcp.gemini", null],
    ["us-central1-aiplatform.googleapis.com", "gcp.vertex_ai", "us-central1"],
    ["aiplatform.googleapis.com", "gcp.vertex_ai", "global"],
    ["api.x.ai", "x_ai", null],
    ["openrouter.ai", "openrouter", null],
  ])("knows %s", (host, provider, geo) => {
    expect(vendorOfHost(book, host)).toEqual({ provider, geo });
  });

  it.each(["localhost", "10.0.0.7:8000", "api.openai.com.example.org", "openai.com", ""])(
    "does not know %j",
    (host) => {
      expect(vendorOfHost(book, host)).toBeNull();
    },
  );

  it("gives each host to one vendor", () => {
    const hosts = [...book.providers.values()].flatMap(({ provider, ruleSet }) =>
      ruleSet.hosts.map(
        ({ pattern }) => [pattern.replaceAll("*", "x").replace("{geo}", "x"), provider] as const,
      ),
    );
    for (const [host, provider] of hosts) expect(vendorOfHost(book, host)?.provider).toBe(provider);
  });
});

describe("a file that does not fit", () => {
  const file = (rate: object) => ({
    provider: "p",
    sources: {},
    rule_set: { usage_semantics: "", model_source: "response", hosts: [] },
    models: [{ model: "m", rates: [{ class: "input", price: "1", source: "own", ...rate }] }],
  });

  it("is taken when it fits", () => {
    expect(priceFileSchema.safeParse(file({})).success).toBe(true);
  });

  it.each([
    ["a negative price", { price: "-1" }],
    ["a number as price", { price: 1 }],
    ["an exponent", { price: "1e-6" }],
    ["an unknown class", { class: "thoughts" }],
    ["an unknown tier", { tier: "warp" }],
    ["an unknown field", { note: "x" }],
    ["a local time", { effective_from: "2026-01-01T00:00:00" }],
    ["an empty window list", { utc_windows: [] }],
    ["a weekday 8", { utc_windows: [{ from: "01:00", to: "02:00", weekdays: [8] }] }],
  ])("is refused for %s", (_name, rate) => {
    expect(priceFileSchema.safeParse(file(rate)).success).toBe(false);
  });
});

describe("a book on disk", () => {
  const directory = mkdtempSync(join(tmpdir(), "price-book-"));
  const url = pathToFileURL(`${directory}/`);
  afterAll(() => rmSync(directory, { recursive: true }));

  const write = (content: string) => {
    writeFileSync(
      join(directory, "book.json"),
      JSON.stringify({ version: "2026.01.01-1", files: ["p.json"] }),
    );
    writeFileSync(join(directory, "p.json"), content);
  };
  const content = (price: string) =>
    JSON.stringify({
      provider: "p",
      sources: {},
      rule_set: { usage_semantics: "", model_source: "response", hosts: [] },
      models: [{ model: "m", rates: [{ class: "input", price, source: "own" }] }],
    });

  it("has another version as soon as a price differs", () => {
    write(content("1"));
    const first = loadBook(url).version;
    write(content("2"));
    expect(loadBook(url).version).not.toBe(first);
  });

  it("is refused with the place of the problem", () => {
    write(content("-2"));
    expect(() => loadBook(url)).toThrow("price book file p.json does not fit the schema");
  });

  it("is refused when it is cut short", () => {
    write(content("1").slice(0, 60));
    expect(() => loadBook(url)).toThrow(SyntaxError);
  });
});
