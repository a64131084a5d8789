import { Inject, Injectable, Logger } from "@nestjs/common";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Span } from "../domain/span.js";
import { IngestMetrics } from "../ingest/ingest-metrics.js";
import { type IngestResult, IngestService } from "../ingest/ingest.service.js";
import { isReadable } from "./content-attributes.js";
import type { Decoded } from "./decoded.js";
import { DEFAULT_LIMITS, type DecodeOptions } from "./limits.js";
import { decodeLogs } from "./logs-decoder.js";
import { decodeLogsJson } from "./logs-json-decoder.js";
import { decodeMetrics } from "./metrics-decoder.js";
import { decodeMetricsJson } from "./metrics-json-decoder.js";
import type { Encoding, ExportOutcome } from "./otlp-response.js";
import type { Signal } from "./signal.js";
import { decodeTraces } from "./traces-decoder.js";
import { decodeTracesJson } from "./traces-json-decoder.js";

/** One decompressed export request. */
export interface ExportRequest {
  signal: Signal;
  encoding: Encoding;
  body: Buffer;
  project: string;
}

const OPTIONS: DecodeOptions = { limits: DEFAULT_LIMITS, keepAttribute: isReadable };
const TRACES = { protobuf: decodeTraces, json: decodeTracesJson };
/** Log records and metrics repeat what spans say; they are checked and answered, and not kept yet. */
const CHECKED_ONLY = {
  logs: { protobuf: decodeLogs, json: decodeLogsJson },
  metrics: { protobuf: decodeMetrics, json: decodeMetricsJson },
};

/** Spans normalized in one turn of the event loop: some tens of milliseconds. */
const SLICE = 2048;

/** From bytes to acknowledged rows, the same for HTTP and gRPC. */
@Injectable()
export class ExportReceiver {
  readonly #logger = new Logger("Otlp");

  constructor(
    @Inject(IngestService) private readonly ingest: Pick<IngestService, "accept">,
    private readonly metrics: IngestMetrics,
  ) {}

  /**
   * Resolves when everything acceptable is durable.
   * @throws AppError `invalid_request` when the body cannot be decoded, `overloaded` when it cannot be stored now
   */
  async receive({ signal, encoding, body, project }: ExportRequest): Promise<ExportOutcome> {
    if (signal !== "traces") return this.#refused(CHECKED_ONLY[signal][encoding](body, OPTIONS));
    const decoded = TRACES[encoding](body, OPTIONS);
    if (decoded.items.length === 0) return this.#refused(decoded);
    const stored = await this.#accept(project, decoded.items);
    const refused = this.#refused(decoded);
    return {
      rejected: refused.rejected + stored.rejected,
      messages: [...new Set([...refused.messages, ...stored.messages])],
    };
  }

  /** Hands large requests over in slices, between which the event loop serves others. All slices are durable, or it throws. */
  async #accept(project: string, spans: readonly Span[]): Promise<ExportOutcome> {
    if (spans.length <= SLICE) return this.ingest.accept(project, spans);
    const slices: Promise<PromiseSettledResult<IngestResult>[]>[] = [];
    for (let from = 0; from < spans.length; from += SLICE) {
      // Settled at once: a slice that fails while others are handed over must not be an unhandled rejection.
      slices.push(Promise.allSettled([this.ingest.accept(project, spans.slice(from, from + SLICE))]));
      await nextTurn();
    }
    const settled = (await Promise.all(slices)).flat();
    const failed = settled.find((slice) => slice.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    const results = settled.flatMap((slice) => (slice.status === "fulfilled" ? [slice.value] : []));
    return {
      rejected: results.reduce((sum, result) => sum + result.rejected, 0),
      messages: results.flatMap((result) => result.messages),
    };
  }

  /** Counts what the decoder refused; the ingest room never sees it. */
  #refused({ rejected, refusals }: Decoded<unknown>): ExportOutcome {
    this.metrics.received += rejected;
    for (const [refusal, count] of refusals) {
      this.metrics.reject(refusal.code, count);
      this.#logger.warn(`refused ${count}: ${refusal.message}`);
    }
    return { rejected, messages: [...refusals.keys()].map((refusal) => refusal.message) };
  }
}
