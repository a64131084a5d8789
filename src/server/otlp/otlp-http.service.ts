import { Inject, Injectable } from "@nestjs/common";
import { Readable } from "node:stream";
import { APP_CONFIG, type AppConfig } from "../config/app-config.js";
import { AppError } from "../domain/errors.js";
import { ACCEPTED_ENCODINGS, decodeContent, isKnownEncoding } from "./content-encoding.js";
import { ExportReceiver } from "./export-receiver.js";
import { declaredLength, type HttpRequest } from "./http-exchange.js";
import { type ByteLease, InflightBytes } from "./inflight-bytes.js";
import { encodingOf } from "./media-type.js";
import { exportResponse, MEDIA_TYPES } from "./otlp-response.js";
import { readBody } from "./request-body.js";
import type { Signal } from "./signal.js";

/** Milliseconds in which a whole request body must arrive. */
const BODY_TIMEOUT_MS = 60_000;

export interface HttpAnswer {
  contentType: string;
  body: Buffer;
}

/** One OTLP/HTTP request: headers, body, decompression, bounds; then the receiver. */
@Injectable()
export class OtlpHttpService {
  constructor(
    private readonly receiver: ExportReceiver,
    private readonly inflight: InflightBytes,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** The 200 answer, once everything acceptable is durable. @throws AppError for every other answer */
  async receive(signal: Signal, project: string, request: HttpRequest): Promise<HttpAnswer> {
    const encoding = encodingOf(request.headers["content-type"]);
    if (encoding === null) {
      throw new AppError(
        "unsupported_media_type",
        `Content-Type must be ${MEDIA_TYPES.protobuf} or ${MEDIA_TYPES.json}.`,
      );
    }
    if (!isKnownEncoding(request.headers["content-encoding"])) {
      throw new AppError("unsupported_media_type", `Content-Encoding must be one of: ${ACCEPTED_ENCODINGS}.`);
    }
    const lease = this.inflight.lease();
    try {
      const body = await this.#body(request, lease);
      const outcome = await this.receiver.receive({ signal, encoding, body, project });
      return { contentType: MEDIA_TYPES[encoding], body: exportResponse(encoding, signal, outcome) };
    } finally {
      lease.release();
    }
  }

  async #body(request: HttpRequest, lease: ByteLease): Promise<Buffer> {
    const maxBytes = this.config.maxBodyBytes;
    // The parser hands over the unread stream; a request without a body has none.
    if (!(request.body instanceof Readable)) return Buffer.alloc(0);
    const raw = await readBody(
      request.body,
      declaredLength(request),
      { maxBytes, timeoutMs: BODY_TIMEOUT_MS },
      lease,
    );
    return decodeContent(raw, request.headers["content-encoding"], maxBytes, lease);
  }
}
