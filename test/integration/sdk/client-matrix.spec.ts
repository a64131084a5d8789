import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { flush, observe, shutdown } from "@spanledger/sdk";
import { realClock, startStandInProviders } from "../../../src/demo/providers/index.js";
import type { LogEntry, StandInProviders } from "../../../src/demo/providers/index.js";
import { SUPPORTED } from "../../../tools/support-matrix/clients.js";
import type { SupportedClient, SupportedId } from "../../../tools/support-matrix/clients.js";
import { installedVersion } from "../../../tools/support-matrix/installed-version.js";
import { renderMatrix, withMatrix } from "../../../tools/support-matrix/render.js";
import { inOrder, refusal, servedUsage, success } from "../../support/sdk/matrix/driver.js";
import type { Driver } from "../../support/sdk/matrix/driver.js";
import { OTHER_DRIVERS } from "../../support/sdk/matrix/other-drivers.js";
import { STAINLESS_DRIVERS } from "../../support/sdk/matrix/stainless-drivers.js";
import { attemptsOf, SpanProbe } from "../../support/sdk/span-probe.js";

jest.setTimeout(30_000);
const DRIVERS: Record<SupportedId, Driver> = { ...STAINLESS_DRIVERS, ...OTHER_DRIVERS };
const MATRIX: { id: string; client: SupportedClient; driver: Driver }[] = Object.entries(SUPPORTED).map(
  ([id, client]) => ({ id, client, driver: DRIVERS[id as SupportedId] }),
);

const probe = new SpanProbe();
let server: StandInProviders;
beforeAll(async () => {
  // Some answers tell the time.
  server = await startStandInProviders({ clock: { ...realClock, nowMs: () => Date.UTC(2026, 10, 25) } });
});
afterAll(() => server.close());
beforeEach(() => {
  probe.reset();
  (server.log as LogEntry[]).length = 0;
});

const OPTIONS = { tracerProvider: probe.provider, fingerprint: false };

/** Spans of this test alone: streams that earlier tests left end whenever they are collected. */
async function recorded(count: number): Promise<ReadableSpan[]> {
  const own = (): ReadableSpan[] =>
    probe.spans.filter((span) => span.attributes["spanledger.outcome"] !== "abandoned");
  for (const deadline = Date.now() + 5000; own().length < count && Date.now() < deadline;)
    await new Promise((done) => setTimeout(done, 3));
  expect(own()).toHaveLength(count);
  return own();
}

async function one(): Promise<ReadableSpan> {
  const [span] = await recorded(1);
  if (span === undefined) throw new Error("no span");
  return span;
}

async function readAll(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const parts: unknown[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

/** A result without the one thing that is random: how long the AWS client chose to wait. */
function plain(result: unknown): unknown {
  const metadata = (result as { $metadata?: { totalRetryDelay?: number } }).$metadata;
  return metadata === undefined
    ? result
    : { ...(result as object), $metadata: { ...metadata, totalRetryDelay: 0 } };
}

/** What an application can see of a failure. */
async function failureOf(work: () => Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await work();
  } catch (error) {
    const { name, message, constructor, status, statusCode, code, type } = error as Error &
      Record<string, unknown>;
    return { class: constructor.name, name, message, status, statusCode, code, type };
  }
  throw new Error("no failure");
}

async function until(isSo: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 5000; !isSo() && Date.now() < deadline;)
    await new Promise((done) => setTimeout(done, 3));
  expect(isSo()).toBe(true);
}

function lastServed(): LogEntry {
  const entry = server.log.at(-1);
  if (entry === undefined) throw new Error("nothing was served");
  return entry;
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

describe.each(MATRIX)("$id", ({ client: claims, driver }) => {
  const bare = (): object => driver.make(server.url);
  const seen = (): object => {
    const client = bare();
    const keys = Object.keys(client);
    expect(observe(client, OPTIONS)).toBe(client);
    expect(Object.keys(client)).toEqual(keys);
    return client;
  };
  const ok = (seed: number): ReturnType<typeof success> => success(driver.classes, seed);
  const refused = (): ReturnType<typeof refusal> => refusal(driver.retryable);

  it("sync: gives the same result and records what was served", async () => {
    server.setScript(() => ok(1));
    const expected = await driver.call(bare(), { text: "hi" });
    expect(plain(await driver.call(seen(), { text: "hi" }))).toEqual(plain(expected));
    const span = await one();
    const entry = lastServed();
    expect(span.attributes).toMatchObject({
      ...servedUsage(entry, driver.classes),
      "spanledger.outcome": "ok",
      "spanledger.client.flavor": driver.flavor,
      "gen_ai.provider.name": driver.provider,
      "gen_ai.operation.name": driver.operation,
      "gen_ai.request.stream": false,
      "spanledger.usage.source": "provider",
    });
    if (entry.responseId !== null) expect(span.attributes["gen_ai.response.id"]).toBe(entry.responseId);
    expect(attemptsOf(span)).toEqual([{ "spanledger.attempt.index": 0, "http.response.status_code": 200 }]);
    const kinds = { requests: "requests", tokens: "tokens", input: "input_tokens", output: "output_tokens" };
    for (const [claim, kind] of Object.entries(kinds)) {
      const told = span.attributes[`spanledger.rate_limit.${kind}.limit`];
      expect([claim, told !== undefined]).toEqual([claim, (claims.limits as string[]).includes(claim)]);
    }
    const classes = {
      reads: "cache_read",
      writes: "cache_write_other",
      "5m writes": "cache_write_5m",
      "1h writes": "cache_write_1h",
    };
    for (const [claim, name] of Object.entries(classes)) {
      const told = (span.attributes[`spanledger.usage.${name}`] ?? 0) !== 0;
      expect([claim, told]).toEqual([claim, (claims.caching as readonly string[]).includes(claim)]);
    }
  });

  it("stream: gives the same parts and records what was served", async () => {
    server.setScript(() => ok(2));
    const expected = await readAll(await driver.stream(bare(), { text: "hi" }));
    expect(expected.length).toBeGreaterThan(2);
    expect(await readAll(await driver.stream(seen(), { text: "hi" }))).toEqual(expected);
    const span = await one();
    expect(span.attributes).toMatchObject({
      ...servedUsage(lastServed(), driver.classes),
      "spanledger.outcome": "ok",
      "gen_ai.request.stream": true,
    });
    expect(span.attributes["gen_ai.response.time_to_first_chunk"]).toBeGreaterThan(0);
  });

  it("early break: leaves the request as the bare client does and records how it ended", async () => {
    const leave = async (client: object): Promise<string> => {
      server.setScript(() => ({ ...ok(3), chunks: 6, stallAfterChunks: 3 }));
      for await (const part of await driver.stream(client, { text: "hi" })) {
        void part;
        break;
      }
      // A client that lets go does so at once; one that does not, goes on for as long as it lives.
      if (claims.onBreak === "cancelled") await until(() => lastServed().end !== "open");
      return lastServed().end;
    };
    const expected = await leave(bare());
    expect(await leave(seen())).toBe(expected);
    if (claims.onBreak === "cancelled") {
      expect((await one()).attributes["spanledger.outcome"]).toBe("cancelled");
      return;
    }
    const outcomes = (): unknown[] => probe.spans.map((span) => span.attributes["spanledger.outcome"]);
    // The wrapper looks for streams that nobody holds once a second, and the engine collects them when it likes.
    for (let round = 0; round < 80 && outcomes().length === 0 && claims.ends !== "at shutdown"; round += 1) {
      collectGarbage();
      await new Promise((done) => setTimeout(done, 50));
    }
    if (claims.ends === "at shutdown") await shutdown();
    expect(outcomes()).toContain(claims.onBreak);
  });

  it("abort: gives the same error and records a cancelled call", async () => {
    if (claims.aborts === "streams") return;
    const abortedCall = (client: object): Promise<unknown> => {
      const before = server.log.length;
      server.setScript(() => ({ ...ok(4), latencyMs: 60_000 }));
      const abort = new AbortController();
      const failure = failureOf(() => driver.call(client, { text: "hi", signal: abort.signal }));
      return until(() => server.log.length > before).then(() => {
        abort.abort();
        return failure;
      });
    };
    const expected = await abortedCall(bare());
    expect(await abortedCall(seen())).toEqual(expected);
    expect((await one()).attributes["spanledger.outcome"]).toBe("cancelled");
  });

  it("abort of a running stream: ends as for the bare client and records a cancelled call", async () => {
    const aborted = async (client: object): Promise<unknown> => {
      server.setScript(() => ({ ...ok(5), chunks: 6, stallAfterChunks: 3 }));
      const abort = new AbortController();
      const stream = await driver.stream(client, { text: "hi", signal: abort.signal });
      let parts = 0;
      try {
        for await (const part of stream) {
          void part;
          parts += 1;
          if (parts === 1) setTimeout(() => abort.abort(), 15);
        }
      } catch (error) {
        return { name: (error as Error).name, message: (error as Error).message };
      }
      return "ended";
    };
    const expected = await aborted(bare());
    expect(await aborted(seen())).toEqual(expected);
    expect((await one()).attributes["spanledger.outcome"]).toBe("cancelled");
  });

  it("error: gives the same error and records it", async () => {
    server.setScript(() => ({ ...ok(7), status: 400 }));
    const expected = await failureOf(() => driver.call(bare(), { text: "hi" }));
    expect(await failureOf(() => driver.call(seen(), { text: "hi" }))).toEqual(expected);
    await flush();
    const span = await one();
    expect(span.attributes).toMatchObject({
      "spanledger.outcome": "error",
      "spanledger.usage.source": "none",
    });
    // A client that hides its attempts hides their statuses as well.
    const status = claims.retries === "one for all" ? undefined : 400;
    expect(span.attributes["http.response.status_code"]).toBe(status);
    expect(span.attributes["error.type"]).toMatch(/^[\w.:/-]+$/);
    expect(attemptsOf(span)).toHaveLength(1);
  });

  it.each([
    { kind: "an error in a running stream", reply: { errorAfterChunks: 2 } },
    { kind: "a running stream that is cut", reply: { cutAfterChunks: 2 } },
  ])(
    "$kind: ends as for the bare client, as an error after a 200 whose usage is not made up",
    async ({ reply }) => {
      const read = async (client: object): Promise<unknown> => {
        server.setScript(() => ({ ...ok(8), chunkGapMs: 2, ...reply }));
        try {
          return (await readAll(await driver.stream(client, { text: "hi" }))).length;
        } catch (error) {
          const { name, message, constructor } = error as Error;
          return { class: constructor.name, name, message };
        }
      };
      const expected = await read(bare());
      expect(await read(seen())).toEqual(expected);
      await flush();
      const { attributes } = await one();
      expect(attributes).toMatchObject({ "spanledger.outcome": "error", "http.response.status_code": 200 });
      expect(attributes["error.type"]).toMatch(/^[\w.:/-]+$/);
      expect(["none", "provider"]).toContain(attributes["spanledger.usage.source"]);
      expect(attributes["spanledger.usage.quality"]).not.toBe("exact");
      // What was told before the end is kept; output that nobody told of is unknown, not zero.
      expect(attributes["gen_ai.usage.output_tokens"] ?? null).toBeNull();
    },
  );

  it("retry-then-success: is one call with its attempts", async () => {
    if (claims.retries === "never retries") return;
    const retried = async (client: object): Promise<unknown> => {
      server.setScript(inOrder(refused, ok(6)));
      return driver.call(client, { text: "hi" });
    };
    const before = server.log.length;
    const expected = await retried(bare());
    expect(server.log.length - before).toBe(2);
    expect(plain(await retried(seen()))).toEqual(plain(expected));
    const span = await one();
    expect(span.attributes).toMatchObject(servedUsage(lastServed(), driver.classes));
    const statuses = attemptsOf(span).map((attempt) => attempt["http.response.status_code"]);
    expect(statuses).toEqual(claims.retries === "each attempt" ? [driver.retryable, 200] : [200]);
  });

  it("final failure: gives the same error after the same attempts", async () => {
    server.setScript(refused);
    const expected = await failureOf(() => driver.call(bare(), { text: "hi" }));
    const served = server.log.length;
    expect(await failureOf(() => driver.call(seen(), { text: "hi" }))).toEqual(expected);
    await flush();
    const span = await one();
    expect(span.attributes).toMatchObject({
      "spanledger.outcome": "error",
      "spanledger.usage.source": "none",
    });
    const attempts = server.log.length - served;
    if (claims.retries === "one for all") return;
    expect(attemptsOf(span).map((each) => each["http.response.status_code"])).toEqual(
      Array.from({ length: attempts }, () => driver.retryable),
    );
  });

  it("concurrent calls: are never mixed, not even when they are equal and retried", async () => {
    const replies = Array.from({ length: 5 }, (_, seed) => ok(10 + seed));
    const first = claims.retries === "never retries" ? [] : [refused, refused];
    server.setScript(inOrder(...first, ...replies));
    const client = seen();
    await Promise.all(replies.map(() => driver.call(client, { text: "hi" })));
    const spans = await recorded(5);
    const served = server.log.filter((entry) => entry.status === 200);
    const attributes = spans.map((span) => span.attributes);
    for (const entry of served)
      expect(attributes).toContainEqual(expect.objectContaining(servedUsage(entry, driver.classes)));
    if (claims.retries === "one for all") return;
    const attempts = spans.map((span) => attemptsOf(span));
    expect(attempts.flat()).toHaveLength(server.log.length);
    for (const each of attempts) expect(each.at(-1)?.["http.response.status_code"]).toBe(200);
  });

  it("clone: records with the options of its origin", async () => {
    expect(driver.clone !== undefined || !claims.clones).toBe(true);
    if (driver.clone === undefined || !claims.clones) return;
    server.setScript(inOrder(() => ok(20)));
    const client = observe(bare(), { ...OPTIONS, attribution: { team: "of the origin" } });
    const clone = driver.clone(client);
    expect(clone).not.toBe(client);
    await (driver.call(clone, { text: "hi" }) as Promise<unknown>);
    expect((await one()).attributes).toMatchObject({
      ...servedUsage(lastServed(), driver.classes),
      "spanledger.team": "of the origin",
    });
  });
});

describe("the support matrix of the README", () => {
  it("is what this table says", () => {
    const readme = readFileSync(new URL("../../../src/sdk/README.md", import.meta.url), "utf8");
    expect(withMatrix(readme, renderMatrix(Object.values(SUPPORTED), installedVersion))).toBe(readme);
  });
});
