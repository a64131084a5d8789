import { type DynamicModule, Module } from "@nestjs/common";
import { systemClock } from "../domain/clock.js";
import { APP_CONFIG, type AppConfig, CLOCK } from "./app-config.js";

/** Global: the parsed settings and the clock. */
@Module({})
export class ConfigModule {
  static forRoot(config: AppConfig): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [
        { provide: APP_CONFIG, useValue: config },
        { provide: CLOCK, useValue: systemClock },
      ],
      exports: [APP_CONFIG, CLOCK],
    };
  }
}
