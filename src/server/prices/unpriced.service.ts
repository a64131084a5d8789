import { Inject, Injectable } from "@nestjs/common";
import type { AuthContext } from "../auth/auth-context.js";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { AppError } from "../domain/errors.js";
import type { QueryString } from "../query/query-string.js";
import { type UnpricedGroup, UnpricedQuery, type UnpricedTotals } from "../query/unpriced.query.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import type { EndpointMap } from "../storage/control/entities/endpoint-map.entity.js";
import type { PriceOverride } from "../storage/control/entities/price-override.entity.js";
import type { Repricing } from "../storage/control/entities/repricing.entity.js";
import { AutomaticRepricing } from "./automatic-repricing.js";
import { type EndpointRequest, endpointRequestSchema } from "./endpoint-request.schema.js";
import { EndpointsService } from "./endpoints.service.js";
import { OperatorPrices } from "./operator-prices.js";
import { type NewOverride, newOverrideSchema } from "./override-request.schema.js";
import { OverridesService } from "./overrides.service.js";
import { PriceSchedules } from "./schedule/price-schedules.service.js";
import { hintsOf, pricedName, type UnpricedHints } from "./unpriced-hints.js";
import type { FixRequest } from "./unpriced-fix.schema.js";

export interface UnpricedQueue {
  data: (UnpricedGroup & UnpricedHints)[];
  /** Of all groups, also of those that were not listed. */
  totals: UnpricedTotals;
  truncated: boolean;
}

export interface Fix {
  overrides: PriceOverride[];
  endpoints: EndpointMap[];
  repricing: Repricing | null;
}

/** The queue of what has no price, and the one-step fix. */
@Injectable()
export class UnpricedService {
  constructor(
    @Inject(UnpricedQuery) private readonly query: UnpricedQuery,
    @Inject(OperatorPrices) private readonly prices: OperatorPrices,
    @Inject(OverridesService) private readonly overrides: OverridesService,
    @Inject(EndpointsService) private readonly endpoints: EndpointsService,
    @Inject(PriceSchedules) private readonly schedules: PriceSchedules,
    @Inject(AutomaticRepricing) private readonly repricing: AutomaticRepricing,
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError `invalid_request`, or what the store throws. */
  async list(project: string, query: QueryString, signal: AbortSignal): Promise<UnpricedQueue> {
    const { data, totals, truncated } = await this.query.ask(project, query, signal);
    const { book } = this.prices.contextOf(project);
    return { data: data.map((group) => ({ ...group, ...hintsOf(book, group) })), totals, truncated };
  }

  /**
   * Gives a group a price: stores the mapping and the price that the action stands for, both or neither, and starts the re-pricing.
   * @throws AppError `invalid_request`, `conflict` as the single steps do.
   */
  async fix(auth: AuthContext, request: FixRequest): Promise<Fix> {
    const steps = stepsOf(request);
    const pool = request.action === "self_hosted" ? request.pool : null;
    const endpoints = await Promise.all(steps.endpoints.map((step) => this.endpoints.prepare(auth, step)));
    const overrides = await Promise.all(
      steps.overrides.map((step) => this.overrides.prepare(auth, step, pool)),
    );
    await this.database.transaction(async (manager) => {
      for (const row of endpoints) await this.endpoints.write(manager, row);
      for (const row of overrides) await this.overrides.write(manager, row, false);
    });
    await this.prices.reload();
    for (const row of overrides) await this.schedules.afterChange(row);
    const change = { projectId: auth.project, effectiveFrom: new Date(0), effectiveTo: null };
    const cause = [...endpoints, ...overrides].map(({ id }) => id).join(",");
    const filter = steps.endpoints.some(({ endpoint }) => endpoint !== undefined)
      ? { host: [request.host ?? ""] }
      : { provider: [request.provider] };
    const repricing = await this.repricing.afterChange(auth, change, `fix:${cause}`, filter);
    return { overrides, endpoints, repricing };
  }
}

interface Steps {
  endpoints: EndpointRequest[];
  overrides: NewOverride[];
}

/** The requests that a fix stands for. @throws AppError `invalid_request` when the group does not allow the action. */
function stepsOf(request: FixRequest): Steps {
  const { reason } = request;
  const override = (fields: object): NewOverride =>
    newOverrideSchema.parse({ ...fields, ...(reason === undefined ? {} : { reason }) });
  switch (request.action) {
    case "alias":
      return { endpoints: [aliasOf(request)], overrides: [] };
    case "rates":
      return {
        endpoints: [],
        overrides: [override({ match: matchOf(request), kind: "rates", rates: request.rates })],
      };
    case "free":
      return { endpoints: [], overrides: [override({ match: matchOf(request), kind: "free" })] };
    case "endpoint":
      return {
        endpoints: [endpointRequestSchema.parse({ endpoint: hostOf(request), provider: request.vendor })],
        overrides: [],
      };
    default: {
      const { pool, rates, free, hourlyCost, gpus } = request;
      const match = `${pool}/*`;
      const endpoints = [endpointRequestSchema.parse({ endpoint: hostOf(request), pool })];
      if (hourlyCost !== undefined)
        return { endpoints, overrides: [override({ match, kind: "gpu_hour", hourlyCost, gpus: gpus ?? 1 })] };
      if (free === true) return { endpoints, overrides: [override({ match, kind: "free" })] };
      return {
        endpoints,
        overrides: rates === undefined ? [] : [override({ match, kind: "self_hosted", rates })],
      };
    }
  }
}

function aliasOf(request: FixRequest & { action: "alias" }): EndpointRequest {
  const deployment = request.requestModel || request.responseModel;
  if (!deployment)
    throw new AppError("invalid_request", "requestModel: an alias needs the model string that calls send");
  const { provider } = request;
  const model = request.model.startsWith(`${provider}/`)
    ? request.model.slice(provider.length + 1)
    : request.model;
  return endpointRequestSchema.parse({ deployment, provider, model });
}

function matchOf(request: FixRequest): string {
  const names = {
    provider: request.provider,
    host: request.host ?? null,
    requestModel: request.requestModel ?? null,
    responseModel: request.responseModel ?? null,
  };
  const name = pricedName(names);
  if (name === null)
    throw new AppError(
      "invalid_request",
      "The group has no model name that a price could be stated for: use the action alias.",
    );
  return `${request.provider}/${name}`;
}

function hostOf(request: FixRequest): string {
  if (!request.host) throw new AppError("invalid_request", "host: the action needs the host of the group");
  return request.host;
}
