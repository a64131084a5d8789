import { describe, expect, it } from "@jest/globals";
import { unknownUsage } from "../domain/usage.js";
import { addTotals, type Totals } from "./totals.js";

const group = (known: Partial<Totals>): Totals => ({
  calls: 1,
  errors: 0,
  billableCalls: 1,
  unpricedCalls: 0,
  partialCalls: 0,
  unknownUsageCalls: 0,
  retries: 0,
  cost: "1",
  listCost: "1",
  usage: unknownUsage(),
  ...known,
});

describe("sums of groups", () => {
  it("are exact beyond binary numbers", () => {
    const sum = addTotals([
      group({ cost: "0.1", usage: { ...unknownUsage(), output: 3, audioSeconds: 0.1 } }),
      group({ cost: "0.2", usage: { ...unknownUsage(), output: 4, audioSeconds: 0.2 } }),
      group({ cost: "99999999999.000000000001", errors: 1, retries: 2 }),
    ]);
    expect(sum).toMatchObject({ calls: 3, errors: 1, retries: 2, cost: "99999999999.300000000001" });
    expect(sum.usage).toMatchObject({ output: 7, audioSeconds: 0.3, images: null });
  });

  it("are zero without calls, and unknown when every billable group is", () => {
    expect(addTotals([])).toMatchObject({ calls: 0, cost: "0", usage: { output: 0 } });
    const failed = group({
      billableCalls: 0,
      cost: "0",
      listCost: "0",
      usage: { ...unknownUsage(), output: 0 },
    });
    const unpriced = group({ cost: null, listCost: null, unpricedCalls: 1 });
    expect(addTotals([failed, unpriced])).toMatchObject({
      calls: 2,
      unpricedCalls: 1,
      cost: null,
      usage: { output: null },
    });
    expect(addTotals([failed])).toMatchObject({ calls: 1, cost: "0", usage: { output: 0 } });
    expect(addTotals([unpriced, group({ cost: "0.5" })])).toMatchObject({ cost: "0.5", unpricedCalls: 1 });
  });
});
