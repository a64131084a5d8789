import { Module } from "@nestjs/common";
import { QueryModule } from "../query/query.module.js";
import { DashboardsController } from "./dashboards.controller.js";
import { DashboardsService } from "./dashboards.service.js";

/** Boards, their panels' data, and nothing that writes. */
@Module({
  imports: [QueryModule],
  controllers: [DashboardsController],
  providers: [DashboardsService],
  exports: [DashboardsService],
})
export class DashboardsModule {}
