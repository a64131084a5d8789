import { Inject, Injectable, Logger } from "@nestjs/common";
import { setImmediate as nextTurn } from "node:timers/promises";
import { IngestMetrics } from "../ingest/ingest-metrics.js";
import { type IngestResult, IngestService } from "../ingest/ingest.service.js";
import { isReadAttribute } from "../ingest/read-attributes.js";
import type { Decoded, Refusal } from "./decoded.js";
import { DEFAULT_LIMITS, DEFAULT_OPTIONS, type DecodeOptions } from "./limits.js";
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

/** What the receivers need of the ingest room. */
export type Ingest = Pick<IngestService, "accept" | "acceptLogs" | "acceptMetrics">;

type Decode<T> = (body: Buffer, options: DecodeOptions) => Decoded<T>;
/** `again` reads the items once more. */
type Accept<T> = (project: string, items: readonly T[], again: () => readonly T[]) => Promise<IngestResult>;

/** Items normalized in one turn of the event loop: some tens of milliseconds. */
const SLICE = 2048;

/** Only span attributes that some dialect reads become values: prompts and answers never do. */
const TRACE_OPTIONS: DecodeOptions = { limits: DEFAULT_LIMITS, keepAttribute: isReadAttribute };

/** From bytes to acknowledged rows, the same for HTTP and gRPC. */
@Injectable()
export class ExportReceiver {
  readonly #logger = new Logger("Otlp");

  constructor(
    @Inject(IngestService) private readonly ingest: Ingest,
    private readonly metrics: IngestMetrics,
  ) {}

  /**
   * Resolves when everything acceptable is durable.
   * @throws AppError `invalid_request` when the body cannot be decoded, `overloaded` when it cannot be stored now
   */
  async receive(request: ExportRequest): Promise<ExportOutcome> {
    const { ingest } = this;
    const isJson = request.encoding === "json";
    if (request.signal === "traces") {
      const decode = isJson ? decodeTracesJson : decodeTraces;
      return this.#receive(request, decode, TRACE_OPTIONS, (...given) => ingest.accept(...given));
    }
    if (request.signal === "logs") {
      const decode = isJson ? decodeLogsJson : decodeLogs;
      return this.#receive(request, decode, DEFAULT_OPTIONS, (project, items) =>
        ingest.acceptLogs(project, items),
      );
    }
    const decode = isJson ? decodeMetricsJson : decodeMetrics;
    return this.#receive(request, decode, DEFAULT_OPTIONS, (project, items) =>
      ingest.acceptMetrics(project, items),
    );
  }

  /**
   * Not async, and nothing below keeps the decoded items: they are garbage as soon as they are normalized. Kept until the acknowledgement
   * they would be copied by the collector several times, at twice the cost of decoding them. The body is kept, and read again if need be.
   */
  #receive<T>(
    { body, project }: ExportRequest,
    decode: Decode<T>,
    options: DecodeOptions,
    accept: Accept<T>,
  ): Promise<ExportOutcome> {
    const decoded = decode(body, options);
    const { rejected, refusals } = decoded;
    return this.#outcome(
      acceptInSlices(project, decoded.items, accept, () => decode(body, options).items),
      rejected,
      refusals,
    );
  }

  async #outcome(
    accepted: Promise<ExportOutcome>,
    rejected: number,
    refusals: ReadonlyMap<Refusal, number>,
  ): Promise<ExportOutcome> {
    const stored = await accepted;
    const refused = this.#refused(rejected, refusals);
    return {
      rejected: refused.rejected + stored.rejected,
      messages: [...new Set([...refused.messages, ...stored.messages])],
    };
  }

  /** Counts and logs what the decoder refused; the ingest room never sees it. */
  #refused(rejected: number, refusals: ReadonlyMap<Refusal, number>): ExportOutcome {
    this.metrics.received += rejected;
    for (const [refusal, count] of refusals) {
      this.metrics.reject(refusal.code, count);
      this.#logger.warn(`refused ${count}: ${refusal.message}`);
    }
    return { rejected, messages: [...refusals.keys()].map((refusal) => refusal.message) };
  }
}

/** Hands large requests over in slices, between which the event loop serves others. All slices are durable, or it throws. */
function acceptInSlices<T>(
  project: string,
  items: readonly T[],
  accept: Accept<T>,
  again: () => readonly T[],
): Promise<ExportOutcome> {
  if (items.length === 0) return Promise.resolve({ rejected: 0, messages: [] });
  return items.length <= SLICE ? accept(project, items, again) : acceptSlices(project, items, accept, again);
}

async function acceptSlices<T>(
  project: string,
  items: readonly T[],
  accept: Accept<T>,
  again: () => readonly T[],
): Promise<ExportOutcome> {
  const slices: Promise<PromiseSettledResult<IngestResult>[]>[] = [];
  for (let from = 0; from < items.length; from += SLICE) {
    // Settled at once: a slice that fails while others are handed over must not be an unhandled rejection.
    const to = from + SLICE;
    slices.push(Promise.allSettled([accept(project, items.slice(from, to), () => again().slice(from, to))]));
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
