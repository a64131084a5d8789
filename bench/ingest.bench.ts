import { setTimeout as delay } from "node:timers/promises";
import { closedLoop, openLoop, prepareExports, SPANS_PER_EXPORT } from "./load.js";
import { printTable, short } from "./measure.js";
import {
  type ServerUnderTest,
  startBaseline,
  startProduct,
  temporaryDirectory,
} from "./server-under-test.js";

/** Exports of the throughput run, and of each latency run. */
const EXPORTS = Number(process.env["SPANLEDGER_BENCH_EXPORTS"] ?? 200);
const WARM_UP = Math.ceil(EXPORTS / 5);
const LATENCY_EXPORTS = Math.ceil(EXPORTS / 2);
const CONCURRENCY = 16;
const LOADS = [0.25, 0.5, 0.75];
const IDLE_MS = 3000;
const MIB = 1024 * 1024;

interface IngestResult {
  spansPerSecond: number;
  cpuMicrosPerSpan: number;
  peakRssMib: number;
  latencies: { load: number; p50Ms: number; p99Ms: number }[];
  refusals: number;
  /** Spans acknowledged in all runs, and calls a reader finds afterwards. */
  acknowledged: number;
  stored: number;
}

/** Durable ingest over HTTP with gzip, against a plain receiver on protobufjs and JSON rows in the same run. */
export async function benchIngest(): Promise<void> {
  const product = temporaryDirectory();
  const baseline = temporaryDirectory();
  try {
    const first = await startProduct(product.path);
    await first.stop();
    const server = await startProduct(product.path);
    await delay(IDLE_MS);
    const idleRss = (await server.figures()).rssBytes;
    printTable("Start", [
      ["fresh data directory, to ready", `${short(first.startMs)} ms`],
      ["existing data directory, to ready", `${short(server.startMs)} ms`],
      ["resident memory when idle", `${short(idleRss / MIB)} MiB`],
    ]);
    const ours = await measureIngest(server);
    const plain = await measureIngest(await startBaseline(baseline.path));
    report(ours, plain);
  } finally {
    product.dispose();
    baseline.dispose();
  }
}

/** Loads a server, and stops it. */
async function measureIngest(server: ServerUnderTest): Promise<IngestResult> {
  const memory = watchMemory(server);
  try {
    await closedLoop(server.url, prepareExports(WARM_UP), CONCURRENCY);
    const exports = prepareExports(EXPORTS);
    const before = await server.figures();
    const { spansPerSecond, refusals } = await closedLoop(server.url, exports, CONCURRENCY);
    const after = await server.figures();
    const latencies = [];
    for (const load of LOADS) {
      const result = await openLoop(server.url, prepareExports(LATENCY_EXPORTS), spansPerSecond * load);
      latencies.push({ load, ...result });
    }
    const cpuMicrosPerSpan = ((after.cpuSeconds - before.cpuSeconds) * 1e6) / (EXPORTS * SPANS_PER_EXPORT);
    const acknowledged = (WARM_UP + EXPORTS + LOADS.length * LATENCY_EXPORTS) * SPANS_PER_EXPORT;
    const stored = await server.stored();
    if (stored !== acknowledged) throw new Error(`${acknowledged} spans acknowledged, ${stored} stored`);
    const peakRssMib = memory.stop() / MIB;
    return { spansPerSecond, cpuMicrosPerSpan, peakRssMib, latencies, refusals, acknowledged, stored };
  } finally {
    memory.stop();
    await server.stop();
  }
}

/** Looks at the resident memory four times a second; `stop` returns the highest seen in bytes. */
function watchMemory(server: ServerUnderTest): { stop: () => number } {
  let peak = 0;
  const timer = setInterval(() => {
    server.figures().then(
      ({ rssBytes }) => {
        peak = Math.max(peak, rssBytes);
      },
      () => undefined, // the server is stopping
    );
  }, 250);
  return {
    stop: () => {
      clearInterval(timer);
      return peak;
    },
  };
}

function report(ours: IngestResult, plain: IngestResult): void {
  const row = (name: string, read: (result: IngestResult) => number, unit: string): string[] => [
    name,
    `${short(read(ours))} ${unit}`,
    `${short(read(plain))} ${unit}`,
    read(plain) === 0 ? "" : (read(ours) / read(plain)).toFixed(2),
  ];
  printTable(
    `Durable ingest: HTTP, gzip, ${SPANS_PER_EXPORT} spans per export, ${CONCURRENCY} exports at a time, load generator on the same machine`,
    [
      ["", "Spanledger", "plain receiver", "ratio"],
      row("acknowledged spans per second", (result) => result.spansPerSecond, "/s"),
      row("server CPU per span", (result) => result.cpuMicrosPerSpan, "us"),
      row("peak resident memory", (result) => result.peakRssMib, "MiB"),
      ...ours.latencies.flatMap(({ load }, index) => [
        row(
          `p50 to acknowledgement at ${load * 100} % load`,
          (result) => result.latencies[index]?.p50Ms ?? Number.NaN,
          "ms",
        ),
        row(
          `p99 to acknowledgement at ${load * 100} % load`,
          (result) => result.latencies[index]?.p99Ms ?? Number.NaN,
          "ms",
        ),
      ]),
      row("exports told to come back", (result) => result.refusals, ""),
      row("spans acknowledged in all runs", (result) => result.acknowledged, ""),
      row("calls found afterwards", (result) => result.stored, ""),
    ],
  );
}
