import { flush } from "@spanledger/sdk";
import type { DemoLedger } from "./demo-ledger.js";
import { type Ending, type Lane, Lanes } from "./lane.js";
import type { PlannedCall } from "./planned-call.js";
import { planTraffic } from "./plan.js";
import type { DemoProgress } from "./progress.js";
import { DAY_MS, HOUR_MS } from "./rhythm.js";

export interface DemoOptions {
  ledger: DemoLedger;
  /** Last moment of the traffic, exclusive, epoch milliseconds; cut to the whole hour. */
  nowMs: number;
  days?: number;
  /** Roughly how many calls. */
  calls?: number;
  seed?: number;
  lanes?: number;
  /** Ends the demo early; what was made is flushed. */
  signal?: AbortSignal;
  onProgress?: (progress: DemoProgress) => void;
}

export interface DemoResult {
  planned: number;
  made: number;
  endings: Record<Ending, number>;
  /** HTTP requests the stand-in providers answered, retries included. */
  attempts: number;
  fromMs: number;
  toMs: number;
  elapsedMs: number;
  run: string;
}

/** Calls between progress reports. */
const ROUND = 500;
/**
 * Rounds between flushes: well within the wrapper's queue, so that nothing is dropped. Between rounds no call is under way, and a
 * flush never cuts one that waits for its next attempt.
 */
const ROUNDS_PER_FLUSH = 4;
const DEFAULT_LANES = 4;
/** Share of the calls after which the budget is made: the rest crosses its thresholds while somebody watches. */
const BUDGET_AT = 0.97;

/**
 * Makes the planned traffic through the wrapper, oldest first, and resolves when everything was exported. Progress is reported
 * after each round.
 * @throws what the ledger's API throws
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const toMs = Math.floor(options.nowMs / HOUR_MS) * HOUR_MS;
  const fromMs = toMs - (options.days ?? 30) * DAY_MS;
  const seed = options.seed ?? 1;
  const plan = planTraffic({ seed, startMs: fromMs, endMs: toMs, calls: options.calls ?? 20_000 });
  const startedMs = performance.now();
  const result: DemoResult = {
    planned: plan.length,
    made: 0,
    endings: { answered: 0, failed: 0, left: 0 },
    attempts: 0,
    fromMs,
    toMs,
    elapsedMs: 0,
    run: `${seed}-${Math.round(options.nowMs / 1000).toString(36)}`,
  };
  const team = await Lanes.open(options.lanes ?? DEFAULT_LANES, result.run);
  try {
    await makeAll(plan, team.lanes, options, result, startedMs);
  } finally {
    await flush();
    await team.close();
    result.attempts = team.attempts();
    result.elapsedMs = performance.now() - startedMs;
  }
  return result;
}

async function makeAll(
  plan: readonly PlannedCall[],
  lanes: readonly Lane[],
  options: DemoOptions,
  result: DemoResult,
  startedMs: number,
): Promise<void> {
  let hasBudget = false;
  for (let round = 0; round * ROUND < plan.length && !options.signal?.aborted; round += 1) {
    await makeRound(plan.slice(round * ROUND, (round + 1) * ROUND), lanes, result, options.signal);
    if (round % ROUNDS_PER_FLUSH === ROUNDS_PER_FLUSH - 1) await flush();
    if (!hasBudget && result.made >= plan.length * BUDGET_AT) {
      hasBudget = true;
      await flush();
      await options.ledger.ensureBudget(options.nowMs);
    }
    options.onProgress?.({
      made: result.made,
      planned: plan.length,
      spent: await options.ledger.spentSince(result.fromMs),
      elapsedMs: performance.now() - startedMs,
    });
  }
}

/** Lanes take the next call of the round as soon as they are free. */
async function makeRound(
  round: readonly PlannedCall[],
  lanes: readonly Lane[],
  result: DemoResult,
  signal: AbortSignal | undefined,
): Promise<void> {
  let next = 0;
  await Promise.all(
    lanes.map(async (lane) => {
      for (let call = round[next++]; call !== undefined && !signal?.aborted; call = round[next++]) {
        result.endings[await lane.make(call)] += 1;
        result.made += 1;
      }
    }),
  );
}
