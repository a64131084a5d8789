import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { LedgerSpendSource } from "../../../src/server/budgets/ledger-spend.source.js";
import type { BudgetScope } from "../../../src/server/domain/budget.js";
import { BudgetSpendQuery } from "../../../src/server/query/budget-spend.query.js";
import { type CallFacts, LedgerOfCalls, pricedCall } from "../../support/ledger-of-calls.js";
import { type Ledger, openLedger } from "../query/ledger-fixture.js";
import { ledgerRow } from "../storage/builders.js";

const START = Date.parse("2026-10-31T23:00:00Z");
const END = Date.parse("2026-11-30T23:00:00Z");
const iso = (ms: number): string => new Date(ms).toISOString();

/** Every combination of a few values, some of them not given, spread over the period and both its edges. */
function manyCalls(): CallFacts[] {
  const facts: CallFacts[] = [];
  const times = [START - 1, START, START + 86_400_000 * 11, END - 1, END];
  for (const atMs of times) {
    for (const feature of ["chat", "search", undefined]) {
      for (const team of ["blue", undefined]) {
        for (const region of ["eu", "it's", undefined]) {
          const n = facts.length + 1;
          facts.push({
            id: String(n),
            atMs,
            cost: n % 7 === 0 ? null : `0.0000000${n}1`,
            inputTokens: n * 10,
            outputTokens: n,
            billable: n % 11 !== 0,
            ...(feature === undefined ? {} : { feature }),
            ...(team === undefined ? {} : { team }),
            ...(region === undefined ? {} : { tags: { region } }),
            model: n % 3 === 0 ? "gpt-4o" : "gpt-4o-mini",
          });
        }
      }
    }
  }
  return facts;
}

describe("spend of a budget in the real ledger", () => {
  let ledger: Ledger;
  let real: LedgerSpendSource;
  const memory = new LedgerOfCalls();

  beforeAll(async () => {
    ledger = await openLedger();
    const facts = manyCalls();
    memory.acknowledge("default", ...facts);
    const rows = facts.map((fact) => {
      const call = pricedCall(fact);
      const cost =
        fact.billable === false ? { ...call.cost, status: "not_billable" as const, total: null } : call.cost;
      return ledgerRow({ ...call, cost });
    });
    await ledger.calls.insert(rows, []);
    await ledger.calls.insert(rows.slice(0, 40), []);
    real = new LedgerSpendSource(new BudgetSpendQuery(ledger.store));
  }, 60_000);

  afterAll(async () => {
    await ledger.close();
  });

  const scopes: [string, BudgetScope][] = [
    ["everything", {}],
    ["a feature", { feature: ["chat"] }],
    ["two features", { feature: ["chat", "search"] }],
    ["no feature given", { feature: [""] }],
    ["a feature or none", { feature: ["chat", ""] }],
    ["feature and team", { feature: ["search"], team: ["blue"] }],
    ["a provider", { provider: ["openai"] }],
    ["another provider", { provider: ["anthropic"] }],
    ["a model", { model: ["gpt-4o"] }],
    ["a tag", { tags: { region: ["eu"] } }],
    ["a tag with a quote", { tags: { region: ["it's"] } }],
    ["no such tag", { tags: { region: [""] } }],
    ["an unknown tag", { tags: { nothing: ["x"] } }],
    ["tag and feature", { feature: ["chat"], tags: { region: ["eu", "it's"] } }],
    ["hostile text", { feature: ["') OR 1=1 --"] }],
  ];

  it.each(scopes)("equals the sum of the calls the scope's test lets in: %s", async (_, scope) => {
    const expected = await memory.spend("default", scope, iso(START), iso(END));
    expect(await real.spend("default", scope, iso(START), iso(END))).toEqual(expected);
  });

  it("belongs to one project", async () => {
    expect(await real.spend("other", {}, iso(START), iso(END))).toEqual({
      cost: "0",
      tokens: "0",
      calls: 0,
      unpricedCalls: 0,
    });
  });
});
