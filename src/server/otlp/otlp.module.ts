import { Module } from "@nestjs/common";
import { APP_CONFIG, type AppConfig } from "../config/app-config.js";
import { IngestModule } from "../ingest/ingest.module.js";
import { ExportReceiver } from "./export-receiver.js";
import { InflightBytes } from "./inflight-bytes.js";
import { OtlpExceptionFilter } from "./otlp-exception.filter.js";
import { OtlpGrpcServer } from "./otlp-grpc.server.js";
import { OtlpHttpController } from "./otlp-http.controller.js";
import { OtlpHttpService } from "./otlp-http.service.js";

/** Bytes in, spans out. Its filter must also be one of the application's ROUTE_ERROR_RESPONDERS. */
@Module({
  imports: [IngestModule],
  controllers: [OtlpHttpController],
  providers: [
    ExportReceiver,
    OtlpHttpService,
    OtlpExceptionFilter,
    OtlpGrpcServer,
    {
      provide: InflightBytes,
      inject: [APP_CONFIG],
      useFactory: (config: AppConfig) => new InflightBytes(config.maxInflightBytes),
    },
  ],
  exports: [ExportReceiver, InflightBytes, OtlpExceptionFilter, OtlpGrpcServer],
})
export class OtlpModule {}
