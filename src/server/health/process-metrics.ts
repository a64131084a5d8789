import { Injectable, type OnApplicationShutdown } from "@nestjs/common";
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import type { PrometheusText } from "./prometheus-text.js";

const NANOS_PER_SECOND = 1e9;
const RESOLUTION_MS = 20;

/** CPU, memory and event-loop lag of this process. */
@Injectable()
export class ProcessMetrics implements OnApplicationShutdown {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#delay.enable();
  }

  onApplicationShutdown(): void {
    this.#delay.disable();
  }

  /** Adds the metrics; event-loop lag is that since the last time. */
  writeTo(text: PrometheusText): void {
    const cpu = process.cpuUsage();
    const memory = process.memoryUsage();
    text
      .counter(
        "process_cpu_seconds_total",
        "User and system CPU time in seconds.",
        (cpu.user + cpu.system) / 1e6,
      )
      .gauge("process_resident_memory_bytes", "Resident memory in bytes.", memory.rss)
      .gauge("nodejs_heap_size_used_bytes", "JavaScript heap in use in bytes.", memory.heapUsed)
      .gauge("process_uptime_seconds", "Seconds since the process started.", process.uptime())
      .gauge("nodejs_eventloop_lag_seconds", "Event-loop lag since the last scrape, in seconds.", [
        { labels: { quantile: "0.5" }, value: this.#lag(this.#delay.percentile(50)) },
        { labels: { quantile: "0.99" }, value: this.#lag(this.#delay.percentile(99)) },
        { labels: { quantile: "1" }, value: this.#lag(this.#delay.max) },
      ]);
    this.#delay.reset();
  }

  /** The histogram counts the timer's own interval; what is beyond it is lag. */
  #lag(nanoseconds: number): number {
    const lag = nanoseconds / NANOS_PER_SECOND - RESOLUTION_MS / 1000;
    return Number.isFinite(lag) && lag > 0 ? lag : 0;
  }
}
