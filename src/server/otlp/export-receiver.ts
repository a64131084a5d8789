import { Inject, Injectable } from "@nestjs/common";
import { IngestMetrics } from "../ingest/ingest-metrics.js";
import { IngestService } from "../ingest/ingest.service.js";
import type { Decoded } from "./decoded.js";
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

const TRACES = { protobuf: decodeTraces, json: decodeTracesJson };
/** Log records and metrics repeat what spans say; they are checked and answered, and not kept yet. */
const CHECKED_ONLY = {
  logs: { protobuf: decodeLogs, json: decodeLogsJson },
  metrics: { protobuf: decodeMetrics, json: decodeMetricsJson },
};

/** From bytes to acknowledged rows, the same for HTTP and gRPC. */
@Injectable()
export class ExportReceiver {
  constructor(
    @Inject(IngestService) private readonly ingest: Pick<IngestService, "accept">,
    private readonly metrics: IngestMetrics,
  ) {}

  /**
   * Resolves when everything acceptable is durable.
   * @throws AppError `invalid_request` when the body cannot be decoded, `overloaded` when it cannot be stored now
   */
  async receive({ signal, encoding, body, project }: ExportRequest): Promise<ExportOutcome> {
    if (signal !== "traces") return this.#refused(CHECKED_ONLY[signal][encoding](body));
    const decoded = TRACES[encoding](body);
    if (decoded.items.length === 0) return this.#refused(decoded);
    const stored = await this.ingest.accept(project, decoded.items);
    const refused = this.#refused(decoded);
    return {
      rejected: refused.rejected + stored.rejected,
      messages: [...new Set([...refused.messages, ...stored.messages])],
    };
  }

  /** Counts what the decoder refused; the ingest room never sees it. */
  #refused({ rejected, refusals }: Decoded<unknown>): ExportOutcome {
    this.metrics.received += rejected;
    for (const [refusal, count] of refusals) this.metrics.reject(refusal.code, count);
    return { rejected, messages: [...refusals.keys()].map((refusal) => refusal.message) };
  }
}
