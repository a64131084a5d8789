import { describe, expect, it } from "@jest/globals";
import { chatEvent, log } from "../../support/logs.js";
import { chat, span, spanIdOf } from "../../support/spans.js";
import { inAnyOrder, type Item } from "./any-order.js";

interface Seen {
  span: string;
  others: string[];
  input: (number | null)[];
  output: number | null;
}

/** The billable calls as a reader sees them, the same in any order. */
async function billed(items: readonly Item[]): Promise<Seen[]> {
  return (await inAnyOrder(items))
    .filter(({ role, call }) => role === "call" && call.billable)
    .map(({ call, otherSpanIds }) => ({
      span: call.spanId,
      others: otherSpanIds,
      input: [call.usage.inputTotal, call.usage.inputUncached, call.usage.cacheRead],
      output: call.usage.outputTotal,
    }));
}

const streamed = {
  "gen_ai.usage.input_tokens": "",
  "gen_ai.usage.output_tokens": "",
  "gen_ai.usage.cache_read.input_tokens": "",
};
const id = (value: string) => ({ "gen_ai.response.id": value });

describe("events and spans of one call, in any order", () => {
  it("are one call: the span stands for it", async () => {
    const own = chat({}, { key: "s", trace: "t" });
    const calls = await billed([own, log(chatEvent(), { trace: "t", span: "s" })]);
    expect(calls).toEqual([{ span: spanIdOf("s"), others: [], input: [1200, 176, 1024], output: 85 }]);
  });

  it("are one call when the span lost its usage: the event's numbers count", async () => {
    const own = chat(streamed, { key: "s", trace: "t" });
    const [call, ...more] = await billed([own, log(chatEvent(), { trace: "t", span: "s" })]);
    expect(more).toEqual([]);
    expect(call).toMatchObject({ span: spanIdOf("s"), input: [1200, 1200, null], output: 85 });
  });

  it("are one call when the event knows fewer tokens: without cache tokens, as Anthropic counts", async () => {
    const own = chat(
      {
        "gen_ai.provider.name": "anthropic",
        "gen_ai.response.model": "claude-sonnet-4-5",
        "gen_ai.usage.input_tokens": 2009,
        "gen_ai.usage.cache_read.input_tokens": 1800,
      },
      { key: "s", trace: "t" },
    );
    const event = log(
      chatEvent({ "gen_ai.response.model": "claude-sonnet-4-5", "gen_ai.usage.input_tokens": 21 }),
      { trace: "t", span: "s" },
    );
    const calls = await billed([own, event]);
    expect(calls).toMatchObject([{ span: spanIdOf("s"), input: [2009, 209, 1800] }]);
  });

  it("are one call with the vendor of the event where the span names none", async () => {
    const own = chat({ "gen_ai.provider.name": "" }, { key: "s", trace: "t" });
    const rows = await inAnyOrder([own, log(chatEvent(), { trace: "t", span: "s" })]);
    expect(rows.filter(({ role }) => role === "call").map(({ call }) => call.provider)).toEqual(["openai"]);
  });

  it("are one call by the response id, where the event was written in the span around it", async () => {
    const around = span({}, { key: "a", trace: "t" });
    const own = chat(id("chatcmpl-0001"), { key: "s", trace: "t", parent: "a" });
    const calls = await billed([around, own, log(chatEvent(id("chatcmpl-0001")), { trace: "t", span: "a" })]);
    expect(calls).toEqual([{ span: spanIdOf("s"), others: [], input: [1200, 176, 1024], output: 85 }]);
  });

  it("are one call by their likeness, where nothing else joins them", async () => {
    const own = chat({}, { key: "s", trace: "t" });
    const calls = await billed([own, log(chatEvent())]);
    expect(calls).toMatchObject([{ span: spanIdOf("s"), input: [1200, 176, 1024] }]);
  });

  it("of two instrumentations are one call with two spans and two events", async () => {
    const one = chat(id("chatcmpl-0001"), { key: "s", trace: "t", scope: "one" });
    const two = chat(id("chatcmpl-0001"), { key: "u", trace: "v", scope: "two", startMs: 1 });
    const events = [
      log(chatEvent(id("chatcmpl-0001")), { trace: "t", span: "s", scope: "one" }),
      log(chatEvent(id("chatcmpl-0001")), { trace: "v", span: "u", scope: "two" }),
    ];
    const calls = await billed([one, two, ...events]);
    expect(calls).toMatchObject([{ span: spanIdOf("s"), input: [1200, 176, 1024] }]);
  });

  it("of an application and its gateway are one call, although the gateway gave another id", async () => {
    const own = chat(id("chatcmpl-0001"), { key: "s", trace: "t" });
    const gateway = chat(id("msg_0000000002"), {
      key: "g",
      trace: "t",
      parent: "s",
      scope: "litellm",
      startMs: 5,
      durationMs: 700,
    });
    const calls = await billed([
      own,
      gateway,
      log(chatEvent(id("chatcmpl-0001")), { trace: "t", span: "s" }),
    ]);
    expect(calls).toMatchObject([{ others: [spanIdOf("g")], input: [1200, 176, 1024] }]);
  });
});

describe("events alone", () => {
  it("are a call each, however like", async () => {
    const calls = await billed([log(chatEvent(), { atMs: 1 }), log(chatEvent(), { atMs: 2 })]);
    expect(calls).toHaveLength(2);
  });

  it("in the span of an agent are the calls that the agent's sum repeats", async () => {
    const agent = span(
      {
        ...chatEvent(),
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.usage.input_tokens": 2400,
        "gen_ai.usage.output_tokens": 170,
      },
      { key: "a", trace: "t", durationMs: 3000 },
    );
    const events = [
      log(chatEvent(), { trace: "t", span: "a", atMs: 900 }),
      log(chatEvent(), { trace: "t", span: "a", atMs: 1900 }),
    ];
    const calls = await billed([agent, ...events]);
    expect(calls.map(({ input }) => input[0])).toEqual([1200, 1200]);
  });

  it("of one call told by two instrumentations are one", async () => {
    const calls = await billed([
      log(chatEvent(id("chatcmpl-0001")), { scope: "one" }),
      log(chatEvent(id("chatcmpl-0001")), { scope: "two", atMs: 803 }),
    ]);
    expect(calls).toHaveLength(1);
  });
});

describe("an agent's sum, in any order", () => {
  const agent = span(
    { ...chatEvent(), "gen_ai.operation.name": "invoke_agent" },
    { key: "a", trace: "t", kind: 1, durationMs: 3000 },
  );

  it("is a call while nobody else tells of any", async () => {
    expect(await billed([agent])).toMatchObject([{ span: spanIdOf("a"), input: [1200, 1200, null] }]);
  });

  it("is none beside a call in another trace, told by another instrumentation", async () => {
    const call = chat(id("chatcmpl-0001"), { key: "s", trace: "u", scope: "sdk", startMs: 50 });
    expect(await billed([agent, call])).toMatchObject([{ span: spanIdOf("s") }]);
  });

  it("is none beside calls below, minutes later and through spans that are no calls", async () => {
    const link = span({}, { key: "http", trace: "t", parent: "a" });
    const call = chat({}, { key: "s", trace: "t", parent: "http", startMs: 50 });
    expect(await billed([agent, link, call])).toMatchObject([{ span: spanIdOf("s") }]);
  });
});
