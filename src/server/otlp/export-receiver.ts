import { Inject, Injectable } from "@nestjs/common";
import { IngestService } from "../ingest/ingest.service.js";
import type { Decoded } from "./decoded.js";
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

/** From bytes to acknowledged rows, the same for HTTP and gRPC. */
@Injectable()
export class ExportReceiver {
  constructor(@Inject(IngestService) private readonly ingest: Pick<IngestService, "accept">) {}

  /**
   * Resolves when everything acceptable is durable.
   * @throws AppError `invalid_request` when the body cannot be decoded, `overloaded` when it cannot be stored now
   */
  async receive(request: ExportRequest): Promise<ExportOutcome> {
    const decode = request.encoding === "json" ? decodeTracesJson : decodeTraces;
    const decoded = decode(request.body);
    if (decoded.items.length === 0) return refusalsOf(decoded);
    const result = await this.ingest.accept(request.project, decoded.items);
    return {
      rejected: decoded.rejected + result.rejected,
      messages: [...new Set([...decoded.reasons, ...result.messages])],
    };
  }
}

function refusalsOf(decoded: Decoded<unknown>): ExportOutcome {
  return { rejected: decoded.rejected, messages: decoded.reasons };
}
