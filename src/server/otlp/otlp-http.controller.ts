import {
  All,
  Controller,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  Req,
  Res,
  UseFilters,
} from "@nestjs/common";
import { MethodNotAllowedException } from "@nestjs/common";
import { Auth, type AuthContext } from "../auth/auth.decorator.js";
import { Public } from "../auth/public.decorator.js";
import { RequireScope } from "../auth/require-scope.decorator.js";
import type { HttpReply, HttpRequest } from "./http-exchange.js";
import { OtlpExceptionFilter } from "./otlp-exception.filter.js";
import { OtlpHttpService } from "./otlp-http.service.js";
import { isOtlpPath } from "./otlp-path.js";
import { type Signal } from "./signal.js";

/** OTLP/HTTP (https://opentelemetry.io/docs/specs/otlp/#otlphttp, read 2026-11-22). */
@Controller("v1")
@UseFilters(OtlpExceptionFilter)
export class OtlpHttpController {
  constructor(private readonly exports: OtlpHttpService) {}

  @Post("traces")
  @HttpCode(200)
  @RequireScope("ingest")
  traces(
    @Auth() auth: AuthContext,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<Buffer> {
    return this.#export("traces", auth, request, reply);
  }

  @Post("logs")
  @HttpCode(200)
  @RequireScope("ingest")
  logs(
    @Auth() auth: AuthContext,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<Buffer> {
    return this.#export("logs", auth, request, reply);
  }

  @Post("metrics")
  @HttpCode(200)
  @RequireScope("ingest")
  metrics(
    @Auth() auth: AuthContext,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<Buffer> {
    return this.#export("metrics", auth, request, reply);
  }

  /** Every other method on the three paths is 405, every other path 404. */
  @All(":signal")
  @Public()
  refuse(@Param("signal") signal: string): never {
    if (isOtlpPath(`/v1/${signal}`)) throw new MethodNotAllowedException("Exports are sent with POST.");
    throw new NotFoundException("There is no such path.");
  }

  async #export(signal: Signal, auth: AuthContext, request: HttpRequest, reply: HttpReply): Promise<Buffer> {
    const answer = await this.exports.receive(signal, auth.project, request);
    reply.header("content-type", answer.contentType);
    return answer.body;
  }
}
