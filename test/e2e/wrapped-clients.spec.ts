import Anthropic from "@anthropic-ai/sdk";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { flush, observe, shutdown, withAttribution } from "@spanledger/sdk";
import OpenAI from "openai";
import { type Reply, startStandInProviders, type StandInProviders } from "../../src/demo/providers/index.js";
import { allCalls, type ApiCall } from "../support/api.js";
import { type Answer, ProviderServer } from "../support/sdk/provider-server.js";
import { type ProgramResult, runProgram } from "../support/sdk/run-program.js";
import {
  cleanUpServers,
  eventually,
  type ServerProcess,
  startServerProcess,
} from "../support/server-process.js";

const limits = {
  requests: { limit: 500, remaining: 499, resetMs: 120 },
  tokens: { limit: 30_000, remaining: 29_000, resetMs: 60_000 },
};
const messages = [{ role: "user" as const, content: "What does this cost?" }];

describe("real clients, wrapped by one line, exporting by themselves", () => {
  let server: ServerProcess;
  let providers: StandInProviders;
  let openai: OpenAI;
  let anthropic: Anthropic;

  beforeAll(async () => {
    [server, providers] = await Promise.all([startServerProcess(), startStandInProviders()]);
    process.env["SPANLEDGER_ENDPOINT"] = server.url;
    process.env["OTEL_SERVICE_NAME"] = "shop";
    openai = observe(new OpenAI({ apiKey: "sk-test", baseURL: providers.openaiBaseUrl }), {
      provider: "openai",
    });
    anthropic = observe(new Anthropic({ apiKey: "sk-test", baseURL: providers.anthropicBaseUrl }), {
      provider: "anthropic",
    });
  }, 120_000);

  afterEach(() => providers.setScript([]));

  afterAll(async () => {
    await shutdown();
    await providers.close();
    await cleanUpServers();
    delete process.env["SPANLEDGER_ENDPOINT"];
    delete process.env["OTEL_SERVICE_NAME"];
  });

  const script = (...replies: Reply[]) => providers.setScript(replies);

  /** The calls with this feature, once there are `count`; within 2 s of the flush. */
  async function callsOf(feature: string, count: number): Promise<ApiCall[]> {
    await flush();
    return eventually(
      async () => {
        const calls = (await allCalls(server.url)).filter((call) => call.attribution.feature === feature);
        return calls.length >= count ? calls : undefined;
      },
      2000,
      `${count} calls of ${feature}`,
    );
  }

  it("records an OpenAI call and a stream with exact usage, limits, attempts, time to first chunk and cost", async () => {
    const tokens = { input: 176, cacheRead: 1024, output: 172, reasoning: 128 };
    script(
      { tokens, limits, responseId: "chatcmpl-sync" },
      { tokens, limits, responseId: "chatcmpl-stream", firstChunkMs: 30 },
    );
    await withAttribution({ feature: "quickstart", user: "ada", team: "core" }, async () => {
      const answer = await openai.chat.completions.create({ model: "gpt-4o-mini", messages });
      expect(answer.usage?.prompt_tokens).toBe(1200);
      const stream = await openai.chat.completions.create({
        model: "gpt-4o-mini",
        messages,
        stream: true,
        stream_options: { include_usage: true },
      });
      for await (const chunk of stream) expect(chunk.id).toBe("chatcmpl-stream");
    });

    const calls = await callsOf("quickstart", 2);
    expect(calls).toHaveLength(2);
    for (const call of calls) {
      expect(call).toMatchObject({
        provider: "openai",
        operation: "chat",
        requestModel: "gpt-4o-mini",
        outcome: "ok",
        httpStatus: 200,
        finishReasons: ["stop"],
        attemptCount: 1,
        retryCount: 0,
        usageSource: "provider",
        usageQuality: "exact",
        billable: true,
        attribution: { service: "shop", user: "ada", team: "core", feature: "quickstart" },
      });
      expect(call.usage).toMatchObject({
        inputUncached: 176,
        cacheRead: 1024,
        output: 172,
        outputReasoning: 128,
        inputTotal: 1200,
        outputTotal: 300,
      });
      // 176 x 0.15 + 1024 x 0.075 + 300 x 0.60 USD per million
      expect(call.cost).toMatchObject({ status: "priced", total: "0.0002832" });
      expect(call.rateLimits).toEqual(
        expect.arrayContaining([
          { kind: "requests", limit: 500, remaining: 499, resetAt: expect.any(String) },
          { kind: "tokens", limit: 30_000, remaining: 29_000, resetAt: expect.any(String) },
        ]),
      );
    }
    const stream = calls.find((call) => call.streaming);
    expect(stream?.timeToFirstChunkMs).toBeGreaterThanOrEqual(25);
    expect(stream?.timeToFirstChunkMs).toBeLessThanOrEqual(stream?.durationMs ?? 0);
  });

  it("records Anthropic cache reads and both kinds of cache writes, streamed and not", async () => {
    const tokens = { input: 50, cacheRead: 1000, cacheWrite5m: 200, cacheWrite1h: 100, output: 90 };
    script({ tokens }, { tokens });
    const request = { model: "claude-sonnet-4-6", max_tokens: 200, messages };
    await withAttribution({ feature: "cached" }, async () => {
      await anthropic.messages.create(request);
      await anthropic.messages.stream(request).finalMessage();
    });
    const calls = await callsOf("cached", 2);
    expect(new Set(calls.map((call) => call.streaming))).toEqual(new Set([false, true]));
    for (const call of calls) {
      expect(call.usage).toMatchObject({
        inputUncached: 50,
        cacheRead: 1000,
        cacheWrite5m: 200,
        cacheWrite1h: 100,
        inputTotal: 1350,
        outputTotal: 90,
      });
      // 50 x 3 + 1000 x 0.30 + 200 x 3.75 + 100 x 6 + 90 x 15 USD per million
      expect(call.cost).toMatchObject({ status: "priced", total: "0.00315" });
    }
  });

  it("makes one row of 429, 429, 200, with three attempts", async () => {
    script(
      { status: 429, retryAfterMs: 20 },
      { status: 429, retryAfterMs: 20 },
      { tokens: { input: 10, output: 5 } },
    );
    await withAttribution({ feature: "retried" }, () =>
      openai.chat.completions.create({ model: "gpt-4o-mini", messages }),
    );
    const [call, ...rest] = await callsOf("retried", 1);
    expect(rest).toEqual([]);
    expect(call).toMatchObject({ outcome: "ok", attemptCount: 3, retryCount: 2, billable: true });
    expect(
      call?.attempts.map((attempt) => [attempt.index, attempt.httpStatus, attempt.retryAfterMs]),
    ).toEqual([
      [0, 429, 20],
      [1, 429, 20],
      [2, 200, null],
    ]);
  });

  it("makes one row of a final 429: an error that costs nothing", async () => {
    script({ status: 429, retryAfterMs: 5 }, { status: 429, retryAfterMs: 5 }, { status: 429 });
    const failing = withAttribution({ feature: "refused" }, () =>
      openai.chat.completions.create({ model: "gpt-4o-mini", messages }),
    );
    await expect(failing).rejects.toMatchObject({ status: 429 });
    const [call, ...rest] = await callsOf("refused", 1);
    expect(rest).toEqual([]);
    expect(call).toMatchObject({ outcome: "error", httpStatus: 429, billable: false, attemptCount: 3 });
    expect(call?.cost).toMatchObject({ status: "not_billable" });
  });

  it("makes a row of a stream that the user leaves", async () => {
    script({ chunks: 50, chunkGapMs: 5 });
    await withAttribution({ feature: "left" }, async () => {
      const stream = await openai.chat.completions.create({ model: "gpt-4o-mini", messages, stream: true });
      for await (const _ of stream) break;
    });
    const [call] = await callsOf("left", 1);
    expect(call?.outcome).toMatch(/^(cancelled|abandoned)$/);
    expect(call?.usage["outputTotal"]).toBeNull();
  });

  it("makes one row of each result of a job that four processes look after, in either way, and none of its total", async () => {
    const [queued, completed, lines, total] = jobAnswers();
    const worker = async (script: readonly Answer[], env: Record<string, string>): Promise<ProgramResult> => {
      const vendor = await new ProviderServer().start();
      vendor.script(...script);
      const told = { PROVIDER_URL: `${vendor.url}/v1`, SPANLEDGER_ENDPOINT: server.url, ...env };
      try {
        return await runProgram("job-poller", told);
      } finally {
        await vendor.close();
      }
    };
    const ends = await Promise.all([
      worker([queued, queued, completed, lines], { STARTS: "yes" }),
      worker([completed, lines], { TRACED: "yes" }),
      worker([queued, completed, lines], { TRACED: "yes" }),
      worker([total], { TOTAL: "yes" }),
    ]);
    for (const end of ends) expect(end).toMatchObject({ code: 0, stdout: "done\n", stderr: "" });
    // All have waited for the acknowledgement of what they sent.
    const calls = (await callsOf("jobs", 3)).filter((call) => call.billable);
    expect(Object.fromEntries(calls.map((call) => [call.responseId, call.usage["inputTotal"]]))).toEqual({
      batch_req_0000002: 8,
      "chatcmpl-of-a-job": 10,
      resp_shared_by_all: 20,
    });
    expect(calls).toHaveLength(3);
  }, 60_000);
});

/** What the vendor says of a background response, while it runs and then, and of a batch of two requests, line by line and in total. */
function jobAnswers(): [queued: Answer, completed: Answer, lines: Answer, total: Answer] {
  const response = {
    id: "resp_shared_by_all",
    object: "response",
    model: "gpt-4o-mini",
    background: true,
    output: [],
  };
  const line = (id: string, body: object): string =>
    `${JSON.stringify({ id, custom_id: id, response: { status_code: 200, request_id: `rq_${id}`, body }, error: null })}\n`;
  const chat = {
    id: "chatcmpl-of-a-job",
    object: "chat.completion",
    model: "gpt-4o-mini",
    choices: [{ finish_reason: "stop" }],
    usage: { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 },
  };
  const vectors = {
    object: "list",
    data: [],
    model: "text-embedding-3-small",
    usage: { prompt_tokens: 8, total_tokens: 8 },
  };
  const usage = {
    input_tokens: 20,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 9,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 29,
  };
  return [
    { json: { ...response, status: "queued", usage: null } },
    { json: { ...response, status: "completed", usage } },
    {
      chunks: [line("batch_req_0000001", chat), line("batch_req_0000002", vectors)],
      headers: { "content-type": "application/octet-stream" },
    },
    {
      json: {
        id: "batch_shared_by_all",
        object: "batch",
        endpoint: "/v1/chat/completions",
        model: "gpt-4o-mini",
        status: "completed",
        output_file_id: "file-shared-by-all",
        created_at: Math.floor(Date.now() / 1000) - 3600,
        usage: { input_tokens: 18, output_tokens: 4, total_tokens: 22 },
      },
    },
  ];
}
