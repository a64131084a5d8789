import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import { STATUS_CODES } from "node:http";
import type { Readable } from "node:stream";
import type { AppConfig } from "../config/app-config.js";
import { AppError } from "../domain/errors.js";
import { grpcCodeOf } from "./grpc-code.js";
import { declaredLength, type HttpReply, type HttpRequest } from "./http-exchange.js";
import { InflightBytes } from "./inflight-bytes.js";
import { encodingOf } from "./media-type.js";
import { isOtlpPath, pathOf } from "./otlp-path.js";
import { MEDIA_TYPES, statusResponse } from "./otlp-response.js";
import { readBody } from "./request-body.js";

const API_LIMITS = { maxBytes: 1024 * 1024, timeoutMs: 30_000 };
const JSON_TYPE = "application/json";

type FastifyInstance = ReturnType<ReturnType<NestFastifyApplication["getHttpAdapter"]>["getInstance"]>;
type JsonParser = (text: string) => Promise<unknown>;

/**
 * Replaces Fastify's body parsers: on the OTLP paths the body is handed over unread, so that the key is checked before a byte is
 * kept and the specification's answers can be given; every other route reads JSON of at most 1 MiB and nothing else.
 * Call once, before `app.init()`.
 */
export function registerOtlpParsers(app: NestFastifyApplication, config: AppConfig): void {
  const instance = app.getHttpAdapter().getInstance();
  // Through Nest first, so that it knows the type is taken and adds no parser of its own.
  app.useBodyParser(JSON_TYPE, { bodyLimit: API_LIMITS.maxBytes });
  instance.removeContentTypeParser(JSON_TYPE);

  const inflight = new InflightBytes(config.maxInflightBytes);
  const parseJson = jsonParser(instance);
  const readJson = async (request: HttpRequest, payload: Readable): Promise<unknown> => {
    if (isOtlpPath(pathOf(request.url))) return payload;
    const lease = inflight.lease();
    try {
      const body = await readBody(payload, declaredLength(request), API_LIMITS, lease);
      return await parseJson(body.toString("utf8"));
    } finally {
      lease.release();
    }
  };
  const readOther = async (request: HttpRequest, payload: Readable): Promise<unknown> => {
    if (isOtlpPath(pathOf(request.url))) return payload;
    throw new AppError("unsupported_media_type", `Content-Type must be ${JSON_TYPE}.`);
  };
  instance.addContentTypeParser(JSON_TYPE, readJson);
  instance.addContentTypeParser("*", readOther);
  instance.addHook("onSend", (request, reply, payload, done) => {
    const foreign = reply.statusCode >= 400 && !Buffer.isBuffer(payload) && isOtlpPath(pathOf(request.url));
    done(null, foreign ? statusInstead(request, reply) : payload);
  });
}

/** The framework's own refusals, such as the 503 of a server that is stopping, in the words of OTLP. */
function statusInstead(request: HttpRequest, reply: HttpReply): Buffer {
  const encoding = encodingOf(request.headers["content-type"]) ?? "json";
  const { statusCode } = reply;
  if (statusCode === 503 && !reply.hasHeader("retry-after")) reply.header("retry-after", 1);
  reply.removeHeader("content-length");
  reply.header("content-type", MEDIA_TYPES[encoding]);
  return statusResponse(encoding, grpcCodeOf(statusCode), STATUS_CODES[statusCode] ?? "Error");
}

/** Fastify's own JSON parser, which refuses `__proto__` and `constructor` keys, as a promise. */
function jsonParser(instance: FastifyInstance): JsonParser {
  const parse = instance.getDefaultJsonParser("error", "error");
  return (text) =>
    new Promise((resolve, reject) => {
      // The parser never looks at the request.
      void parse({} as Parameters<typeof parse>[0], text, (error, body: unknown) => {
        if (error === null || error === undefined) resolve(body);
        else reject(error);
      });
    });
}
