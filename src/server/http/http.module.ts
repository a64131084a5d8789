import { Global, Module, StandardSchemaValidationPipe } from "@nestjs/common";
import { APP_FILTER, APP_PIPE } from "@nestjs/core";
import { ErrorFilter } from "./error.filter.js";

/** Registers the error body and the validation of `@Body({ schema })`, `@Query({ schema })` and `@Param(name, { schema })`. */
@Global()
@Module({
  providers: [
    { provide: APP_FILTER, useClass: ErrorFilter },
    { provide: APP_PIPE, useFactory: () => new StandardSchemaValidationPipe() },
  ],
})
export class HttpModule {}
