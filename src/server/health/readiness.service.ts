import { Inject, Injectable } from "@nestjs/common";
import { ANALYTICS_STORE, type AnalyticsStore } from "../storage/analytics/analytics-store.js";
import { ControlDatabase } from "../storage/control/control-database.js";

export type CheckState = "ok" | "failed";

export interface ReadinessReport {
  status: "ready" | "not_ready" | "starting" | "stopping";
  checks: { analytics: CheckState; control: CheckState };
}

/** A store that takes longer than this to answer is not ready. */
const PING_TIMEOUT_MS = 2_000;

/** Whether this process can take and store spans now. */
@Injectable()
export class ReadinessService {
  #phase: "starting" | "running" | "stopping" = "starting";
  #running: Promise<ReadinessReport> | null = null;

  constructor(
    @Inject(ANALYTICS_STORE) private readonly analytics: Pick<AnalyticsStore, "ping">,
    @Inject(ControlDatabase) private readonly control: Pick<ControlDatabase, "ping">,
  ) {}

  /** Every port is open: from now on the stores decide. */
  markReady(): void {
    if (this.#phase === "starting") this.#phase = "running";
  }

  /** From now on not ready: call it first when shutting down, so that balancers look elsewhere. */
  markStopping(): void {
    this.#phase = "stopping";
  }

  /** Asks both stores, once for all who ask at the same time. Never throws. */
  async report(): Promise<ReadinessReport> {
    this.#running ??= this.#ask().finally(() => {
      this.#running = null;
    });
    const report = await this.#running;
    return this.#phase === "running" ? report : { ...report, status: this.#phase };
  }

  async #ask(): Promise<ReadinessReport> {
    const [analytics, control] = await Promise.all([stateOf(this.analytics), stateOf(this.control)]);
    const status = analytics === "ok" && control === "ok" ? "ready" : "not_ready";
    return { status, checks: { analytics, control } };
  }
}

async function stateOf(store: { ping(): Promise<void> }): Promise<CheckState> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CheckState>((resolve) => {
    timer = setTimeout(() => resolve("failed"), PING_TIMEOUT_MS);
  });
  try {
    return await Promise.race([store.ping().then((): CheckState => "ok"), late]);
  } catch {
    return "failed"; // why is the store's to log; here only whether it answers counts
  } finally {
    clearTimeout(timer);
  }
}
