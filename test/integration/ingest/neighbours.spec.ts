import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NeighbourCalls } from "../../../src/server/storage/analytics/neighbour-calls.js";
import { chat, spanIdOf, T0 } from "../../support/spans.js";
import { type IngestApp, startIngest } from "./ingest-app.js";

const id = { "gen_ai.response.id": "chatcmpl-abcdef123456" };

describe("neighbours of a record", () => {
  let directory: string;
  let app: IngestApp;
  let neighbours: NeighbourCalls;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "spanledger-neighbours-"));
    app = await startIngest(directory);
    neighbours = new NeighbourCalls(app.store);
    await app.ingest.accept("default", [
      chat({}, { key: "idless", startMs: 0, durationMs: 500, scope: "client" }),
      chat(id, { key: "with-id", startMs: 1000, durationMs: 500, scope: "framework" }),
      chat({}, { key: "elsewhere", startMs: 0, resource: { "service.name": "other" } }),
    ]);
    await app.ingest.accept("acme", [chat({}, { key: "acme", startMs: 0 })]);
  }, 60_000);

  afterAll(async () => {
    await app.close();
    await rm(directory, { recursive: true, force: true });
  });

  const near = (from: number, to: number, idlessOnly: boolean) =>
    neighbours.findNear({
      project: "default",
      services: ["bot"],
      fromNano: T0 + BigInt(from) * 1_000_000n,
      toNano: T0 + BigInt(to) * 1_000_000n,
      reachNano: 3_600_000_000_000n,
      idlessOnly,
      limit: 100,
    });

  it("overlap the interval, are of the service and the project", async () => {
    const keys = async (...args: Parameters<typeof near>) =>
      (await near(...args)).map(({ call }) => call.spanId);
    expect(await keys(-50, 2000, false)).toEqual([spanIdOf("idless"), spanIdOf("with-id")]);
    expect(await keys(400, 900, false)).toEqual([spanIdOf("idless")]);
    expect(await keys(501, 999, false)).toEqual([]);
    expect(await keys(-50, 2000, true)).toEqual([spanIdOf("idless")]);
  });

  it("are known by their instrumentation and by their ids", async () => {
    const emitters = await neighbours.listEmitters("default");
    expect(
      emitters.map(({ service, scope, idless }) => `${service} ${scope} ${Boolean(idless)}`).sort(),
    ).toEqual(["bot client true", "bot framework false", "other test-scope true"]);
    const ids = await neighbours.listIds();
    expect(ids).toHaveLength(5);
    expect(ids).toContain("default i:chatcmpl-abcdef123456");
  });

  it("are found with all records of their call", async () => {
    const twin = chat({}, { key: "twin", startMs: 1010, durationMs: 400, scope: "client" });
    await app.ingest.accept("default", [twin]);
    const [row] = await near(1000, 1100, false);
    const all = await neighbours.findByCallIds("default", [row?.callId ?? ""]);
    expect(all.map(({ role }) => role).sort()).toEqual(["call", "merged"]);
  });

  it("are found by response id in a window, a bounded number of each", async () => {
    const at = T0 + 5_000_000_000n;
    const find = (from: bigint, to: bigint) =>
      neighbours.findByResponseIds("default", ["chatcmpl-abcdef123456", "chatcmpl-none00000000"], from, to);
    expect((await find(T0, at)).map(({ call }) => call.spanId)).toContain(spanIdOf("with-id"));
    expect(await find(at, at + 1_000_000_000n)).toEqual([]);
    expect(await neighbours.findByResponseIds("default", [], T0, at)).toEqual([]);
  });

  it("one call more is told to the listeners as one row less", () => {
    const current = app.changes.map(({ current: call }) => [call.spanId, call.billable]);
    expect(current.slice(-2)).toEqual(
      expect.arrayContaining([
        [spanIdOf("twin"), false],
        [spanIdOf("with-id"), true],
      ]),
    );
    expect(app.changes.at(-1)?.previous ?? app.changes.at(-2)?.previous).not.toBeNull();
  });
});
