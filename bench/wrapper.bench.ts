import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { printTable, quantile, short } from "./measure.js";

const WRAPPER = fileURLToPath(new URL("../src/sdk/dist/index.js", import.meta.url));
const CONTESTANT = fileURLToPath(new URL("./wrapper-contestant.mjs", import.meta.url));

const ROUNDS = Number(process.env["SPANLEDGER_BENCH_ROUNDS"] ?? 30);

interface Workload {
  name: string;
  title: string;
  /** Calls of one round. */
  calls: number;
  /** Calls before the first round, in which code gets warm: an application that observes its calls runs for days. */
  warmUp: number;
}

const WORKLOADS: readonly Workload[] = [
  { name: "chat", title: "chat, 20 messages", calls: 400, warmUp: 12_000 },
  { name: "fresh", title: "the same, all texts new", calls: 400, warmUp: 2000 },
  { name: "stream", title: "stream, 500 chunks", calls: 6, warmUp: 200 },
  { name: "embeddings", title: "embeddings, 16 x 1536", calls: 10, warmUp: 150 },
];

/** Processes of each contestant: equal ones differ by some microseconds per call, by where the system puts their memory. */
const PROCESSES = 2;

interface Setting {
  title: string;
  baseline: string;
  rows: readonly (readonly [contestant: string, label: string])[];
}

const SETTINGS: readonly Setting[] = [
  {
    title:
      "Without an OpenTelemetry SDK (the wrapper encodes and sends by itself, to a receiver that says 200)",
    baseline: "bare",
    rows: [
      ["bare", "bare openai client"],
      ["observed", "observed, no fingerprint"],
      ["observed-fingerprint", "observed"],
    ],
  },
  {
    title: "In a traced application (spans through a batch processor to an exporter that drops them)",
    baseline: "traced-bare",
    rows: [
      ["traced-bare", "bare openai client"],
      ["traced-observed", "observed, no fingerprint"],
      ["traced-observed-fingerprint", "observed"],
      ["traced-traceloop", "@traceloop/instrumentation-openai"],
      ["traced-openinference", "@arizeai/openinference-instrumentation-openai"],
    ],
  },
];

/** traceloop leaves embeddings alone: there is nothing to compare. */
const NOT_RECORDED: ReadonlySet<string> = new Set(["traced-traceloop embeddings"]);

/** Contestants whose spans are counted where they leave the application. */
const TRACED = /^traced-(?!bare)/;

interface Round {
  cpuUs: number;
  /** Spans that reached the exporter of a traced application. */
  spans: number;
  error?: string;
}

class Contestant {
  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(name: string, endpoint: string): Promise<Contestant> {
    const env = { PATH: process.env["PATH"], SPANLEDGER_ENDPOINT: endpoint };
    const child = fork(CONTESTANT, [name], { execArgv: [], env });
    await once(child, "message");
    return new Contestant(name, child);
  }

  /** CPU microseconds per call, the mean of `calls` calls, each of which must have become a span. */
  async run({ name, calls: usual }: Workload, calls = usual): Promise<number> {
    const answered = once(this.child, "message") as Promise<[Round]>;
    this.child.send({ workload: name, calls });
    const [{ cpuUs, spans, error }] = await answered;
    if (error !== undefined) throw new Error(error);
    const expected = TRACED.test(this.name) && !NOT_RECORDED.has(`${this.name} ${name}`) ? calls : 0;
    if (spans !== expected) throw new Error(`${this.name} made ${spans} spans of ${calls} calls`);
    return cpuUs;
  }

  stop(): void {
    this.child.disconnect();
  }
}

/** Every contestant's rounds of one workload, taken in turn, in changing order, so that a busy moment of the machine meets them all. */
async function compete(
  contestants: ReadonlyMap<string, readonly Contestant[]>,
  workload: Workload,
): Promise<Map<string, number[]>> {
  const names = [...contestants.keys()];
  const rounds = new Map(names.map((name) => [name, [] as number[]]));
  for (const contestant of [...contestants.values()].flat()) await contestant.run(workload, workload.warmUp);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(turn + round) % names.length] ?? "";
      const cpuUs = (await contestants.get(name)?.[round % PROCESSES]?.run(workload)) ?? Number.NaN;
      rounds.get(name)?.push(cpuUs);
    }
  }
  return rounds;
}

function cells(rounds: Map<string, number[]>, baseline: string, name: string, workload: string): string[] {
  if (NOT_RECORDED.has(`${name} ${workload}`)) return ["not recorded", ""];
  const own = quantile(rounds.get(name) ?? [], 0.5);
  const bare = quantile(rounds.get(baseline) ?? [], 0.5);
  if (name === baseline) return [short(own), ""];
  return [short(own), `x${(own / bare).toFixed(2)} (${signed(own - bare)})`];
}

function signed(us: number): string {
  return us < 0 ? `-${short(-us)}` : `+${short(us)}`;
}

/** A receiver that takes everything at once: what a contestant's own exporter talks to. */
async function receiver(): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/**
 * What observing costs per call, beside the bare client and two other instrumentations: CPU time of the whole process with all its
 * threads (garbage collection and compilation too), the fetch answering from memory, what was recorded sent before a round ends. Every contestant has a process of its own, since instrumentations change the code that all share.
 */
export async function benchWrapper(): Promise<void> {
  if (!existsSync(WRAPPER)) throw new Error("npm run build first: the built wrapper is measured");
  const ledger = await receiver();
  const contestants = new Map<string, Contestant[]>();
  for (const [name] of SETTINGS.flatMap(({ rows }) => rows)) {
    const processes: Contestant[] = [];
    for (let index = 0; index < PROCESSES; index += 1) {
      processes.push(await Contestant.start(name, ledger.url));
    }
    contestants.set(name, processes);
  }
  const results = new Map<string, Map<string, number[]>>();
  for (const workload of WORKLOADS) results.set(workload.name, await compete(contestants, workload));
  for (const contestant of [...contestants.values()].flat()) contestant.stop();
  ledger.close();
  for (const { title, baseline, rows } of SETTINGS) {
    printTable(`Observing the openai client, us CPU per call, medians of ${ROUNDS} rounds. ${title}`, [
      ["", ...WORKLOADS.flatMap((workload) => [workload.title, "x bare (us)"])],
      ...rows.map(([name, label]) => [
        label,
        ...WORKLOADS.flatMap((workload) =>
          cells(results.get(workload.name) ?? new Map<string, number[]>(), baseline, name, workload.name),
        ),
      ]),
    ]);
  }
}
