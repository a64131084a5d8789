import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { MAX_ATTEMPTS } from "../../../src/server/alerts/backoff.js";
import type { ControlDatabase } from "../../../src/server/storage/control/control-database.js";
import { Alert } from "../../../src/server/storage/control/entities/alert.entity.js";
import { Outbox } from "../../../src/server/storage/control/entities/outbox.entity.js";
import { type BudgetApp, startBudgetApp } from "../../support/budget-app.js";
import { openControlStore } from "../../support/control-store.js";
import { LedgerOfCalls } from "../../support/ledger-of-calls.js";
import { WebhookReceiver } from "../../support/webhook-receiver.js";

describe("the outbox", () => {
  let database: ControlDatabase;
  let receiver: WebhookReceiver;
  let app: BudgetApp;
  let channelId: string;

  const start = async (): Promise<void> => {
    app = await startBudgetApp(database, new LedgerOfCalls());
  };

  beforeAll(async () => {
    database = await openControlStore();
  }, 60_000);

  beforeEach(async () => {
    await database.dataSource.query("TRUNCATE project CASCADE");
    receiver = await WebhookReceiver.start();
    await start();
    const body = { name: "hook", type: "webhook", config: { url: receiver.url } };
    channelId = (await app.call("POST", "/api/v1/channels", {}, body)).json<{ id: string }>().id;
  });

  afterEach(async () => {
    await app.close();
    await receiver.close();
  });

  afterAll(async () => {
    await database.close();
  });

  /** A delivery as another process would have left it. */
  const leave = async (fields: Partial<Outbox>): Promise<void> => {
    const alert = {
      id: "alr_1",
      projectId: "default",
      type: "budget.threshold",
      budgetId: null,
      payload: {},
      firedAt: new Date(),
    };
    await database.repository(Alert).insert(alert);
    const row = {
      id: "dlv_1",
      alertId: "alr_1",
      channelId,
      channelName: "hook",
      payload: { n: 1 },
      dueAt: new Date(0),
    };
    await database.repository(Outbox).insert({ ...row, ...fields });
  };

  const stateOf = (): Promise<Outbox> => database.repository(Outbox).findOneByOrFail({ id: "dlv_1" });

  const ended = async (): Promise<Outbox> => {
    for (let n = 0; n < 200; n += 1) {
      const row = await stateOf();
      if (row.status !== "pending") return row;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error("the delivery is still pending");
  };

  it("finds by itself what another process left, and keeps the order of the message's fields", async () => {
    await leave({ payload: { zebra: 1, a: 2 } });
    const [hook] = await receiver.arrived(1, 5_000);
    expect(hook?.body).toBe('{"zebra":1,"a":2}');
    expect(hook?.headers["x-spanledger-delivery"]).toBe("dlv_1");
    expect(hook?.headers["x-spanledger-signature"]).toBeUndefined();
    expect(await ended()).toMatchObject({ status: "delivered", attempts: 1, finishedAt: expect.any(Date) });
  });

  it("gives up after the last attempt, visibly", async () => {
    receiver.plan({ status: 503 });
    await leave({ attempts: MAX_ATTEMPTS - 1 });
    expect(await ended()).toMatchObject({ status: "dead", attempts: MAX_ATTEMPTS, lastError: "http_503" });
    const { data } = (await app.call("GET", "/api/v1/alerts")).json<{ data: object[] }>();
    expect(data).toMatchObject([
      { deliveries: [{ status: "dead", lastError: "http_503", nextAttemptAt: null }] },
    ]);
  });

  it("gives up at once when the channel is gone", async () => {
    await app.call("DELETE", `/api/v1/channels/${channelId}`);
    await leave({ channelId: null });
    expect(await ended()).toMatchObject({ status: "dead", lastError: "channel_deleted" });
  });

  it("honours Retry-After", async () => {
    receiver.plan({ status: 429, headers: { "retry-after": "120" } });
    const before = Date.now();
    await leave({});
    await receiver.arrived(1, 5_000);
    for (let row = await stateOf(); row.lastError === null; row = await stateOf()) {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    const { dueAt, lastError } = await stateOf();
    expect(lastError).toBe("http_429");
    expect(dueAt.getTime() - before).toBeGreaterThanOrEqual(120_000);
  });

  it("cuts off a receiver that never answers when the server stops, and delivers after the next start", async () => {
    receiver.plan({ status: 0, hang: true });
    await leave({});
    await receiver.arrived(1, 5_000);
    const stopping = Date.now();
    await app.close();
    expect(Date.now() - stopping).toBeLessThan(4_000);
    expect(await stateOf()).toMatchObject({ status: "pending", lastError: "aborted" });
    await start();
    const hooks = await receiver.arrived(2, 5_000);
    expect(hooks.map((hook) => hook.headers["x-spanledger-delivery"])).toEqual(["dlv_1", "dlv_1"]);
    expect(await ended()).toMatchObject({ status: "delivered" });
  });

  it("forgets alerts, with their deliveries, that are older than calls are kept", async () => {
    const fired = (id: string, daysAgo: number) => ({
      id,
      projectId: "default",
      type: "t",
      budgetId: null,
      payload: {},
      firedAt: new Date(Date.now() - daysAgo * 86_400_000),
    });
    await database.repository(Alert).insert([fired("old", 401), fired("kept", 399)]);
    const delivery = { alertId: "old", channelId, channelName: "hook", payload: {}, status: "dead" as const };
    await database.repository(Outbox).insert({ ...delivery, id: "dlv_old", dueAt: new Date(0) });
    await app.close();
    await start();
    expect((await database.repository(Alert).find()).map(({ id }) => id)).toEqual(["kept"]);
    expect(await database.repository(Outbox).count()).toBe(0);
  });

  it("is shared by replicas without sending twice", async () => {
    const other = await database.share();
    const replica = await startBudgetApp(other, new LedgerOfCalls());
    try {
      const alert = {
        id: "alr_2",
        projectId: "default",
        type: "t",
        budgetId: null,
        payload: {},
        firedAt: new Date(),
      };
      await database.repository(Alert).insert(alert);
      const rows = Array.from({ length: 60 }, (_, n) => ({
        id: `dlv_x${n}`,
        alertId: "alr_2",
        channelId,
        channelName: "hook",
        payload: { n },
        dueAt: new Date(0),
      }));
      await database.repository(Outbox).insert(rows);
      await receiver.arrived(60, 20_000);
      const open = (): Promise<number> => database.repository(Outbox).countBy({ status: "pending" });
      for (let left = await open(); left > 0; left = await open()) {
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      expect(receiver.received).toHaveLength(60);
      expect(await database.repository(Outbox).countBy({ attempts: 1, status: "delivered" })).toBe(60);
    } finally {
      await replica.close();
      await other.close();
    }
  }, 30_000);
});
