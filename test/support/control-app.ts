import "reflect-metadata";
import type { AddressInfo } from "node:net";
import { type DynamicModule, Module, type ModuleMetadata } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { FastifyAdapter, type NestFastifyApplication } from "@nestjs/platform-fastify";
import { AuthModule } from "../../src/server/auth/auth.module.js";
import { type AppConfig, readConfig } from "../../src/server/config/app-config.js";
import { ConfigModule } from "../../src/server/config/config.module.js";
import { configureHttpEdge } from "../../src/server/http/http-edge.js";
import { HttpModule } from "../../src/server/http/http.module.js";
import { requestIdFor } from "../../src/server/http/request-id.js";
import type { ControlDatabase } from "../../src/server/storage/control/control-database.js";
import { ControlModule } from "../../src/server/storage/control/control.module.js";
import { type HttpAnswer, send } from "./http-client.js";

export interface ControlAppOptions {
  database: ControlDatabase;
  env?: Record<string, string>;
  imports?: NonNullable<ModuleMetadata["imports"]>;
}

@Module({})
class TestAppModule {
  static of(options: ControlAppOptions, config: AppConfig): DynamicModule {
    return {
      module: TestAppModule,
      imports: [
        ConfigModule.forRoot(config),
        ControlModule.forRoot(options.database),
        HttpModule,
        AuthModule,
        ...(options.imports ?? []),
      ],
    };
  }
}

export interface ControlApp {
  app: NestFastifyApplication;
  /** Base URL without a slash at the end. */
  url: string;
  call(
    method: string,
    path: string,
    headers?: Record<string, string>,
    body?: object | string,
  ): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** The control side of the server as an application: real edge, guard and store, on a free loopback port. */
export async function startControlApp(options: ControlAppOptions): Promise<ControlApp> {
  const config = readConfig({ SPANLEDGER_LOG_LEVEL: "silent", ...options.env });
  const app = await NestFactory.create<NestFastifyApplication>(
    TestAppModule.of(options, config),
    new FastifyAdapter({ genReqId: requestIdFor, bodyLimit: 1024 * 1024 }),
    { logger: false, abortOnError: false },
  );
  await configureHttpEdge(app, config);
  await app.listen(0, "127.0.0.1");
  const url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  return {
    app,
    url,
    call: (method, path, headers = {}, body) =>
      send(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) }),
    close: () => app.close(),
  };
}
