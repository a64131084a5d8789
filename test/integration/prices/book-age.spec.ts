import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { BookAgeAlert } from "../../../src/server/prices/book/book-age-alert.js";
import type { BookReport } from "../../../src/server/prices/book/book-status.js";
import type { ControlDatabase } from "../../../src/server/storage/control/control-database.js";
import { OutboxSignal } from "../../../src/server/storage/control/outbox-signal.js";
import { type BudgetApp, startBudgetApp } from "../../support/budget-app.js";
import { openControlStore } from "../../support/control-store.js";
import { LedgerOfCalls } from "../../support/ledger-of-calls.js";
import { WebhookReceiver } from "../../support/webhook-receiver.js";

interface StaleAlert {
  id: string;
  type: string;
  book: { version: string; ageDays: number };
  deliveries: { status: string }[];
}

let database: ControlDatabase;

beforeAll(async () => {
  database = await openControlStore();
}, 60_000);

beforeEach(async () => {
  await database.dataSource.query("TRUNCATE project CASCADE");
});

afterAll(() => database.close());

function reportOf(ageDays: number, version = "2026.11.25-1"): BookReport {
  return {
    version: `${version}+abcdef`,
    source: "bundled",
    released: "2026-11-25",
    ageDays,
    stale: ageDays > 14,
    lastCheckAt: null,
    lastSuccessAt: null,
    lastError: null,
    held: 0,
    urls: [],
  };
}

/** One of two replicas: both look at the same store. */
function watchOf(report: () => BookReport): BookAgeAlert {
  return new BookAgeAlert(database, { report: () => Promise.resolve(report()) }, new OutboxSignal(), {
    nowMs: Date.now,
  });
}

describe("an old price book", () => {
  let app: BudgetApp;
  let receiver: WebhookReceiver;

  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
    app = await startBudgetApp(database, new LedgerOfCalls());
  });

  afterEach(async () => {
    await app.close();
    await receiver.close();
  });

  it("is told once to every project with channels, whichever replica looks, and again a month later", async () => {
    let report = reportOf(14);
    const [one, other] = [watchOf(() => report), watchOf(() => report)];
    report = reportOf(30);
    expect(await one.check()).toEqual([]);
    await app.call(
      "POST",
      "/api/v1/channels",
      {},
      { name: "hook", type: "webhook", config: { url: receiver.url } },
    );
    report = reportOf(14);
    expect(await one.check()).toEqual([]);
    report = reportOf(15);
    const fired = await Promise.all([one.check(), other.check()]);
    expect(fired.flat()).toHaveLength(1);
    report = reportOf(43);
    expect(await other.check()).toEqual([]);
    report = reportOf(44);
    expect(await other.check()).toHaveLength(1);
    report = reportOf(15, "2026.12.25-1");
    expect(await one.check()).toHaveLength(1);

    const hooks = await receiver.arrived(3, 15_000);
    const bodies = hooks.map((hook) => hook.json<StaleAlert>());
    expect(bodies.map(({ type, book }) => `${type} ${book.version} ${book.ageDays}`).toSorted()).toEqual([
      "price_book.stale 2026.11.25-1 15",
      "price_book.stale 2026.11.25-1 44",
      "price_book.stale 2026.12.25-1 15",
    ]);
    const { data } = (await app.call("GET", "/api/v1/alerts")).json<{ data: StaleAlert[] }>();
    expect(data.map(({ id }) => id).toSorted()).toEqual(bodies.map(({ id }) => id).toSorted());
  }, 60_000);
});
