import { expect, it } from "@jest/globals";
import { RejectionLog } from "./rejection-log.js";

it("reports at once, then what gathered, at most every ten seconds", () => {
  let now = 0;
  const lines: string[] = [];
  const log = new RejectionLog({ nowMs: () => now }, (line) => lines.push(line));
  const one = new Map([["invalid_time", 1]]);
  log.add(new Map());
  log.add(one);
  log.add(one);
  now = 9999;
  log.add(one);
  expect(lines).toEqual(["rejected: invalid_time=1"]);
  now = 10_000;
  log.add(new Map([["invalid_trace_id", 4]]));
  expect(lines.at(-1)).toBe("rejected: invalid_time=2 invalid_trace_id=4");
});
