import { documentSummary } from "./features/document-summary.js";
import type { Feature } from "./features/feature.js";
import { researchAgent } from "./features/research-agent.js";
import {
  autocomplete,
  codeReview,
  intentRouter,
  nightlyReport,
  playground,
  searchEmbeddings,
} from "./features/small-features.js";
import { supportChat } from "./features/support-chat.js";
import type { PlannedCall } from "./planned-call.js";
import { SeededRandom } from "./random.js";
import { dayIndex, hoursBetween, HOUR_MS, intensity } from "./rhythm.js";

const FEATURES: readonly Feature[] = [
  supportChat,
  documentSummary,
  researchAgent,
  intentRouter,
  searchEmbeddings,
  codeReview,
  autocomplete,
  nightlyReport,
  playground,
];

/** Calls of an average session, over all features: turns a number of calls into a number of sessions. */
const CALLS_PER_SESSION = 1.73;

export interface PlanOptions {
  seed: number;
  /** First moment, inclusive, epoch milliseconds. */
  startMs: number;
  /** Last moment, exclusive. */
  endMs: number;
  /** Roughly how many calls; the plan differs from it by a few percent. */
  calls: number;
}

/**
 * The demo's traffic, ordered by time: the same options give the same calls. Sessions that would run past the end are cut off.
 * Never throws.
 */
export function planTraffic(options: PlanOptions): PlannedCall[] {
  const calls: PlannedCall[] = [];
  const hours = hoursBetween(options.startMs, options.endMs);
  const shares = FEATURES.map((feature) => feature.weight);
  const totalWeight = shares.reduce((sum, weight) => sum + weight, 0);
  let number = 0;
  for (const [index, feature] of FEATURES.entries()) {
    const random = new SeededRandom(options.seed * 1_000 + index);
    const memory = new Map<string, number>();
    const sessions = ((options.calls / CALLS_PER_SESSION) * feature.weight) / totalWeight;
    const weights = hours.map((hour) => intensity(feature.rhythm, hour, options.startMs, options.endMs));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    for (const [at, hour] of hours.entries()) {
      const count = random.count((sessions * (weights[at] ?? 0)) / Math.max(sum, 1e-9));
      const starts = Array.from({ length: count }, () => hour + Math.floor(random.next() * HOUR_MS));
      for (const startMs of starts.sort((a, b) => a - b)) {
        number += 1;
        const day = dayIndex(startMs, options.startMs);
        calls.push(...feature.session({ random, startMs, day, number, memory }));
      }
    }
  }
  return calls.filter((call) => call.atMs < options.endMs).sort((a, b) => a.atMs - b.atMs);
}
