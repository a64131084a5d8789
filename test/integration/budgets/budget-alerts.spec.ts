import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BudgetAlertPayload } from "../../../src/server/budgets/budget-alert.js";
import type { BudgetStatus } from "../../../src/server/budgets/budget-status.js";
import type { ErrorBody } from "../../../src/server/http/error-body.js";
import type { ControlDatabase } from "../../../src/server/storage/control/control-database.js";
import { type BudgetApp, startBudgetApp } from "../../support/budget-app.js";
import { openControlStore } from "../../support/control-store.js";
import { LedgerOfCalls } from "../../support/ledger-of-calls.js";
import { isSignatureValid, WebhookReceiver } from "../../support/webhook-receiver.js";

const SECRET = "hook secret";

interface AlertResponse {
  id: string;
  threshold: { kind: string; percent: number };
  acknowledgedAt: string | null;
  acknowledgedBy: string | null;
  deliveries: { id: string; status: string; attempts: number; lastError: string | null }[];
}

describe("budgets and alerts", () => {
  let directory: string;
  let database: ControlDatabase;
  let ledger: LedgerOfCalls;
  let receiver: WebhookReceiver;
  let app: BudgetApp;
  let count = 0;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "spanledger-budgets-"));
    database = await openControlStore(join(directory, "postgres"));
  }, 60_000);

  beforeEach(async () => {
    await database.dataSource.query("TRUNCATE project CASCADE");
    ledger = new LedgerOfCalls();
    receiver = await WebhookReceiver.start();
    app = await startBudgetApp(database, ledger);
  });

  afterEach(async () => {
    await app.close();
    await receiver.close();
  });

  afterAll(async () => {
    await database.close();
    await rm(directory, { recursive: true, force: true });
  });

  const post = async <T>(path: string, body: object, headers: Record<string, string> = {}): Promise<T> => {
    const answer = await app.call("POST", path, headers, body);
    expect([answer.statusCode, answer.body]).toEqual([201, expect.any(String)]);
    return answer.json<T>();
  };

  const newChannel = async (): Promise<string> => {
    const config = { url: receiver.url, secret: SECRET };
    return (await post<{ id: string }>("/api/v1/channels", { name: "hook", type: "webhook", config })).id;
  };

  const newBudget = async (fields: object = {}): Promise<string> => {
    const body = {
      name: "Chat",
      limit: "100.00",
      unit: "usd",
      period: "month",
      timezone: "Europe/Berlin",
      scope: { feature: "chat" },
      thresholds: [{ kind: "actual", percent: 80 }],
      channels: [],
      ...fields,
    };
    return (await post<{ id: string }>("/api/v1/budgets", body)).id;
  };

  const spend = (cost: string | null, feature = "chat", through: BudgetApp = app): void => {
    count += 1;
    const fact = { id: String(count), atMs: Date.now(), cost, feature };
    through.monitor.onAcknowledged(ledger.acknowledge("default", fact));
  };

  const alerts = async (): Promise<AlertResponse[]> =>
    (await app.call("GET", "/api/v1/alerts")).json<{ data: AlertResponse[] }>().data;

  const status = async (id: string): Promise<BudgetStatus> =>
    (await app.call("GET", `/api/v1/budgets/${id}/status`)).json<BudgetStatus>();

  it("a crossed threshold calls the webhook in time, once, signed, and tells the facts", async () => {
    const id = await newBudget({ channels: [await newChannel()] });
    spend("79.99");
    spend("500", "other feature");
    await app.monitor.settle();
    expect(receiver.received).toHaveLength(0);

    const started = Date.now();
    spend("0.01");
    const [hook] = await receiver.arrived(1, 5_000);
    expect(hook).toBeDefined();
    if (hook === undefined) return;
    expect(hook.atMs - started).toBeLessThan(5_000);
    expect(isSignatureValid(hook, SECRET)).toBe(true);
    expect(isSignatureValid({ ...hook, body: `${hook.body} ` }, SECRET)).toBe(false);
    const payload = hook.json<BudgetAlertPayload>();
    expect(payload).toEqual({
      id: expect.stringMatching(/^alr_/),
      type: "budget.threshold",
      project: "default",
      budget: { id, name: "Chat", limit: "100", unit: "usd", period: "month", timezone: "Europe/Berlin" },
      period: {
        start: expect.stringMatching(/T2[23]:00:00\.000Z$/),
        end: expect.stringMatching(/T2[23]:00:00\.000Z$/),
      },
      threshold: { kind: "actual", percent: 80 },
      spent: "80",
      forecast: null,
      unpricedCalls: 0,
      firedAt: expect.any(String),
    });

    for (let n = 0; n < 5; n += 1) spend("3");
    await app.monitor.settle();
    const [alert, ...more] = await alerts();
    expect(more).toEqual([]);
    expect(alert).toMatchObject({ id: payload.id, acknowledgedAt: null });
    expect(receiver.received).toHaveLength(1);
    expect(await status(id)).toMatchObject({
      spent: "95",
      percent: 95,
      thresholds: [{ kind: "actual", percent: 80, firedAt: payload.firedAt }],
    });
  });

  it("spend that cannot have reached a threshold costs no question to the ledger", async () => {
    await newBudget();
    await app.monitor.settle();
    const asked = ledger.questions;
    for (let n = 0; n < 50; n += 1) spend("0.5");
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(ledger.questions).toBe(asked);
    await app.monitor.settle();
    expect(ledger.questions).toBeGreaterThan(asked);
  });

  it("nothing fires again after a restart, and what was missed before it fires then", async () => {
    const channels = [await newChannel()];
    await newBudget({ channels });
    await newBudget({ name: "Late", scope: { feature: "late" }, channels });
    spend("90");
    await receiver.arrived(1, 5_000);
    await app.close();
    await database.close();
    // Acknowledged, but the process ended before anyone looked.
    ledger.acknowledge("default", { id: "unseen", atMs: Date.now(), cost: "99", feature: "late" });

    database = await openControlStore(join(directory, "postgres"));
    app = await startBudgetApp(database, ledger);
    const hooks = await receiver.arrived(2, 5_000);
    await app.monitor.settle();
    expect(hooks.map((hook) => hook.json<BudgetAlertPayload>().budget.name)).toEqual(["Chat", "Late"]);
    expect(await alerts()).toHaveLength(2);
  });

  it("two replicas that see the same spend fire once", async () => {
    const other = await database.share();
    const replica = await startBudgetApp(other, ledger);
    try {
      const channels = [await newChannel()];
      const thresholds = [50, 80, 90, 100].map((percent) => ({ kind: "actual", percent }));
      for (let n = 0; n < 5; n += 1) await newBudget({ name: `B${n}`, thresholds, channels });
      await replica.monitor.reload();
      spend("120", "chat", app);
      spend("120", "chat", replica);
      await Promise.all([app.monitor.settle(), replica.monitor.settle()]);
      await receiver.arrived(20, 10_000);
      await Promise.all([app.monitor.settle(), replica.monitor.settle()]);
      const fired = await alerts();
      expect(fired).toHaveLength(20);
      const delivered = receiver.received.map((hook) => hook.headers["x-spanledger-delivery"]);
      expect(new Set(delivered).size).toBe(20);
      expect(delivered).toHaveLength(20);
    } finally {
      await replica.close();
      await other.close();
    }
  });

  it("a failing receiver is retried with the same delivery and body until it is served", async () => {
    receiver.plan({ status: 500 }, { status: 302, headers: { location: "http://127.0.0.1:1/" } });
    await newBudget({ channels: [await newChannel()] });
    spend("80");
    const hooks = await receiver.arrived(3, 15_000);
    expect(new Set(hooks.map((hook) => hook.headers["x-spanledger-delivery"])).size).toBe(1);
    expect(new Set(hooks.map((hook) => hook.body)).size).toBe(1);
    expect(hooks.every((hook) => isSignatureValid(hook, SECRET))).toBe(true);
    let delivery: AlertResponse["deliveries"][number] | undefined;
    for (let n = 0; n < 40 && delivery?.status !== "delivered"; n += 1) {
      [delivery] = (await alerts())[0]?.deliveries ?? [];
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect(delivery).toMatchObject({ status: "delivered", attempts: 3, lastError: null });
  }, 30_000);

  it("a raised limit arms thresholds anew; one that is still reached does not fire twice", async () => {
    const thresholds = [
      { kind: "actual", percent: 10 },
      { kind: "actual", percent: 80 },
    ];
    const id = await newBudget({ thresholds });
    spend("85");
    await app.monitor.settle();
    expect(await alerts()).toHaveLength(2);
    expect((await app.call("PATCH", `/api/v1/budgets/${id}`, {}, { limit: "200" })).statusCode).toBe(200);
    await app.monitor.settle();
    expect((await status(id)).thresholds.map(({ firedAt }) => firedAt !== null)).toEqual([true, false]);
    spend("75");
    await app.monitor.settle();
    const fired = await alerts();
    expect(fired.map(({ threshold }) => threshold.percent).toSorted((a, b) => a - b)).toEqual([10, 80, 80]);
    expect((await app.call("PATCH", `/api/v1/budgets/${id}`, {}, { name: "Renamed" })).statusCode).toBe(200);
    await app.monitor.settle();
    expect(await alerts()).toHaveLength(3);
  });

  it("forecasts fire on what is expected, and unpriced calls are told beside the sum", async () => {
    const day = 86_400_000;
    const thresholds = [{ kind: "forecast", percent: 100 }];
    const id = await newBudget({
      period: "custom",
      timezone: "UTC",
      customPeriod: { start: "2020-01-01", days: 3650 },
      thresholds,
    });
    const now = Date.now();
    for (let back = 1; back <= 14; back += 1) {
      const fact = { id: `d${back}`, atMs: now - back * day, cost: "1", feature: "chat" };
      app.monitor.onAcknowledged(ledger.acknowledge("default", fact));
    }
    spend(null);
    await app.monitor.settle();
    const seen = await status(id);
    expect(seen).toMatchObject({ spent: "14", unpricedCalls: 1, unit: "usd", limit: "100" });
    expect(Number(seen.forecast)).toBeGreaterThan(100);
    expect(Number(seen.forecastLow)).toBeLessThanOrEqual(Number(seen.forecast));
    expect(Number(seen.forecastHigh)).toBeGreaterThanOrEqual(Number(seen.forecast));
    const daysLeft = (Date.parse(seen.breachDate ?? "") - now) / day;
    expect(daysLeft).toBeGreaterThan(85);
    expect(daysLeft).toBeLessThan(93);
    expect((await alerts()).map(({ threshold }) => threshold)).toEqual(thresholds);
  });

  it("budgets of tokens and calls count what they say", async () => {
    const tokens = await newBudget({ unit: "tokens", limit: "1000", scope: { tags: { region: "eu" } } });
    const calls = await newBudget({ unit: "calls", limit: 2, scope: {} });
    const facts = {
      atMs: Date.now(),
      cost: null,
      inputTokens: 600,
      outputTokens: 250,
      tags: { region: "eu" },
    };
    app.monitor.onAcknowledged(ledger.acknowledge("default", { id: "t1", ...facts }));
    app.monitor.onAcknowledged(ledger.acknowledge("default", { id: "t2", ...facts, tags: { region: "us" } }));
    await app.monitor.settle();
    expect(await status(tokens)).toMatchObject({ spent: "850", percent: 85 });
    expect(await status(calls)).toMatchObject({ spent: "2", percent: 100, unit: "calls" });
    expect(await alerts()).toHaveLength(2);
  });

  it("a ledger that is away delays the warning, and does not lose it", async () => {
    await newBudget();
    await app.monitor.settle();
    ledger.isAway = true;
    spend("90");
    await app.monitor.settle();
    expect(await alerts()).toEqual([]);
    ledger.isAway = false;
    await app.monitor.settle();
    expect(await alerts()).toHaveLength(1);
  });

  it("another project's budgets, channels and alerts do not exist for a key", async () => {
    const id = await newBudget({ channels: [await newChannel()] });
    spend("90");
    await app.monitor.settle();
    const [alert] = await alerts();
    const project = (await post<{ id: string }>("/api/v1/projects", { name: "Blue" })).id;
    const scopes = ["read", "admin"];
    const { key } = await post<{ key: string }>("/api/v1/keys", { project, name: "k", scopes });
    const headers = { "x-spanledger-key": key };
    const channel = (await app.call("GET", "/api/v1/channels")).json<{ data: { id: string }[] }>().data[0]
      ?.id;
    for (const [method, path, body] of [
      ["GET", `/api/v1/budgets/${id}`, undefined],
      ["GET", `/api/v1/budgets/${id}/status`, undefined],
      ["PATCH", `/api/v1/budgets/${id}`, { name: "mine" }],
      ["DELETE", `/api/v1/budgets/${id}`, undefined],
      ["POST", `/api/v1/alerts/${alert?.id}/ack`, undefined],
      ["GET", `/api/v1/channels/${channel}`, undefined],
      ["POST", `/api/v1/channels/${channel}/test`, undefined],
      ["DELETE", `/api/v1/channels/${channel}`, undefined],
    ] as const) {
      const answer = await app.call(method, path, headers, body);
      expect([path, answer.statusCode, answer.json<ErrorBody>().error.code]).toEqual([
        path,
        404,
        "not_found",
      ]);
    }
    for (const list of ["budgets", "alerts", "channels"]) {
      expect((await app.call("GET", `/api/v1/${list}`, headers)).json()).toEqual({
        data: [],
        nextCursor: null,
      });
    }
    const borrowed = { name: "x", limit: "1", channels: [channel] };
    expect((await app.call("POST", "/api/v1/budgets", headers, borrowed)).statusCode).toBe(400);
  });

  it("an alert is acknowledged once, and deleting its budget and channel keeps it", async () => {
    const channel = await newChannel();
    const id = await newBudget({ channels: [channel] });
    spend("90");
    await receiver.arrived(1, 5_000);
    const [alert] = await alerts();
    const acknowledged = await app.call("POST", `/api/v1/alerts/${alert?.id}/ack`);
    expect(acknowledged.statusCode).toBe(200);
    const first = acknowledged.json<AlertResponse>();
    expect(first).toMatchObject({ acknowledgedBy: "operator", acknowledgedAt: expect.any(String) });
    const again = await app.call("POST", `/api/v1/alerts/${alert?.id}/ack`);
    expect(again.json<AlertResponse>().acknowledgedAt).toBe(first.acknowledgedAt);
    expect((await app.call("DELETE", `/api/v1/channels/${channel}`)).statusCode).toBe(204);
    expect((await app.call("GET", `/api/v1/budgets/${id}`)).json<{ channels: string[] }>().channels).toEqual(
      [],
    );
    expect((await app.call("DELETE", `/api/v1/budgets/${id}`)).statusCode).toBe(204);
    expect((await app.call("GET", `/api/v1/budgets/${id}`)).statusCode).toBe(404);
    expect(await alerts()).toMatchObject([
      { id: alert?.id, deliveries: [{ channel: { id: null, name: "hook" } }] },
    ]);
  });

  it.each([
    ["no limit", { limit: undefined }],
    ["a limit of zero", { limit: "0.00" }],
    ["a limit that is no number", { limit: "1e3" }],
    ["a float limit", { limit: 1.5 }],
    ["an unknown zone", { timezone: "Europe/Nowhere" }],
    ["an unknown period", { period: "fortnight" }],
    ["a custom period without its days", { period: "custom" }],
    ["an unknown dimension", { scope: { key: "k" } }],
    [
      "a repeated threshold",
      {
        thresholds: [
          { kind: "actual", percent: 80 },
          { kind: "actual", percent: 80 },
        ],
      },
    ],
    ["a threshold of zero", { thresholds: [{ kind: "actual", percent: 0 }] }],
    ["an unknown channel", { channels: ["chn_missing"] }],
    ["a misspelt field", { treshold: [] }],
  ])("a budget with %s is refused", async (_, fields) => {
    const body = { name: "x", limit: "1", ...fields };
    const answer = await app.call("POST", "/api/v1/budgets", {}, body);
    expect([answer.statusCode, answer.json<ErrorBody>().error.code]).toEqual([400, "invalid_request"]);
  });
});
