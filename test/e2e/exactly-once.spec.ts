import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { allCalls, requestJson } from "../support/api.js";
import { chatAttributes, postTraces, type SpanSpec, tracesRequest } from "../support/otlp-json.js";
import { cleanUpServers, type ServerProcess, startServerProcess } from "../support/server-process.js";

const startMs = Date.parse("2026-11-20T10:00:00Z");

function spans(count: number): SpanSpec[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `call ${index}`,
    startMs: startMs + index * 1000,
    attributes: chatAttributes({
      input: 1000 + index,
      output: 10 + index,
      id: `chatcmpl-${index}`,
      feature: "search",
    }),
  }));
}

/** What a reader would see: the spend total and each call's cost. */
async function picture(url: string) {
  const spend = await requestJson<unknown>(
    `${url}/api/v1/spend?from=2026-11-20T00:00:00Z&to=2026-11-21T00:00:00Z&groupBy=model,feature`,
  );
  const calls = await allCalls(url);
  return { spend, calls: calls.map((call) => [call.id, call.cost.total, call.usage["output"]]) };
}

describe("delivering the same spans again", () => {
  let server: ServerProcess;

  beforeAll(async () => {
    server = await startServerProcess();
  }, 120_000);

  afterAll(cleanUpServers);

  it("changes no total: same batch, after a restart, and split into other batches", async () => {
    const all = spans(50);
    expect((await postTraces(server.url, tracesRequest(all))).status).toBe(200);
    const once = await picture(server.url);
    expect(once.calls).toHaveLength(50);
    expect(once.calls.every(([, cost]) => typeof cost === "string" && cost !== "0")).toBe(true);

    await postTraces(server.url, tracesRequest(all));
    expect(await picture(server.url)).toEqual(once);

    expect(await server.stop("SIGTERM")).toBe(0);
    server = await startServerProcess({ dataDir: server.dataDir });
    expect(await picture(server.url)).toEqual(once);

    const batches = [all.slice(0, 7), all.slice(3, 33), all.slice(20)].map((part) =>
      postTraces(server.url, tracesRequest(part.toReversed())),
    );
    for (const answer of await Promise.all(batches)) expect(answer.status).toBe(200);
    expect(await picture(server.url)).toEqual(once);
  }, 120_000);

  it("counts one call once when a second instrumentation reports it in another trace", async () => {
    const attributes = chatAttributes({ input: 5000, output: 50, id: "chatcmpl-twin" });
    await postTraces(
      server.url,
      tracesRequest([{ key: "twin a", startMs, attributes }], "instrumentation-a"),
    );
    await postTraces(
      server.url,
      tracesRequest(
        [{ key: "twin b", startMs: startMs + 2, durationMs: 490, attributes }],
        "instrumentation-b",
      ),
    );
    const twins = (await allCalls(server.url)).filter((call) => call.responseId === "chatcmpl-twin");
    expect(twins).toHaveLength(1);
    expect(twins[0]?.otherSpanIds).toHaveLength(1);
  });
});
