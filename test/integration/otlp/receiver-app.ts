import {
  Body,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Post,
  type Provider,
} from "@nestjs/common";
import { APP_FILTER, APP_GUARD, Reflector } from "@nestjs/core";
import { FastifyAdapter, type NestFastifyApplication } from "@nestjs/platform-fastify";
import { Test } from "@nestjs/testing";
import type { AuthContext, AuthenticatedRequest } from "../../../src/server/auth/auth.decorator.js";
import { IS_PUBLIC } from "../../../src/server/auth/public.decorator.js";
import { APP_CONFIG, type AppConfig, readConfig } from "../../../src/server/config/app-config.js";
import { AppError } from "../../../src/server/domain/errors.js";
import type { LogRecord } from "../../../src/server/domain/log-record.js";
import type { MetricPoint } from "../../../src/server/domain/metric.js";
import type { Span } from "../../../src/server/domain/span.js";
import { ErrorFilter, ROUTE_ERROR_RESPONDERS } from "../../../src/server/http/error.filter.js";
import { requestIdFor, type RequestWithHeaders } from "../../../src/server/http/request-id.js";
import { type IngestResult, IngestService } from "../../../src/server/ingest/ingest.service.js";
import { IngestMetrics } from "../../../src/server/ingest/ingest-metrics.js";
import { ExportReceiver, type Ingest } from "../../../src/server/otlp/export-receiver.js";
import { InflightBytes } from "../../../src/server/otlp/inflight-bytes.js";
import { OtlpExceptionFilter } from "../../../src/server/otlp/otlp-exception.filter.js";
import { OtlpHttpController } from "../../../src/server/otlp/otlp-http.controller.js";
import { OtlpHttpService } from "../../../src/server/otlp/otlp-http.service.js";
import { registerOtlpParsers } from "../../../src/server/otlp/otlp-parsers.js";

type Accept = Ingest["accept"];

/** Keeps what it is given; `next` replaces the answer of the next export only. */
export class FakeIngest implements Ingest {
  readonly spans: Span[] = [];
  readonly logs: LogRecord[] = [];
  readonly points: MetricPoint[] = [];
  readonly projects: string[] = [];
  next: Accept | null = null;

  async accept(project: string, spans: readonly Span[]): Promise<IngestResult> {
    const once = this.next;
    this.next = null;
    if (once !== null) return once(project, spans);
    this.projects.push(project);
    this.spans.push(...spans);
    return { accepted: spans.length, rejected: 0, messages: [] };
  }

  async acceptLogs(_project: string, records: readonly LogRecord[]): Promise<IngestResult> {
    this.logs.push(...records);
    return { accepted: records.length, rejected: 0, messages: [] };
  }

  async acceptMetrics(_project: string, points: readonly MetricPoint[]): Promise<IngestResult> {
    this.points.push(...points);
    return { accepted: points.length, rejected: 0, messages: [] };
  }

  /** Forgets everything and returns what there was. */
  take(): Span[] {
    this.projects.length = 0;
    this.logs.length = 0;
    this.points.length = 0;
    return this.spans.splice(0);
  }
}

/** Knows one ingest key and one key without that scope; no key is the open mode's `default`. */
class FakeGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const isPublic = new Reflector().getAllAndOverride<boolean | undefined>(IS_PUBLIC, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (isPublic === true) return true;
    const request = context
      .switchToHttp()
      .getRequest<AuthenticatedRequest & { headers: Record<string, string | undefined> }>();
    request.auth = authOf(request.headers["x-spanledger-key"]);
    return true;
  }
}

export function authOf(key: string | undefined): AuthContext {
  if (key === undefined) return { project: "default", scopes: ["ingest", "read", "admin"], keyId: null };
  if (key === "good") return { project: "acme", scopes: ["ingest"], keyId: "k1" };
  if (key === "reader") throw new AppError("forbidden", "This key may not send spans.");
  throw new AppError("unauthenticated", "Unknown key.");
}

/** Stands for the API: its bodies must be read as ever beside the OTLP paths. */
@Controller("api/v1/echo")
class EchoController {
  @Post()
  echo(@Body() body: unknown): { got: unknown } {
    return { got: body ?? null };
  }
}

export interface ReceiverApp {
  app: NestFastifyApplication;
  url: string;
  ingest: FakeIngest;
  inflight: InflightBytes;
}

/** The real receiver room over HTTP on a free port, with a fake ingest room and a fake guard. */
export async function startReceiver(environment: Record<string, string> = {}): Promise<ReceiverApp> {
  const config = readConfig(environment);
  const ingest = new FakeIngest();
  const testing = await Test.createTestingModule({
    controllers: [OtlpHttpController, EchoController],
    providers: providers(config, ingest),
  }).compile();
  const adapter = new FastifyAdapter({ genReqId: (request: RequestWithHeaders) => requestIdFor(request) });
  const app = testing.createNestApplication<NestFastifyApplication>(adapter, {
    logger: false,
    return503OnClosing: true,
  });
  registerOtlpParsers(app, config);
  await app.listen(0, "127.0.0.1");
  return { app, url: await app.getUrl(), ingest, inflight: app.get(InflightBytes) };
}

function providers(config: AppConfig, ingest: Ingest): Provider[] {
  return [
    ExportReceiver,
    IngestMetrics,
    OtlpHttpService,
    OtlpExceptionFilter,
    { provide: APP_CONFIG, useValue: config },
    { provide: IngestService, useValue: ingest },
    { provide: InflightBytes, useValue: new InflightBytes(config.maxInflightBytes) },
    {
      provide: ROUTE_ERROR_RESPONDERS,
      inject: [OtlpExceptionFilter],
      useFactory: (filter: OtlpExceptionFilter) => [filter],
    },
    { provide: APP_FILTER, useClass: ErrorFilter },
    { provide: APP_GUARD, useClass: FakeGuard },
  ];
}
