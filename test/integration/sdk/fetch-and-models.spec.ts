import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { AnthropicBedrock } from "@anthropic-ai/bedrock-sdk";
import { AnthropicVertex } from "@anthropic-ai/vertex-sdk";
import Anthropic from "@anthropic-ai/sdk";
import { diag, DiagLogLevel } from "@opentelemetry/api";
import OpenAI from "openai";
import { headroom, observe, observeFetch, observeModel } from "@spanledger/sdk";
import { ProviderServer, sse } from "../../support/sdk/provider-server.js";
import { runProgram } from "../../support/sdk/run-program.js";
import { attemptsOf, SpanProbe } from "../../support/sdk/span-probe.js";

const server = new ProviderServer();
const probe = new SpanProbe();
beforeAll(async () => {
  await server.start();
});
afterAll(() => server.close());
beforeEach(() => probe.reset());

const OPTIONS = { tracerProvider: probe.provider, fingerprint: false };
const COMPLETION = {
  id: "c-1",
  model: "m-2",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "x" } }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
};
const BODY = JSON.stringify({ model: "m", messages: [{ role: "user", content: "hi" }] });
const post = (send: typeof fetch, body = BODY, path = "/v1/chat/completions"): Promise<Response> =>
  send(`${server.url}${path}`, { method: "POST", body });

describe("observeFetch", () => {
  it("records what passes, whatever form the request has", async () => {
    server.script({ json: COMPLETION });
    const send = observeFetch(fetch, OPTIONS);
    await (await post(send)).json();
    await (await send(new URL(`${server.url}/v1/chat/completions`), { method: "post", body: BODY })).json();
    await (
      await send(new Request(`${server.url}/v1/chat/completions`, { method: "POST", body: BODY }))
    ).json();
    const spans = await probe.atLeast(3);
    for (const { attributes } of spans) {
      expect(attributes).toMatchObject({ "gen_ai.provider.name": "openai", "gen_ai.usage.input_tokens": 3 });
    }
  });

  it("hides the usage chunk it asked for from a stream that is taken as text", async () => {
    const chunk = {
      id: "c",
      model: "m",
      choices: [{ index: 0, delta: { content: "é" }, finish_reason: "stop" }],
    };
    const kept = sse(chunk);
    const usage = { ...chunk, choices: [], usage: COMPLETION.usage };
    server.script({ chunks: [...kept, ...sse(usage, "[DONE]")] });
    const send = observeFetch(fetch, { ...OPTIONS, includeUsage: true });
    const response = await post(send, JSON.stringify({ model: "m", messages: [], stream: true }));
    expect(await response.text()).toBe([...kept, ...sse("[DONE]")].join(""));
    expect((await probe.one()).attributes["gen_ai.usage.input_tokens"]).toBe(3);
  });

  it("leaves other requests alone", async () => {
    server.script({ json: { hello: 1 } });
    const send = observeFetch(fetch, OPTIONS);
    await (await send(`${server.url}/v1/models`)).json();
    await (await post(send, "{}", "/api/chat")).json();
    await (await post(send, "{}", "/other")).json();
    expect(probe.spans).toEqual([]);
  });

  it("links the attempts of a retry of its own making by their body", async () => {
    server.script({ status: 503, json: { error: { type: "server_error" } } }, { json: COMPLETION });
    const send = observeFetch(fetch, OPTIONS);
    const first = await post(send);
    await first.text();
    await (await post(send)).json();
    const linked = await probe.one();
    expect(attemptsOf(linked)).toMatchObject([
      { "http.response.status_code": 503, "error.type": "server_error" },
      { "http.response.status_code": 200 },
    ]);
  });

  it("records a call once when an observed fetch lies inside an observed client", async () => {
    server.script({ json: COMPLETION });
    const client = observe(
      new OpenAI({ apiKey: "k", baseURL: `${server.url}/v1`, fetch: observeFetch(fetch, OPTIONS) }),
      { attribution: { team: "t" } },
    );
    await client.chat.completions.create({ model: "m", messages: [] });
    expect((await probe.one()).attributes["spanledger.team"]).toBe("t");
    probe.reset();
    const inner = observeFetch(fetch, OPTIONS);
    const anthropic = observe(new Anthropic({ apiKey: "k", baseURL: server.url, fetch: inner }), {
      ...OPTIONS,
      attribution: { team: "u" },
    });
    await anthropic.messages.create({ model: "m", max_tokens: 1, messages: [] });
    expect((await probe.one()).attributes["spanledger.team"]).toBe("u");
  });

  it("waits for no one unless told to pace, and then only when a refusal is certain", async () => {
    const empty = (reset: string): Record<string, string> => ({
      "x-ratelimit-limit-requests": "10",
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": reset,
    });
    server.script({ json: COMPLETION, headers: empty("300ms") }, { json: COMPLETION });
    const send = observeFetch(fetch, { ...OPTIONS, pace: true });
    await (await post(send)).json();
    const [limit] = headroom(send);
    expect(limit).toMatchObject({ kind: "requests", limit: 10, remaining: 0 });
    await (await post(send)).json();
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(limit?.resetAt ?? "") - 5);
    server.script({ json: COMPLETION, headers: empty("1h") });
    await (await post(send)).json();
    const abort = new AbortController();
    const waiting = send(`${server.url}/v1/chat/completions`, {
      method: "POST",
      body: BODY,
      signal: abort.signal,
    });
    abort.abort();
    await expect(waiting).rejects.toThrow("aborted");
  });
});

describe("observeModel", () => {
  /** The structure of a Vercel AI SDK model: `config.fetch` is read at every call. */
  const vercel = (): { config: { fetch?: typeof fetch }; doGenerate(): Promise<unknown> } => ({
    config: {},
    async doGenerate() {
      return (await post(this.config.fetch ?? fetch)).json();
    },
  });

  it("observes a Vercel AI SDK model, once", async () => {
    server.script({ json: COMPLETION });
    const model = vercel();
    expect(observeModel(observeModel(model, OPTIONS), { attribution: { feature: "f" } })).toBe(model);
    expect(await model.doGenerate()).toEqual(COMPLETION);
    expect((await probe.one()).attributes["spanledger.feature"]).toBe("f");
  });

  it("observes the parts of a LangChain OpenAI model and the client of a LangChain Anthropic model", async () => {
    server.script({ json: COMPLETION });
    const parts = {
      clientConfig: {} as { fetch?: typeof fetch },
      completions: { clientConfig: {} as { fetch?: typeof fetch } },
    };
    observeModel(parts, OPTIONS);
    await (await post(parts.completions.clientConfig.fetch ?? fetch)).json();
    expect(probe.spans).toHaveLength(1);
    const made: Anthropic[] = [];
    const chat = {
      createClient: (options: object) => {
        made.push(new Anthropic({ apiKey: "k", baseURL: server.url, ...options }));
        return made.at(-1);
      },
    };
    const client = observeModel(chat, OPTIONS).createClient({ maxRetries: 0 });
    expect(client).toBe(made[0]);
    await client?.messages.create({ model: "m", max_tokens: 1, messages: [] });
    expect(probe.spans).toHaveLength(2);
  });
});

describe("Anthropic on other clouds", () => {
  const MESSAGE = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-6",
    content: [],
    stop_reason: "end_turn",
    usage: { input_tokens: 3, output_tokens: 2, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 },
  };
  const REQUEST = { model: "claude-sonnet-4-6", max_tokens: 9, messages: [] };

  it("is recorded under the cloud that bills", async () => {
    server.script({ json: MESSAGE });
    const bedrock = observe(
      new AnthropicBedrock({
        awsAccessKey: "a",
        awsSecretKey: "b",
        awsRegion: "us-east-1",
        baseURL: server.url,
      }),
      OPTIONS,
    );
    await bedrock.messages.create(REQUEST);
    expect((await probe.one()).attributes).toMatchObject({
      "gen_ai.provider.name": "aws.bedrock",
      "spanledger.client.flavor": "anthropic.bedrock",
      "gen_ai.request.model": "claude-sonnet-4-6",
      "gen_ai.usage.input_tokens": 3,
    });
    probe.reset();
    const authClient = { getRequestHeaders: async () => new Headers(), projectId: "p" };
    const vertex = observe(
      new AnthropicVertex({
        region: "europe-west1",
        projectId: "p",
        baseURL: server.url,
        authClient: authClient as never,
      }),
      OPTIONS,
    );
    await vertex.messages.create(REQUEST);
    expect((await probe.one()).attributes).toMatchObject({
      "gen_ai.provider.name": "gcp.vertex_ai",
      "spanledger.client.flavor": "anthropic.vertex",
      "gen_ai.request.model": "claude-sonnet-4-6",
    });
  });
});

describe("an unknown client", () => {
  it("comes back unchanged with one warning that names the known ones", () => {
    const warnings: string[] = [];
    const keep = (message: string): void => void warnings.push(message);
    const logger = { error: keep, warn: keep, info: keep, debug: keep, verbose: keep };
    diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
    const strange = Object.freeze({ call: () => 1 });
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error("no");
        },
        has: () => {
          throw new Error("no");
        },
      },
    );
    expect(observe(strange)).toBe(strange);
    expect(observe(hostile)).toBe(hostile);
    const otherAws = { middlewareStack: { add: () => undefined }, config: { serviceId: "S3" } };
    expect(observe(otherAws)).toBe(otherAws);
    expect(observe(null as never)).toBeNull();
    expect(observeModel(strange)).toBe(strange);
    diag.disable();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("openai");
    expect(warnings[0]).toContain("@anthropic-ai/sdk");
  });
});

describe("register", () => {
  it("observes the global fetch of an untouched application, and each call once", async () => {
    server.script({ json: COMPLETION });
    const result = await runProgram("registered", {
      PROVIDER_URL: server.url,
      SPANLEDGER_REGISTER_HOSTS: "127.0.0.1",
    });
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(result.stdout)).toEqual(["fetch", "openai", "anthropic"]);
  }, 30_000);
});
