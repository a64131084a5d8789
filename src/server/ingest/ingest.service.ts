import { Inject, Injectable, Logger, type OnApplicationShutdown, Optional } from "@nestjs/common";
import { APP_CONFIG, type AppConfig, CLOCK } from "../config/app-config.js";
import type { Call } from "../domain/call.js";
import type { Clock } from "../domain/clock.js";
import { AppError, OverloadedError } from "../domain/errors.js";
import { LEDGER_LISTENERS, type LedgerListener } from "../domain/ledger-listener.js";
import type { LedgerRow, SpanLink } from "../domain/ledger-row.js";
import type { LogRecord } from "../domain/log-record.js";
import type { MetricPoint } from "../domain/metric.js";
import type { Span } from "../domain/span.js";
import type { LedgerRecord } from "../ledger/record.js";
import { normalizeLog, normalizeMetrics } from "../normalize/cli/normalize-signals.js";
import { normalizeSpan, rejectStart } from "../normalize/normalize-span.js";
import { CallsRepository } from "../storage/analytics/calls.repository.js";
import { GroupCommit, isStorageDown } from "../storage/analytics/group-commit.js";
import { NeighbourCalls } from "../storage/analytics/neighbour-calls.js";
import { TraceRecords } from "../storage/analytics/trace-records.js";
import { IngestMetrics } from "./ingest-metrics.js";
import { type Batch, LedgerWriter, type ReadyBatch } from "./ledger-writer.js";
import { RejectionLog } from "./rejection-log.js";
import { PRICING_CONTEXT, type PricingContextHolder } from "./pricing-context.js";
import { RewriteBatch } from "./row-rewrite.js";

/** What became of one export request. `messages` are distinct reasons, without content. */
export interface IngestResult {
  accepted: number;
  rejected: number;
  messages: string[];
}

/** What of one request goes into the ledger. */
interface IngestBatch extends Batch {
  records: LedgerRecord[];
  links: SpanLink[];
}

/** Held in memory per record and per link, roughly: for the bound on what waits. */
const RECORD_BYTES = 3000;
const LINK_BYTES = 300;

/** The spine: spans in, durable priced ledger rows out. */
@Injectable()
export class IngestService implements OnApplicationShutdown {
  readonly #rejections: RejectionLog;
  readonly #writer: LedgerWriter;
  readonly #commit: GroupCommit<Batch | ReadyBatch>;
  readonly #loads = new Set<Promise<void>>();

  constructor(
    @Inject(APP_CONFIG) config: AppConfig,
    @Inject(CLOCK) clock: Clock,
    calls: CallsRepository,
    traces: TraceRecords,
    neighbours: NeighbourCalls,
    @Inject(PRICING_CONTEXT) pricing: PricingContextHolder,
    private readonly metrics: IngestMetrics,
    @Optional() @Inject(LEDGER_LISTENERS) listeners: readonly LedgerListener[] | null,
  ) {
    const logger = new Logger(IngestService.name);
    this.#rejections = new RejectionLog(clock, (line) => logger.warn(line));
    this.#writer = new LedgerWriter({
      calls,
      traces,
      neighbours,
      soleWriter: config.clickhouseUrl === undefined,
      clock,
      pricing,
      metrics,
      listeners: listeners ?? [],
    });
    this.#commit = new GroupCommit<Batch | ReadyBatch>({
      flush: (batches) => this.#writer.write(batches),
      maxPendingBytes: config.maxInflightBytes,
    });
    metrics.commit = () => this.#commit.stats();
  }

  /**
   * Takes the spans of one export request into a project's ledger. Resolves when everything acceptable is durable; one bad span is
   * counted and named, never fails its neighbours. `again` reads the same spans once more, so that they need not be held until then;
   * it is asked when a row among many was refused, which is not expected.
   * @throws OverloadedError when it cannot be stored now; nothing of the request is acknowledged then.
   */
  accept(
    project: string,
    spans: readonly Span[],
    again: () => readonly Span[] = holding(spans),
  ): Promise<IngestResult> {
    this.metrics.received += spans.length;
    const rejections = new Map<string, number>();
    const total = spans.length;
    const batch = this.#normalize(project, spans, rejections);
    // Not async: neither the spans nor what is made of them must be held while their rows wait for the commit.
    if (!this.#writer.isLoaded(project)) return this.#storeAndAnswer(batch, total, rejections);
    return this.#answerTo(this.#submit(batch, true), total, rejections, () =>
      this.#storeAndAnswer(this.#normalize(project, again(), new Map()), total, rejections),
    );
  }

  /**
   * Takes log records. Only those are kept in which a coding tool, or an event with usage, reports a model call; all others are accepted and
   * dropped.
   * @throws OverloadedError as `accept`
   */
  async acceptLogs(project: string, records: readonly LogRecord[]): Promise<IngestResult> {
    return this.#acceptSignals(
      project,
      records.length,
      records.map((record) => normalizeLog(record)).filter((call) => call !== null),
    );
  }

  /**
   * Takes metric points. Only the token metrics of coding tools are kept, and they count only where no log reports the same calls.
   * @throws OverloadedError as `accept`
   */
  async acceptMetrics(project: string, points: readonly MetricPoint[]): Promise<IngestResult> {
    return this.#acceptSignals(project, points.length, normalizeMetrics(points));
  }

  /**
   * Writes new versions of stored rows, in turn with the flushes of incoming calls. `version` of each row is the one it was made from; a
   * row that has another by now is not written but returned.
   * @throws OverloadedError as `accept`; parts may be written then, and the same call again is harmless.
   */
  async rewrite(project: string, rows: readonly LedgerRow[]): Promise<LedgerRow[]> {
    const rewrite = new RewriteBatch(project, rows);
    await this.#commit.submit({ project, records: [], links: [], rewrite }, rows.length * RECORD_BYTES);
    return rewrite.stale;
  }

  #acceptSignals(project: string, received: number, calls: readonly Call[]): Promise<IngestResult> {
    this.metrics.received += received;
    this.metrics.ignored += Math.max(0, received - calls.length);
    const rejections = new Map<string, number>();
    const records: LedgerRecord[] = [];
    for (const call of calls) {
      const reason = rejectStart(call.startTimeUnixNano);
      if (reason === null) records.push({ call, declared: "call" });
      else rejections.set(reason, (rejections.get(reason) ?? 0) + 1);
      this.metrics.countDialect(call.source.dialect);
    }
    return this.#storeAndAnswer({ project, records, links: [] }, received, rejections);
  }

  /** The answer when `stored` resolves; what `carefully` makes of it when a row was refused. */
  async #answerTo(
    stored: Promise<void>,
    received: number,
    rejections: Map<string, number>,
    carefully: () => Promise<IngestResult>,
  ): Promise<IngestResult> {
    try {
      await stored;
    } catch (error) {
      if (isRefusal(error)) return carefully();
      throw error;
    }
    return this.#answer(received, rejections);
  }

  async #storeAndAnswer(
    batch: IngestBatch,
    received: number,
    rejections: Map<string, number>,
  ): Promise<IngestResult> {
    await this.#store(batch, rejections);
    return this.#answer(received, rejections);
  }

  /** Stores what is waiting and refuses what comes later. Idempotent. Call it before the store is closed. */
  async close(): Promise<void> {
    // Requests that wait for what must be remembered were taken before.
    await Promise.allSettled(this.#loads);
    await this.#commit.close();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }

  #normalize(project: string, spans: readonly Span[], rejections: Map<string, number>): IngestBatch {
    const batch: IngestBatch = { project, records: [], links: [] };
    for (const span of spans) {
      const normalized = normalizeSpan(span);
      switch (normalized.kind) {
        case "call":
        case "aggregate":
          batch.records.push({ call: normalized.call, declared: normalized.kind });
          this.metrics.countDialect(normalized.call.source.dialect);
          break;
        case "link":
          batch.links.push(linkOf(project, span));
          this.metrics.links += 1;
          break;
        case "ignored":
          this.metrics.ignored += 1;
          break;
        case "rejected":
          rejections.set(normalized.reason, (rejections.get(normalized.reason) ?? 0) + 1);
          break;
      }
    }
    return batch;
  }

  /** Waits until the batch is durable. A record that the table cannot hold is found by halving and rejected alone. */
  async #store(batch: IngestBatch, rejections: Map<string, number>): Promise<void> {
    try {
      if (!this.#writer.isLoaded(batch.project)) await this.#load(batch.project);
      await this.#submit(batch, false);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (batch.records.length <= 1) {
        rejections.set("unstorable", (rejections.get("unstorable") ?? 0) + 1);
        if (batch.links.length > 0) await this.#store({ ...batch, records: [] }, rejections);
        return;
      }
      const half = Math.ceil(batch.records.length / 2);
      await this.#store({ ...batch, records: batch.records.slice(0, half) }, rejections);
      await this.#store({ ...batch, records: batch.records.slice(half), links: [] }, rejections);
    }
  }

  /** Not async, for the sake of `accept`. @param mayBeReady the records need not be held: they can be read again */
  #submit(batch: IngestBatch, mayBeReady: boolean): Promise<void> {
    const { records, links } = batch;
    if (records.length === 0 && links.length === 0) return Promise.resolve();
    const bytes = records.length * RECORD_BYTES + links.length * LINK_BYTES;
    // Before it is prepared: what is refused must not be taken for something that may be stored.
    if (!this.#commit.hasRoom(bytes)) {
      this.metrics.overloaded += 1;
      return Promise.reject(new OverloadedError("Too much is waiting to be stored"));
    }
    const prepared = this.#writer.prepare(batch, mayBeReady);
    return this.#commit
      .submit(prepared, "encoded" in prepared ? prepared.encoded.bytes : bytes)
      .catch((error: unknown) => {
        if (error instanceof OverloadedError) this.metrics.overloaded += 1;
        throw error;
      });
  }

  /** @throws OverloadedError when the ledger cannot be asked now */
  async #load(project: string): Promise<void> {
    const load = this.#writer.load(project);
    this.#loads.add(load);
    try {
      await load;
    } catch (error) {
      if (!isStorageDown(error)) throw error;
      this.metrics.overloaded += 1;
      throw new OverloadedError("Storage cannot take data now", 1, { cause: error });
    } finally {
      this.#loads.delete(load);
    }
  }

  #answer(total: number, rejections: ReadonlyMap<string, number>): IngestResult {
    let rejected = 0;
    for (const [reason, count] of rejections) {
      rejected += count;
      this.metrics.reject(reason, count);
    }
    this.#rejections.add(rejections);
    this.metrics.accepted += total - rejected;
    return { accepted: total - rejected, rejected, messages: [...rejections.keys()] };
  }
}

/** Made here, because a function written within `accept` would hold all that `accept` holds. */
function holding<T>(value: T): () => T {
  return () => value;
}

/** The table cannot hold a row. */
function isRefusal(error: unknown): boolean {
  return error instanceof AppError && error.code === "invalid_request";
}

function linkOf(project: string, span: Span): SpanLink {
  return {
    project,
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    startTimeUnixNano: span.startTimeUnixNano,
  };
}
