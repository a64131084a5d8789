import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { BOARDS } from "../../../dashboards/source/index.js";
import { readPanelRequest } from "../../../src/server/dashboards/panel-request.js";
import { DimensionValuesQuery } from "../../../src/server/query/dimension-values.query.js";
import { NOW_MS, openSeededLedger, type SeededLedger } from "./ledger.js";

interface Filter {
  key: string;
  operator: string;
  value: string | string[];
}

let ledger: SeededLedger;

beforeAll(async () => {
  ledger = await openSeededLedger();
}, 120_000);

afterAll(() => ledger.close());

const signal = new AbortController().signal;

function ask(uid: string, panel: number, adhocFilters: Filter[]) {
  const request = readPanelRequest({ from: "now-30d", to: "now", adhocFilters });
  return ledger.service.queryPanel("default", uid, panel, request, signal);
}

const calls = async (...filters: Filter[]): Promise<number> =>
  Number((await ask("spanledger-overview", 3, filters)).rows.at(-1)?.at(-1));

describe("ad hoc filters", () => {
  it.each(BOARDS.map((board) => [board.uid, board] as const))(
    "narrow every panel of %s, hostile values and all",
    async (uid, board) => {
      const filters = [
        {
          key: "user",
          operator: "!=|",
          value: ["x' OR 1=1 --", "\\'); DROP TABLE calls_raw --", "${__from}"],
        },
        { key: "tag:it's", operator: "=", value: "" },
        { key: "model", operator: "=~", value: "^(gpt|claude)" },
        { key: "errorType", operator: "!=", value: "nothing" },
      ];
      for (const panel of board.panels.filter((one) => one.targets !== undefined))
        await ask(uid, panel.id, filters);
    },
    60_000,
  );

  it("compare as they say, and opposites add up to all", async () => {
    const all = await calls();
    for (const [operator, opposite, value] of [
      ["=", "!=", "production"],
      ["=|", "!=|", ["production", "nowhere"]],
      ["=~", "!~", "^prod"],
    ] as const) {
      const filter = { key: "environment", value: value as string | string[] };
      const some = await calls({ ...filter, operator });
      expect(some).toBeGreaterThan(0);
      expect(some).toBeLessThan(all);
      expect(some + (await calls({ ...filter, operator: opposite }))).toBe(all);
    }
    expect(await calls({ key: "customer", operator: "=", value: "(none)" })).toBe(
      await calls({ key: "customer", operator: "=", value: "" }),
    );
  });

  it("answers a broken pattern as the viewer's mistake", async () => {
    await expect(calls({ key: "model", operator: "=~", value: "(" })).rejects.toMatchObject({
      code: "invalid_request",
    });
  });

  it("offers keys and values, most used first", async () => {
    const dimensions = new DimensionValuesQuery(ledger.store, { nowMs: () => NOW_MS });
    const keys = (await dimensions.names("default", {}, signal)).map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining(["model", "feature", "team", "user", "customer"]));
    for (const key of keys) {
      const values = await dimensions.values("default", key, {}, signal);
      expect([key, values.length > 0]).toEqual([key, true]);
      const [first] = values;
      expect(await calls({ key, operator: "=", value: first?.value ?? "" })).toBe(first?.calls);
    }
    const searched = await dimensions.values("default", "model", { search: "MINI" }, signal);
    expect(searched.map(({ value }) => value)).toEqual(["gpt-4.1-mini"]);
    await expect(dimensions.values("default", "cost) --", {}, signal)).rejects.toMatchObject({
      code: "not_found",
    });
  });
});
