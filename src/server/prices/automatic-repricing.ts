import { Inject, Injectable } from "@nestjs/common";
import type { AuthContext } from "../auth/auth-context.js";
import { filtersOfScope } from "../query/dimensions.js";
import { nanoFromMs } from "../storage/analytics/nano-time.js";
import type { Repricing } from "../storage/control/entities/repricing.entity.js";
import { authorOf } from "./price-audit.service.js";
import { RepricingCalls } from "./repricing-calls.js";
import { RepricingService } from "./repricing.service.js";

/** What has no (full) price; what has one is re-priced only when somebody asks. */
const UNPRICED = { costStatus: ["unpriced", "partial"] };

/** A price or mapping: for whom and when it holds. */
export interface OperatorChange {
  projectId: string | null;
  effectiveFrom: Date;
  effectiveTo: Date | null;
}

/** Prices past calls that had no price when an operator's word may have given them one. */
@Injectable()
export class AutomaticRepricing {
  constructor(
    @Inject(RepricingCalls) private readonly calls: RepricingCalls,
    @Inject(RepricingService) private readonly repricing: RepricingService,
  ) {}

  /**
   * Starts the re-pricing of the unpriced calls that a change may bear on, in every project it holds for. The job of the asker's own
   * project, or null when nothing there is unpriced. `filter`: only calls of these dimensions.
   * @throws AppError `unavailable`; the change itself is stored then, and can be followed by `POST reprice`.
   */
  afterChange(
    auth: AuthContext,
    change: OperatorChange,
    cause: string,
    filter: Readonly<Record<string, readonly string[]>> = {},
  ): Promise<Repricing | null> {
    return this.#start({ project: auth.project, author: authorOf(auth) }, change, cause, filter);
  }

  /** Starts the re-pricing of all unpriced calls after a price book brought new prices. @throws AppError `unavailable` */
  async afterBook(bookId: string, author: string): Promise<void> {
    const change = { projectId: null, effectiveFrom: new Date(0), effectiveTo: null };
    await this.#start({ project: null, author }, change, `book:${bookId}`, {});
  }

  async #start(
    by: { project: string | null; author: string },
    change: OperatorChange,
    cause: string,
    filter: Readonly<Record<string, readonly string[]>>,
  ): Promise<Repricing | null> {
    const unpriced = { ...UNPRICED, ...filter };
    const projects = change.projectId === null ? await this.calls.unpricedProjects() : [change.projectId];
    let own: Repricing | null = null;
    for (const project of projects) {
      const scope = {
        project,
        fromNano: change.effectiveFrom.getTime() <= 0 ? null : nanoFromMs(change.effectiveFrom.getTime()),
        toNano: change.effectiveTo === null ? null : nanoFromMs(change.effectiveTo.getTime()),
        filters: filtersOfScope(unpriced),
      };
      if ((await this.calls.count(scope)) === 0) continue;
      const job = await this.repricing.start(scope, unpriced, cause, by.author);
      if (project === by.project) own = job;
    }
    return own;
  }
}
