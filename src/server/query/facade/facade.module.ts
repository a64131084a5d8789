import { Module } from "@nestjs/common";
import { FacadeServer } from "./facade.server.js";

/** ClickHouse's HTTP interface for SQL clients. Whoever starts the application calls `start()` and `stop()` of the server. */
@Module({ providers: [FacadeServer], exports: [FacadeServer] })
export class FacadeModule {}
