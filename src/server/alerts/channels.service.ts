import { Inject, Injectable } from "@nestjs/common";
import { randomText } from "../auth/api-key-format.js";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { AppError } from "../domain/errors.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { Budget } from "../storage/control/entities/budget.entity.js";
import { Channel } from "../storage/control/entities/channel.entity.js";
import { newestFirst, type Page, type PageRequest } from "../storage/control/list-page.js";
import { channelType } from "./channel-types.js";
import { Outbound } from "./outbound.js";

export interface NewChannel {
  name: string;
  type: string;
  config: unknown;
}

export interface ChannelPatch {
  name: string | undefined;
  /** Replaces the settings as a whole: secrets are not returned, so they cannot be merged by the client. */
  config: unknown;
}

/** What a test message came to. `error` is a machine code. */
export interface ChannelTestResult {
  deliveryId: string;
  delivered: boolean;
  error: string | null;
}

@Injectable()
export class ChannelsService {
  constructor(
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(Outbound) private readonly outbound: Outbound,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  list(project: string, page: PageRequest): Promise<Page<Channel>> {
    return this.database.run((manager) => {
      const query = manager
        .getRepository(Channel)
        .createQueryBuilder("channel")
        .where("channel.projectId = :project", { project });
      return newestFirst(query, "createdAt", page);
    });
  }

  /** @throws AppError `not_found`, also for another project's channel. */
  async get(project: string, id: string): Promise<Channel> {
    const channel = await this.database.run((manager) =>
      manager.getRepository(Channel).findOneBy({ id, projectId: project }),
    );
    if (channel === null) throw new AppError("not_found", "There is no such channel.");
    return channel;
  }

  /** @throws AppError `invalid_request`: unknown type, wrong settings, refused address. */
  async create(project: string, { name, type, config }: NewChannel): Promise<Channel> {
    const now = new Date(this.clock.nowMs());
    const channel = {
      id: `chn_${randomText(16)}`,
      projectId: project,
      name,
      type,
      config: channelType(type).parse(config, this.outbound.policy),
      createdAt: now,
      updatedAt: now,
    };
    await this.database.run((manager) => manager.getRepository(Channel).insert(channel));
    return this.get(project, channel.id);
  }

  /** @throws AppError `not_found`, `invalid_request`. */
  async update(project: string, id: string, patch: ChannelPatch): Promise<Channel> {
    const current = await this.get(project, id);
    const config =
      patch.config === undefined
        ? current.config
        : channelType(current.type).parse(patch.config, this.outbound.policy);
    const updatedAt = new Date(this.clock.nowMs());
    const changes = { name: patch.name ?? current.name, config, updatedAt };
    await this.database.run((manager) =>
      manager.getRepository(Channel).update({ id, projectId: project }, changes),
    );
    return this.get(project, id);
  }

  /** Deletes a channel and takes it out of budgets; what was still to be delivered to it is given up. @throws AppError `not_found` */
  async remove(project: string, id: string): Promise<void> {
    await this.get(project, id);
    await this.database.transaction(async (manager) => {
      await manager
        .getRepository(Budget)
        .createQueryBuilder()
        .update()
        .set({ channelIds: () => "array_remove(channel_ids, :id)" })
        .where("project_id = :project AND :id = ANY(channel_ids)", { project, id })
        .execute();
      await manager.getRepository(Channel).delete({ id, projectId: project });
    });
  }

  /** Sends a test message at once, one attempt. @throws AppError `not_found` */
  async test(project: string, id: string): Promise<ChannelTestResult> {
    const channel = await this.get(project, id);
    const deliveryId = `dlv_${randomText(20)}`;
    const sentAt = new Date(this.clock.nowMs()).toISOString();
    const message = {
      id: deliveryId,
      type: "channel.test",
      project,
      channel: { id, name: channel.name },
      sentAt,
    } as const;
    const outcome = await this.outbound.send(channel, message, deliveryId);
    return { deliveryId, delivered: outcome.ok, error: outcome.ok ? null : outcome.code };
  }
}
