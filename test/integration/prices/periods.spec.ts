import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { chat } from "../../support/spans.js";
import {
  finished,
  type Job,
  openPriceStores,
  type PriceApp,
  startPriceApp,
  type Stores,
} from "./price-app.js";

interface Adjusted extends Job {
  adjusted: number;
  adjustment: string;
  progress: string;
  undoUntil: string | null;
}
interface Adjustments {
  data: { repricing: string; calls: number; delta: string; reversedAt: string | null }[];
  totals: { calls: number; delta: string };
}

let stores: Stores;
let app: PriceApp;

beforeAll(async () => {
  stores = await openPriceStores();
}, 60_000);
beforeEach(async () => {
  for (const table of ["repricing", "price_override", "closed_period", "price_audit"])
    await stores.database.dataSource.query(`TRUNCATE ${table} CASCADE`);
  await stores.store.command("TRUNCATE TABLE calls_raw");
  app = await startPriceApp(stores);
}, 30_000);
afterEach(() => app.close());
afterAll(() => stores.close());

/** Ten calls of gpt-4o-mini, one a second from 2026-03-02T10:00:00Z, 0.00045 USD each. */
const tenCalls = () =>
  Array.from({ length: 10 }, (_, index) =>
    chat(
      {
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.response.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 500,
        "gen_ai.usage.cache_read.input_tokens": 0,
        "gen_ai.response.id": `r-${index}`,
      },
      { key: `call-${index}`, startMs: index * 1000 },
    ),
  );

const half = { kind: "multiplier", match: "openai/*", value: "0.5", effectiveFrom: "2026-01-01T00:00:00Z" };
const apply = async (): Promise<Adjusted> => {
  const { id } = await app.json<Job>("POST", "reprice", { preview: false });
  return (await finished(app, id)) as Adjusted;
};
const adjustments = () => app.json<Adjustments>("GET", "adjustments");

describe("a closed period", () => {
  it("keeps its calls and takes adjustments, once, that a roll-back reverses", async () => {
    await app.ingest(tenCalls());
    const before = await app.ledger();
    // The call at 10:00:04 is outside: the end is exclusive.
    const closed = await app.json<{ id: string }>("POST", "periods/close", {
      to: "2026-03-02T10:00:04Z",
      reason: "invoiced",
    });
    expect(await app.json("POST", "periods/close", { to: "2026-03-02T10:00:04Z" })).toMatchObject({
      id: closed.id,
    });
    await app.json("POST", "prices/overrides", half);
    const preview = await app.json<Adjusted>("POST", "reprice", { preview: true });
    expect(preview).toMatchObject({
      changed: 6,
      adjusted: 4,
      adjustment: "-0.0009",
      before: "0.0045",
      after: "0.00315",
    });

    const job = await apply();
    expect(job).toMatchObject({ changed: 6, adjusted: 4, adjustment: "-0.0009", progress: "1" });
    expect((await app.ledger()).slice(0, 4)).toEqual(before.slice(0, 4));
    expect(await apply()).toMatchObject({ changed: 0, adjusted: 0, adjustment: "0" });
    expect(await adjustments()).toMatchObject({
      data: [{ repricing: job.id, calls: 4, delta: "-0.0009" }],
      totals: { calls: 4, delta: "-0.0009" },
    });

    await app.json("POST", `reprice/${job.id}/rollback`);
    expect(await finished(app, job.id)).toMatchObject({ status: "rolled_back", kept: 0 });
    expect(await app.ledger()).toEqual(before);
    const after = await adjustments();
    expect(after.totals).toEqual({ calls: 0, delta: "0" });
    expect(after.data[0]?.reversedAt).not.toBeNull();
  }, 60_000);

  it("stands in the way of roll-backs that would change it, until it is reopened", async () => {
    await app.ingest(tenCalls());
    const before = await app.ledger();
    await app.json("POST", "prices/overrides", half);
    const job = await apply();
    const { id } = await app.json<{ id: string }>("POST", "periods/close", {
      from: "2026-03-01",
      to: "2026-03-03",
    });
    const refused = await app.json<{ error: { message: string } }>(
      "POST",
      `reprice/${job.id}/rollback`,
      {},
      409,
    );
    expect(refused.error.message).toContain(id);
    await app.json("POST", `periods/${id}/reopen`, {}, 400);
    await app.json("POST", `periods/${id}/reopen`, { reason: "wrong discount" });
    await app.json("POST", `reprice/${job.id}/rollback`);
    await finished(app, job.id);
    expect(await app.ledger()).toEqual(before);
  }, 60_000);

  it("is refused where it cannot be meant, and adjustments are taken back last first", async () => {
    await app.json("POST", "periods/close", { from: "2026-03-02", to: "2026-03-02" }, 400);
    await app.json("POST", "periods/close", { to: "2999-01-01" }, 400);
    await app.json("POST", "periods/close", { from: "2026-03-01", to: "2026-03-03" });
    await app.json("POST", "periods/close", { from: "2026-03-02", to: "2026-03-04" }, 409);
    await app.json("POST", "periods/per_unknown/reopen", { reason: "x" }, 404);
    await app.ingest(tenCalls());
    await app.json("POST", "prices/overrides", half);
    const first = await apply();
    await app.json("POST", "prices/overrides", { ...half, value: "0.25", supersede: true });
    const second = await apply();
    expect(second).toMatchObject({ adjusted: 10, adjustment: "-0.001125" });
    await app.json("POST", `reprice/${first.id}/rollback`, {}, 409);
    await app.json("POST", `reprice/${second.id}/rollback`);
    await finished(app, second.id);
    expect((await adjustments()).totals).toEqual({ calls: 10, delta: "-0.00225" });
  }, 60_000);
});

describe("undo records", () => {
  it("are dropped 90 days after the end; a roll-back is refused then", async () => {
    await app.ingest(tenCalls());
    await app.json("POST", "prices/overrides", half);
    const [old, young] = [await apply(), await apply()];
    const age = (id: string, days: number) =>
      stores.database.dataSource.query(
        "UPDATE repricing SET finished_at = now() - make_interval(days => $2) WHERE id = $1",
        [id, days],
      );
    await age(old.id, 91);
    await age(young.id, 89);
    await app.restart();
    const left = await stores.database.dataSource.query<{ repricing_id: string }[]>(
      "SELECT repricing_id FROM repricing_undo",
    );
    expect(left).toEqual([]);
    expect(await app.json<Adjusted>("GET", `reprice/${old.id}`)).toMatchObject({ undoUntil: null });
    expect((await app.json<Adjusted>("GET", `reprice/${young.id}`)).undoUntil).not.toBeNull();
    await app.json("POST", `reprice/${old.id}/rollback`, {}, 409);
    await app.json("POST", `reprice/${young.id}/rollback`);
  }, 60_000);
});
