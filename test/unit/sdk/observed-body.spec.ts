import { beforeEach, describe, expect, it } from "@jest/globals";
import { observeFetch } from "@spanledger/sdk";
import { SpanProbe } from "../../support/sdk/span-probe.js";

const probe = new SpanProbe();
beforeEach(() => probe.reset());

const URL_CHAT = "https://api.openai.com/v1/chat/completions";
const INIT = { method: "POST", body: JSON.stringify({ model: "m", messages: [], stream: true }) };
const encoder = new TextEncoder();

function event(content: string, finish: string | null = null): string {
  const choice = { index: 0, delta: content === "" ? {} : { content }, finish_reason: finish };
  return `data: ${JSON.stringify({ id: "c-1", model: "m-2", choices: [choice] })}\n\n`;
}
const EVENTS = [event("a"), event("é😀"), event("", "stop"), "data: [DONE]\n\n"];
const TEXT = EVENTS.join("");

/** A source that counts how often it was asked for a chunk. */
function source(chunks: readonly Uint8Array[], headers = { "content-type": "text/event-stream" }) {
  const state = { pulls: 0, cancelled: false };
  const body = new ReadableStream(
    {
      pull(controller) {
        const chunk = chunks[state.pulls];
        state.pulls += 1;
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
      cancel() {
        state.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  const response = new Response(body, { headers });
  return { state, response, fetch: async (): Promise<Response> => response };
}

function observed(fetch: (...args: never[]) => Promise<Response>, options = {}) {
  return observeFetch(fetch as typeof globalThis.fetch, {
    tracerProvider: probe.provider,
    fingerprint: false,
    ...options,
  });
}

const CHUNKS = EVENTS.map((text) => encoder.encode(text));
/** The same bytes torn at every possible place, inside characters and markers too. */
const TORN = Array.from(encoder.encode(TEXT), (byte) => Uint8Array.of(byte));

async function readAll(stream: ReadableStream): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) text += decoder.decode(chunk as Uint8Array, { stream: true });
  return text;
}

type Body = ReadableStream<Uint8Array>;
const WAYS: { way: string; read: (response: Response) => Promise<string> }[] = [
  { way: "text()", read: (response) => response.text() },
  { way: "arrayBuffer()", read: async (response) => new TextDecoder().decode(await response.arrayBuffer()) },
  { way: "for await", read: (response) => readAll(response.body as Body) },
  {
    way: "values()",
    read: (response) =>
      readAll({ [Symbol.asyncIterator]: () => (response.body as Body).values() } as unknown as Body),
  },
  {
    way: "getReader()",
    read: async (response) => {
      const reader = (response.body as Body).getReader();
      let text = "";
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        text += Buffer.from(next.value).toString("latin1");
      }
      return Buffer.from(text, "latin1").toString("utf8");
    },
  },
  {
    way: "pipeThrough()",
    read: (response) => readAll((response.body as Body).pipeThrough(new TransformStream())),
  },
  {
    way: "pipeTo()",
    read: async (response) => {
      const parts: Uint8Array[] = [];
      await (response.body as Body).pipeTo(
        new WritableStream({ write: (part) => void parts.push(part as Uint8Array) }),
      );
      return Buffer.concat(parts).toString("utf8");
    },
  },
  {
    way: "tee()",
    read: async (response) => {
      const [left, right] = (response.body as Body).tee();
      const [first, second] = await Promise.all([readAll(left), readAll(right)]);
      expect(second).toBe(first);
      return first;
    },
  },
  {
    way: "clone()",
    read: async (response) => {
      const copy = response.clone();
      const [first, second] = await Promise.all([response.text(), copy.text()]);
      expect(second).toBe(first);
      return first;
    },
  },
  { way: "new Response(body)", read: (response) => new Response(response.body).text() },
];

describe("a body that is observed in place", () => {
  describe.each(WAYS)("read by $way", ({ read }) => {
    it.each([
      { cut: "event by event", chunks: CHUNKS },
      { cut: "byte by byte", chunks: TORN },
    ])("gives the same text $cut", async ({ chunks }) => {
      const { fetch, response } = source(chunks);
      const got = await observed(fetch)(URL_CHAT, INIT);
      expect(got).toBe(response);
      expect(await read(got)).toBe(TEXT);
      const { attributes } = await probe.one();
      expect(attributes).toMatchObject({
        "gen_ai.response.id": "c-1",
        "gen_ai.response.model": "m-2",
        "gen_ai.response.finish_reasons": ["stop"],
        "spanledger.outcome": "ok",
        "gen_ai.provider.name": "openai",
        "spanledger.client.flavor": "fetch",
      });
    });
  });

  it("is not read before the application reads, and never ahead of it", async () => {
    const { state, fetch } = source(CHUNKS);
    const response = await observed(fetch)(URL_CHAT, INIT);
    await new Promise((done) => setImmediate(done));
    expect(state.pulls).toBe(0);
    const reader = (response.body as Body).getReader();
    await reader.read();
    await new Promise((done) => setImmediate(done));
    expect(state.pulls).toBe(1);
    await reader.read();
    expect(state.pulls).toBe(2);
  });

  it("is not read ahead through pipeThrough() either", async () => {
    const { state, fetch } = source(CHUNKS);
    const response = await observed(fetch)(URL_CHAT, INIT);
    const through = (response.body as Body).pipeThrough(
      new TransformStream({}, { highWaterMark: 1 }, { highWaterMark: 0 }),
    );
    const bare = source(CHUNKS);
    const bareThrough = (bare.response.body as Body).pipeThrough(
      new TransformStream({}, { highWaterMark: 1 }, { highWaterMark: 0 }),
    );
    await new Promise((done) => setTimeout(done, 10));
    await through.getReader().read();
    await bareThrough.getReader().read();
    await new Promise((done) => setTimeout(done, 10));
    expect(state.pulls).toBe(bare.state.pulls);
  });

  it.each([
    { way: "reader.cancel()", stop: (body: Body) => body.getReader().cancel() },
    { way: "body.cancel()", stop: (body: Body) => body.cancel() },
    {
      way: "leaving the loop",
      stop: async (body: Body) => {
        for await (const chunk of body) if (chunk) break;
      },
    },
    {
      way: "cancelling what it was piped to",
      stop: (body: Body) => body.pipeThrough(new TransformStream()).cancel(),
    },
  ])("ends as cancelled by $way, and the source is told", async ({ stop }) => {
    const { state, fetch } = source(CHUNKS);
    const response = await observed(fetch)(URL_CHAT, INIT);
    await stop(response.body as Body);
    expect(state.cancelled).toBe(true);
    expect((await probe.one()).attributes["spanledger.outcome"]).toBe("cancelled");
  });

  it("stays locked, used and refusing as it would be", async () => {
    const { fetch } = source(CHUNKS);
    const response = await observed(fetch)(URL_CHAT, INIT);
    const reader = (response.body as Body).getReader();
    expect((response.body as Body).locked).toBe(true);
    await expect((response.body as Body).cancel()).rejects.toThrow("locked");
    reader.releaseLock();
    expect((response.body as Body).locked).toBe(false);
    expect(response.bodyUsed).toBe(false);
    expect(await response.text()).toBe(TEXT);
    expect(response.bodyUsed).toBe(true);
    await expect(response.text()).rejects.toThrow("Body");
    expect((await probe.one()).attributes["spanledger.outcome"]).toBe("ok");
  });

  it("passes a failing source's own error", async () => {
    const failure = new Error("prompt text in an error");
    const body = new ReadableStream({
      pull(controller) {
        controller.error(failure);
      },
    });
    const fetch = async (): Promise<Response> =>
      new Response(body, { headers: { "content-type": "text/event-stream" } });
    const response = await observed(fetch)(URL_CHAT, INIT);
    await expect((response.body as Body).getReader().read()).rejects.toBe(failure);
    const span = await probe.one();
    expect(span.attributes).toMatchObject({ "spanledger.outcome": "error", "error.type": "Error" });
    expect(JSON.stringify([span.attributes, span.status])).not.toContain("prompt text");
  });

  it("ends as an error when the stream stops without its end", async () => {
    const { fetch } = source(CHUNKS.slice(0, 2));
    await (await observed(fetch)(URL_CHAT, INIT)).text();
    expect((await probe.one()).attributes).toMatchObject({
      "spanledger.outcome": "error",
      "error.type": "stream_incomplete",
    });
  });

  it("keeps constant memory over a long stream with no line breaks", async () => {
    const chunk = encoder.encode("x".repeat(65_536));
    const { fetch } = source(Array.from({ length: 2000 }, () => chunk));
    const response = await observed(fetch)(URL_CHAT, INIT);
    const before = process.memoryUsage().heapUsed;
    let most = 0;
    for await (const part of response.body as Body) {
      void part;
      most = Math.max(most, process.memoryUsage().heapUsed - before);
    }
    // Half of what passed: a buffer would hold all of it.
    expect(most).toBeLessThan(64 * 1024 * 1024);
  });
});
