import { Agent, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { exportBody } from "./llm-spans.js";
import { quantile } from "./measure.js";

export const SPANS_PER_EXPORT = 512;

/** Compressed exports with fresh ids. Made before the clock runs: the load generator shares the machine with the server. */
export function prepareExports(count: number): Buffer[] {
  return Array.from({ length: count }, () => gzipSync(exportBody(SPANS_PER_EXPORT), { level: 1 }));
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Sends one export; resolves with the status once the answer is complete. */
function send(url: string, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}/v1/traces`,
      {
        method: "POST",
        agent,
        headers: {
          "content-type": "application/x-protobuf",
          "content-encoding": "gzip",
          "content-length": body.length,
        },
      },
      (response) => response.resume().on("end", () => resolve(response.statusCode ?? 0)),
    );
    sent.on("error", reject).end(body);
  });
}

const MAX_REFUSALS = 300;

/** Sends until it is accepted, as a collector does: 429 and 503 are tried again. Resolves with the number of refusals. */
async function sendUntilAccepted(url: string, body: Buffer): Promise<number> {
  for (let refusals = 0; ; refusals += 1) {
    const status = await send(url, body);
    if (status === 200) return refusals;
    if ((status !== 503 && status !== 429) || refusals >= MAX_REFUSALS)
      throw new Error(`the server answered ${status}`);
    await delay(100);
  }
}

export interface ThroughputResult {
  spansPerSecond: number;
  refusals: number;
}

/** Keeps `concurrency` exports under way until all are acknowledged. */
export async function closedLoop(
  url: string,
  exports: Buffer[],
  concurrency: number,
): Promise<ThroughputResult> {
  const queue = exports.values();
  let refusals = 0;
  const started = performance.now();
  const worker = async (): Promise<void> => {
    for (const body of queue) refusals += await sendUntilAccepted(url, body);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - started) / 1000;
  return { spansPerSecond: (exports.length * SPANS_PER_EXPORT) / seconds, refusals };
}

export interface LatencyResult {
  p50Ms: number;
  p99Ms: number;
  refusals: number;
}

/**
 * Sends exports at a fixed rate whatever the answers do, and times each from the moment it was due, so that a stalled server is
 * not spared the exports that would have come meanwhile.
 */
export async function openLoop(
  url: string,
  exports: Buffer[],
  spansPerSecond: number,
): Promise<LatencyResult> {
  const intervalMs = (SPANS_PER_EXPORT / spansPerSecond) * 1000;
  const started = performance.now();
  const latencies: number[] = [];
  let refusals = 0;
  await Promise.all(
    exports.map(async (body, index) => {
      const dueAt = started + index * intervalMs;
      await delay(Math.max(0, dueAt - performance.now()));
      refusals += await sendUntilAccepted(url, body);
      latencies.push(performance.now() - dueAt);
    }),
  );
  return { p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99), refusals };
}
