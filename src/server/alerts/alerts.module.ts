import { Module } from "@nestjs/common";
import { AlertRetention } from "./alert-retention.js";
import { AlertsController } from "./alerts.controller.js";
import { AlertsService } from "./alerts.service.js";
import { ChannelsController } from "./channels.controller.js";
import { ChannelsService } from "./channels.service.js";
import { Outbound } from "./outbound.js";
import { OutboxWorker } from "./outbox.worker.js";

/** Alerts that fired, the channels they go to, and the worker that delivers them. */
@Module({
  controllers: [AlertsController, ChannelsController],
  providers: [AlertRetention, AlertsService, ChannelsService, Outbound, OutboxWorker],
})
export class AlertsModule {}
