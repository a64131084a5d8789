import { type DynamicModule, Module } from "@nestjs/common";
import { ControlDatabase } from "./control-database.js";
import { OutboxSignal } from "./outbox-signal.js";

/** Global: the opened control store. Whoever opened it closes it, after the application. */
@Module({})
export class ControlModule {
  static forRoot(database: ControlDatabase): DynamicModule {
    return {
      module: ControlModule,
      global: true,
      providers: [{ provide: ControlDatabase, useValue: database }, OutboxSignal],
      exports: [ControlDatabase, OutboxSignal],
    };
  }
}
