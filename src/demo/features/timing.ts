import type { LimitWindow, Reply } from "../providers/index.js";
import type { SeededRandom } from "../random.js";

/** How fast a model answers: milliseconds to the first token, and tokens per second from then on. */
export interface Speed {
  readonly firstMs: number;
  readonly perSecond: number;
}

export const SPEEDS = {
  nano: { firstMs: 260, perSecond: 180 },
  small: { firstMs: 420, perSecond: 120 },
  large: { firstMs: 780, perSecond: 75 },
  frontier: { firstMs: 1_400, perSecond: 48 },
} as const satisfies Record<string, Speed>;

const STREAM_CHUNKS = 5;

/** Pacing of an answer of `tokens` output tokens: the same total time whether it is streamed or not. */
export function pacing(random: SeededRandom, speed: Speed, tokens: number, stream: boolean): Reply {
  const first = random.around(speed.firstMs, 0.35);
  const rest = Math.round((tokens / speed.perSecond) * 1000);
  if (!stream) return { latencyMs: first + rest };
  const headers = Math.round(first * 0.4);
  return {
    latencyMs: headers,
    firstChunkMs: first - headers,
    chunkGapMs: Math.round(rest / STREAM_CHUNKS),
    chunks: STREAM_CHUNKS,
  };
}

/** A limit window that the traffic has used `used` (0 to 1) of. */
export function limitWindow(limit: number, used: number, perMs = 60_000): LimitWindow {
  const share = Math.min(Math.max(used, 0), 1);
  return { limit, remaining: Math.round(limit * (1 - share)), resetMs: Math.round(perMs * share) };
}
