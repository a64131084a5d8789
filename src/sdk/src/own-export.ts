import { isSpanContextValid, trace } from "@opentelemetry/api";
import type { Attributes, Context } from "@opentelemetry/api";
import { ownEndpoint, resourceAttributes } from "./environment.js";
import { guard, warnOnce } from "./guard.js";
import { SpanBatch } from "./otlp-encode.js";
import type { SpanParent } from "./otlp-encode.js";
import { postOnce } from "./post-once.js";
import type { SpanData } from "./span-data.js";
import { SDK_NAME, SDK_VERSION } from "./version.js";

/** Spans of one request. */
const BATCH = 512;
/**
 * Ended calls that are encoded together: what encodes them is much code, and costs less when it runs for many in a row than between the
 * application's own work.
 */
const TOGETHER = 32;
/** Batches kept while the collector cannot take them (8192 spans); beyond that new spans are dropped. */
const MAX_BATCHES = 16;
/** How long spans wait for company before they are sent. */
const DELAY_MS = 400;
const MAX_BACKOFF_MS = 30_000;
/** What leaving the process may cost when the collector is slow or down. */
const EXIT_BUDGET_MS = 1500;
const FLUSH_BUDGET_MS = 5000;

/**
 * Our own way to the ledger, for applications without OpenTelemetry. Bounded and silent: a collector that is down costs a bounded queue
 * and nothing else. Its sockets and timers never keep the process alive, except while it is asked to flush.
 */
export class OwnExport {
  /** Spans that are not encoded yet, each with the context that its call began under. */
  private readonly pending: (readonly [span: SpanData, parent: Context])[] = [];
  /** The oldest first; spans are added to the last one. */
  private readonly queue: SpanBatch[] = [];
  /** A batch that was sent, to be filled again: fresh memory of its size costs more than filling it. */
  private spare: SpanBatch | null = null;
  private encoding: NodeJS.Immediate | null = null;
  private timer: NodeJS.Timeout | null = null;
  private sending: Promise<boolean> | null = null;
  private failures = 0;
  private resource: Attributes | null = null;
  private stopped = false;

  /** Takes a span of a call that began under `parent`. Never throws. */
  add(span: SpanData, parent: Context): void {
    if (this.stopped) return;
    if (this.resource === null) this.start();
    this.pending.push([span, parent]);
    if (this.pending.length >= BATCH) this.encode();
    else if (this.pending.length >= TOGETHER) this.encodeSoon();
    const full = this.failures === 0 && (this.queue[0]?.count ?? 0) >= BATCH;
    this.sendSoon(full ? 0 : this.delayMs());
  }

  /** Encodes in a turn of its own: the answer that ended the last call is on its way to the application. */
  private encodeSoon(): void {
    if (this.encoding !== null) return;
    this.encoding = setImmediate(() => this.encode());
    this.encoding.unref();
  }

  /** Encodes what waits. One that cannot be described is left out. */
  private encode(): void {
    for (const [span, parent] of this.pending) {
      const batch = this.openBatch();
      if (batch === null) {
        warnOnce(
          "unreachable",
          "the ledger is slower than the calls; the queue is full and new records are dropped",
        );
        break;
      }
      guard(() => batch.add(span, parentIn(parent)));
    }
    this.pending.length = 0;
    if (this.encoding !== null) clearImmediate(this.encoding);
    this.encoding = null;
  }

  /** Whether there is anything to send. */
  private waiting(): boolean {
    return this.pending.length > 0 || this.queue.length > 0;
  }

  /** The batch that takes the next span; null when all are full. The one that is being sent takes none. */
  private openBatch(): SpanBatch | null {
    const last = this.queue.at(-1);
    const sendingLast = this.sending !== null && this.queue.length === 1;
    if (last !== undefined && last.count < BATCH && !sendingLast) return last;
    if (this.queue.length >= MAX_BATCHES) return null;
    const batch = this.spare ?? new SpanBatch();
    this.spare = null;
    this.queue.push(batch);
    return batch;
  }

  /** Sends everything now. Resolves when it is sent or cannot be within the budget. Never rejects. */
  async flush(budgetMs = FLUSH_BUDGET_MS): Promise<void> {
    if (this.sending === null && !this.waiting()) return;
    await within(budgetMs, this.drain());
  }

  async shutdown(): Promise<void> {
    await this.flush();
    this.cancelTimer();
    this.stopped = true;
    this.pending.length = 0;
    this.queue.length = 0;
    this.spare = null;
  }

  private start(): void {
    this.resource = guard(resourceAttributes) ?? {};
    process.once("beforeExit", () => void this.flush(EXIT_BUDGET_MS));
  }

  private delayMs(): number {
    if (this.failures === 0) return DELAY_MS;
    return Math.min(1000 * 2 ** (this.failures - 1), MAX_BACKOFF_MS);
  }

  private sendSoon(delayMs: number): void {
    if (this.timer !== null || this.sending !== null || this.stopped) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.sendOne();
    }, delayMs);
    this.timer.unref();
  }

  private cancelTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private async drain(): Promise<void> {
    this.cancelTimer();
    while (this.sending !== null || this.waiting()) {
      const done = await (this.sending ?? this.sendOne());
      if (!done) return;
    }
  }

  /** Whether the next batch is settled: taken, or refused for good. False: it stays, and is tried again later. */
  private sendOne(): Promise<boolean> {
    this.sending ??= this.attempt().finally(() => {
      this.sending = null;
      if (this.waiting()) this.sendSoon(this.delayMs());
    });
    return this.sending;
  }

  private async attempt(): Promise<boolean> {
    this.encode();
    const [batch] = this.queue;
    if (batch === undefined) return true;
    const body = guard(() => batch.finish(this.resource ?? {}, { name: SDK_NAME, version: SDK_VERSION }));
    const outcome = body === undefined ? "refused" : await postOnce(ownEndpoint(), body);
    if (outcome === "later") {
      this.failures += 1;
      warnOnce(
        "unreachable",
        `the ledger cannot be reached; up to ${BATCH * MAX_BATCHES} records are kept and sent again`,
      );
      return false;
    }
    if (outcome === "refused")
      warnOnce("refused", "the ledger refused records; check SPANLEDGER_API_KEY and SPANLEDGER_ENDPOINT");
    this.failures = 0;
    this.queue.shift();
    batch.reset();
    this.spare = batch;
    return true;
  }
}

/** The span that was active, if any: a call belongs to its trace. */
function parentIn(context: Context): SpanParent | null {
  const active = trace.getSpanContext(context);
  return active !== undefined && isSpanContextValid(active) ? active : null;
}

/** Waits for `work` at most `budgetMs`, and keeps the process alive that long at most. Never rejects. */
async function within(budgetMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, budgetMs);
  });
  // A collector that is down must not show in the application.
  await Promise.race([work.catch(() => undefined), limit]);
  clearTimeout(timer);
}
