import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { attributionAttributes, withAttribution } from "../../../src/sdk/src/attribution.js";
import { emptyRequestFacts } from "../../../src/sdk/src/call.js";
import { callClock, hrTime } from "../../../src/sdk/src/clock.js";
import { UsageChunkFilter } from "../../../src/sdk/src/include-usage.js";
import { LineSplitter } from "../../../src/sdk/src/line-splitter.js";
import { regionOfHost, vendorOfHost } from "../../../src/sdk/src/provider-hosts.js";
import { durationMs, readRateLimits, retryAfterMs } from "../../../src/sdk/src/rate-limits.js";
import { endpointOf } from "../../../src/sdk/src/wire/families.js";
import { mistralOcr } from "../../../src/sdk/src/wire/mistral-ocr.js";
import { scanObject } from "../../../src/sdk/src/wire/json-scan.js";
import { searchContext } from "../../../src/sdk/src/wire/search-context.js";
import { SDK_VERSION } from "../../../src/sdk/src/version.js";

const NOW = Date.UTC(2026, 10, 22, 10, 0, 0);

describe("rate limits", () => {
  it.each([
    ["12ms", 12],
    ["1s", 1000],
    ["6m0s", 360_000],
    ["1h2m3.5s", 3_723_500],
    ["7.66s", 7660],
    ["2m59.56s", 179_560],
    ["3", 3000],
    ["", null],
    ["soon", null],
    ["-1s", null],
  ])("reads the duration %j", (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it("makes resets absolute and ignores what is no number", () => {
    const headers = new Headers({
      "x-ratelimit-limit-requests": "5000",
      "x-ratelimit-remaining-requests": "4999",
      "x-ratelimit-reset-requests": "1m",
      "x-ratelimit-limit-tokens": "many",
      "anthropic-ratelimit-output-tokens-remaining": "70",
      "anthropic-ratelimit-output-tokens-reset": "2026-11-22T10:05:00Z",
      "x-ratelimit-remaining-tokens-minute": "9",
    });
    expect(readRateLimits(headers, "openai", NOW)?.limits).toEqual([
      { kind: "requests", limit: 5000, remaining: 4999, resetAt: "2026-11-22T10:01:00.000Z" },
      { kind: "tokens", limit: null, remaining: null, resetAt: null },
    ]);
    expect(readRateLimits(headers, "anthropic", NOW)?.limits).toEqual([
      { kind: "output_tokens", limit: null, remaining: 70, resetAt: "2026-11-22T10:05:00.000Z" },
    ]);
    expect(readRateLimits(headers, "mistral_ai", NOW)?.limits[0]).toEqual({
      kind: "tokens",
      limit: null,
      remaining: 9,
      resetAt: null,
    });
    expect(readRateLimits(headers, "aws.bedrock", NOW)).toBeNull();
  });

  it.each([
    [{ "retry-after-ms": "12.5", "retry-after": "9" }, 12.5],
    [{ "retry-after": "2" }, 2000],
    [{ "retry-after": "Sun, 22 Nov 2026 10:00:30 GMT" }, 30_000],
    [{ "retry-after": "Sun, 22 Nov 2026 09:00:00 GMT" }, 0],
    [{ "retry-after": "later" }, null],
    [{}, null],
  ])("reads the wait of %j", (headers, ms) => {
    expect(retryAfterMs(new Headers(headers as Record<string, string>), NOW)).toBe(ms);
  });
});

describe("endpoints", () => {
  it.each([
    ["/v1/chat/completions", "openai-chat", "chat"],
    ["/v1/chat/completions/", "openai-chat", "chat"],
    ["/v1/completions", "openai-chat", "text_completion"],
    ["/v1/fim/completions", "openai-chat", "text_completion"],
    ["/openai/deployments/prod/chat/completions", "openai-chat", "chat"],
    ["/v1/responses", "openai-responses", "chat"],
    ["/v1/embeddings", "openai-embeddings", "embeddings"],
    ["/v1/images/generations", "openai-images", "image"],
    ["/v1/audio/transcriptions", "openai-audio", "audio"],
    ["/v1/messages", "anthropic-messages", "chat"],
    ["/v1beta/models/gemini-3:streamGenerateContent", "gemini", "generate_content"],
    ["/v1/projects/p/locations/l/publishers/google/models/g:generateContent", "gemini", "generate_content"],
    ["/model/us.anthropic.claude%3A0/converse-stream", "bedrock-converse", "chat"],
    ["/api/chat", "ollama", "chat"],
    ["/v2/rerank", "cohere", "rerank"],
    ["/v1/ocr", "mistral-ocr", "other"],
  ])("%s is %s", (path, family, operation) => {
    const endpoint = endpointOf("POST", path);
    expect([endpoint?.family.name, endpoint?.operation]).toEqual([family, operation]);
    expect(endpointOf("GET", path)).toBeNull();
  });

  it.each([
    "/v1/messages/count_tokens",
    "/v1/messages/batches",
    "/v1/models",
    "/v1/files",
    "/v1/moderations",
    "/",
  ])("%s is no call", (path) => {
    expect(endpointOf("POST", path)).toBeNull();
  });
});

describe("hosts", () => {
  it.each([
    ["api.openai.com", "openai", null],
    ["my-resource.openai.azure.com", "azure.ai.openai", null],
    ["evil-api.openai.com.example.org", null, null],
    ["notapi.openai.com", null, null],
    ["europe-west1-aiplatform.googleapis.com", "gcp.vertex_ai", "europe-west1"],
    ["bedrock-runtime.us-east-1.amazonaws.com", "aws.bedrock", "us-east-1"],
    ["127.0.0.1", null, null],
  ])("%s", (host, vendor, region) => {
    expect([vendorOfHost(host), regionOfHost(host)]).toEqual([vendor, region]);
  });
});

describe("attribution", () => {
  it("keeps only bounded text", () => {
    const odd = { user: "u".repeat(300), team: "", feature: 7, tags: { plan: "pro", n: 1 } } as never;
    expect(attributionAttributes(odd)).toEqual({ "user.id": "u".repeat(256), "spanledger.tag.plan": "pro" });
    const tags = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`t${index}`, "x"]));
    expect(Object.keys(attributionAttributes({ tags }))).toHaveLength(32);
  });

  it("gives what fn gives and throws what fn throws", async () => {
    expect(withAttribution({ user: "u" }, () => 7)).toBe(7);
    await expect(withAttribution({ user: "u" }, () => Promise.reject(new Error("x")))).rejects.toThrow("x");
    expect(() =>
      withAttribution(null as never, () => {
        throw new RangeError("y");
      }),
    ).toThrow(RangeError);
  });
});

describe("lines", () => {
  const read = (...chunks: string[]): string[] => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    for (const chunk of chunks) splitter.push(Buffer.from(chunk));
    splitter.end();
    return lines;
  };

  it("joins torn lines, takes either line end and skips empty ones", () => {
    expect(read("a\r", "\nb", "c\n\n\nd")).toEqual(["a", "bc", "d"]);
  });

  it("drops a line beyond a megabyte and goes on after it", () => {
    const long = "x".repeat(700_000);
    expect(read("a\n", long, long, "tail\nb\n")).toEqual(["a", "b"]);
  });
});

describe("the usage chunk that was asked for", () => {
  const content = 'data: {"choices":[{"delta":{"content":"a"}}],"usage":null}\n\n';
  const usage = 'data: {"choices":[],"usage":{"prompt_tokens":1}}\n\n';
  const done = "data: [DONE]\n\n";

  it.each([1, 2, 7, 1000])("is taken out when the stream comes in pieces of %d bytes", (size) => {
    const filter = new UsageChunkFilter();
    const bytes = Buffer.from(content + usage + done);
    const out: Uint8Array[] = [];
    for (let at = 0; at < bytes.byteLength; at += size) out.push(filter.push(bytes.subarray(at, at + size)));
    out.push(filter.end());
    expect(Buffer.concat(out).toString()).toBe(content + done);
  });

  it("is not mistaken for content, prompt filters or an unfinished end", () => {
    const filter = new UsageChunkFilter();
    const kept = `data: {"choices":[],"prompt_filter_results":[]}\n\n: ping\n\ndata: {"choices":[{"delta":{"content":"\\"usage\\""}}]}\n\n${usage.slice(0, 20)}`;
    const out = [filter.push(Buffer.from(kept)), filter.end()];
    expect(Buffer.concat(out).toString()).toBe(kept);
  });
});

describe("large bodies", () => {
  it("are read at their ends without parsing the middle", () => {
    const body = JSON.stringify({
      object: "list",
      model: "text-embedding-3-small",
      data: Array.from({ length: 20_000 }, (_, index) => index / 7),
      usage: { prompt_tokens: 8, total_tokens: 8, details: { cached: 1 } },
    });
    expect(scanObject(body, ["model", "usage", "id"])).toEqual({
      model: "text-embedding-3-small",
      usage: { prompt_tokens: 8, total_tokens: 8, details: { cached: 1 } },
    });
    expect(scanObject("[".repeat(100), ["usage"])).toBeNull();
  });
});

describe("time", () => {
  it("is split into seconds and nanoseconds without overflow", () => {
    expect(hrTime(1_700_000_000_123.456)[0]).toBe(1_700_000_000);
    expect(hrTime(999.9999999999)).toEqual([1, 0]);
  });

  it("never runs backwards within a call", () => {
    const clock = callClock(undefined);
    const first = clock();
    expect(clock()).toBeGreaterThanOrEqual(first);
    expect(Math.abs(first - Date.now())).toBeLessThan(1000);
  });
});

describe("the version", () => {
  it("is that of the package", () => {
    const text = readFileSync(new URL("../../../src/sdk/package.json", import.meta.url), "utf8");
    expect(SDK_VERSION).toBe((JSON.parse(text) as { version: string }).version);
  });
});

describe("web searches", () => {
  it.each([
    [{ web_search_options: { search_context_size: "high" } }, "high"],
    [{ tools: [{ type: "function" }, { type: "web_search_preview", search_context_size: "low" }] }, "low"],
    [{ tools: [{ type: "web_search" }] }, null],
    [{}, null],
  ])("%j", (body, expected) => {
    expect(searchContext(body)).toBe(expected);
  });
});

describe("pages read by Mistral", () => {
  it.each([
    [{ document_annotation_format: { type: "json_schema" } }, { annotation: "yes" }],
    [{ bbox_annotation_format: { type: "json_schema" } }, { annotation: "yes" }],
    [{ document_annotation_format: null }, {}],
    [{}, {}],
  ])("%j are priced as %j", (body, variant) => {
    const facts = emptyRequestFacts();
    mistralOcr.readRequest({ model: "mistral-ocr-latest", ...body }, facts);
    expect(facts.variant).toEqual(variant);
  });
});
