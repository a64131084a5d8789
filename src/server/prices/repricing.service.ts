import { Inject, Injectable } from "@nestjs/common";
import type { AuthContext } from "../auth/auth-context.js";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { AppError } from "../domain/errors.js";
import { formatMoney } from "../domain/money.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import type { Repricing } from "../storage/control/entities/repricing.entity.js";
import type { Page, PageRequest } from "../storage/control/list-page.js";
import { adjustmentsFor, splitByPeriod } from "./adjustments.js";
import { ClosedPeriods } from "./closed-periods.service.js";
import { OperatorPrices } from "./operator-prices.js";
import { authorOf, writeAudit } from "./price-audit.service.js";
import { priceOf, repriced } from "./reprice-row.js";
import { type RepriceRequest, requestedScope } from "./reprice-request.schema.js";
import { RepricingCalls, type RepricingPosition, type RepricingScope } from "./repricing-calls.js";
import { RepricingJobs } from "./repricing-jobs.js";
import { RepricingRunner } from "./repricing-runner.js";
import { type RepricingDelta, RepricingTally } from "./repricing-tally.js";
import { PAGE_CALLS } from "./repricing-work.js";

/** What re-pricing would do. `complete` is false when there were more calls than a preview looks at. */
export interface RepricingPreview {
  status: "preview";
  complete: boolean;
  priceBook: string;
  total: number;
  calls: number;
  changed: number;
  before: string;
  after: string;
  unpricedBefore: number;
  unpricedAfter: number;
  /** Calls of closed periods for which an adjustment would be booked, and its sum. */
  adjusted: number;
  adjustment: string;
  deltas: RepricingDelta[];
}

const PREVIEW_CALLS = 200_000;
const PREVIEW_MS = 20_000;
/** Small jobs are done before the answer. */
const ANSWER_MS = 1_500;

/** Re-pricing of stored calls: preview, apply, roll back. */
@Injectable()
export class RepricingService {
  constructor(
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(ClosedPeriods) private readonly periods: ClosedPeriods,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RepricingCalls) private readonly calls: RepricingCalls,
    @Inject(RepricingJobs) private readonly jobs: RepricingJobs,
    @Inject(RepricingRunner) private readonly runner: RepricingRunner,
    @Inject(OperatorPrices) private readonly prices: OperatorPrices,
  ) {}

  list(project: string, page: PageRequest): Promise<Page<Repricing>> {
    return this.jobs.list(project, page);
  }

  /** @throws AppError `not_found`, also for another project's. */
  async get(project: string, id: string): Promise<Repricing> {
    const job = await this.jobs.find(id);
    if (job === null || job.projectId !== project)
      throw new AppError("not_found", "There is no such re-pricing.");
    return job;
  }

  /** Looks at the calls and changes nothing. @throws AppError `invalid_request`, or what the store throws. */
  async preview(project: string, request: RepriceRequest): Promise<RepricingPreview> {
    const scope = requestedScope(project, request);
    const total = await this.calls.count(scope);
    const tally = new RepricingTally();
    const complete = await this.#walk(scope, tally);
    return {
      status: "preview",
      complete,
      priceBook: this.prices.book.version,
      total,
      calls: tally.calls,
      changed: tally.changed,
      before: formatMoney(tally.before),
      after: formatMoney(tally.after),
      unpricedBefore: tally.unpricedBefore,
      unpricedAfter: tally.unpricedAfter,
      adjusted: tally.adjusted,
      adjustment: formatMoney(tally.adjustment),
      deltas: tally.top(),
    };
  }

  async #walk(scope: RepricingScope, tally: RepricingTally): Promise<boolean> {
    const context = this.prices.contextOf(scope.project);
    const locks = await this.periods.locks(scope.project);
    const deadline = performance.now() + PREVIEW_MS;
    let after: RepricingPosition | null = null;
    do {
      const page = await this.calls.page(scope, after, PAGE_CALLS);
      const { open, closed } = splitByPeriod(page.rows, locks);
      for (const row of open) {
        const { call } = repriced(row, context) ?? row;
        tally.add(priceOf(row.call), priceOf(call), row.call.responseModel ?? row.call.requestModel);
      }
      const adjustments = await this.database.run((manager) =>
        adjustmentsFor(manager, scope.project, closed, context),
      );
      tally.addClosed(closed, adjustments);
      after = page.next;
      if (tally.calls >= PREVIEW_CALLS || performance.now() > deadline) return after === null;
    } while (after !== null);
    return true;
  }

  /** Starts a re-pricing; a small one is done when this resolves. @throws AppError `invalid_request`, `unavailable`. */
  async apply(auth: AuthContext, request: RepriceRequest): Promise<Repricing> {
    const scope = requestedScope(auth.project, request);
    const author = authorOf(auth);
    const job = await this.start(scope, request.filter, "request", author);
    const details = { from: request.from ?? null, to: request.to ?? null, filter: request.filter };
    const entry = { project: auth.project, action: "reprice.apply", subject: job.id, details };
    await this.database.run((manager) => writeAudit(manager, author, entry, this.clock.nowMs()));
    await this.runner.settled(job.id, ANSWER_MS);
    return this.get(auth.project, job.id);
  }

  /** Starts a re-pricing in the background. @throws AppError `unavailable`. */
  async start(
    scope: RepricingScope,
    filter: Record<string, unknown>,
    cause: string,
    author: string,
  ): Promise<Repricing> {
    const job = await this.jobs.add({
      projectId: scope.project,
      cause,
      fromNano: scope.fromNano?.toString() ?? null,
      toNano: scope.toNano?.toString() ?? null,
      filter,
      priceBook: this.prices.book.version,
      total: await this.calls.count(scope),
      author,
    });
    this.runner.wake();
    return job;
  }
}
