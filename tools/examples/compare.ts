import type { LogEntry } from "../../src/demo/providers/index.js";

/** The parts of the public call record that examples are checked by. */
export interface LedgerCall {
  id: string;
  startTime: string;
  responseId: string | null;
  requestId: string | null;
  outcome: string;
  attemptCount: number;
  usage: Record<string, number | null>;
  cost: { status: string; total: string | null };
}

/** Nobody's price list knows a model on one's own machine. */
const UNPRICED = new Set(["ollama"]);

/** The differences between what the provider served and what the ledger says; empty when they agree. */
export function differences(entry: LogEntry, attempts: number, call: LedgerCall | undefined): string[] {
  const name = `${entry.family} ${entry.responseId ?? entry.requestId ?? entry.index}`;
  if (!call) return [`${name}: not in the ledger`];
  const problems: string[] = [];
  type Value = string | number | null | undefined;
  const same = (what: string, expected: Value, actual: Value): void => {
    if (expected !== actual) problems.push(`${name} ${what}: served ${expected}, recorded ${actual}`);
  };
  same("attempts", attempts, call.attemptCount);
  const isWhole = entry.end === "complete" && entry.wireUsage !== null;
  if (!isWhole || entry.tokens === null) {
    same("outcome", "cancelled", call.outcome === "abandoned" ? "cancelled" : call.outcome);
    return problems;
  }
  const { tokens } = entry;
  const writes = tokens.cacheWrite5m + tokens.cacheWrite1h;
  same("input", tokens.input + tokens.cacheRead + writes, call.usage["inputTotal"]);
  same("cache read", tokens.cacheRead, call.usage["cacheRead"] ?? 0);
  same("cache write 5m", tokens.cacheWrite5m, call.usage["cacheWrite5m"] ?? 0);
  same("cache write 1h", tokens.cacheWrite1h, call.usage["cacheWrite1h"] ?? 0);
  same("output", tokens.output + tokens.reasoning, call.usage["outputTotal"]);
  same("outcome", "ok", call.outcome);
  same("cost", UNPRICED.has(entry.family) ? "unpriced" : "priced", call.cost.status);
  return problems;
}

/** The row of each exchange: by response id, else by request id, else the next in order of time. */
export function rowsOf(
  served: readonly { entry: LogEntry }[],
  added: readonly LedgerCall[],
): (LedgerCall | undefined)[] {
  const left = [...added].sort((a, b) => a.startTime.localeCompare(b.startTime));
  return served.map(({ entry }) => {
    const byId = left.findIndex(
      (call) =>
        (entry.responseId !== null && call.responseId === entry.responseId) ||
        (entry.requestId !== null && call.requestId === entry.requestId),
    );
    return left.splice(Math.max(0, byId), 1)[0];
  });
}

/** Successful exchanges with the refused attempts of the same call before them. */
export function servedCalls(log: readonly LogEntry[]): { entry: LogEntry; attempts: number }[] {
  return log
    .filter((entry) => entry.status === 200)
    .map((entry) => ({ entry, attempts: (entry.retryCount ?? 0) + 1 }));
}
