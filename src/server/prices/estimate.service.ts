import { Inject, Injectable } from "@nestjs/common";
import { CLOCK } from "../config/app-config.js";
import type { Call, Cost } from "../domain/call.js";
import type { Clock } from "../domain/clock.js";
import type { Usage } from "../domain/usage.js";
import { priceCall } from "../pricing/price-call.js";
import { providerName } from "../pricing/provider-names.js";
import { STATED_CALL } from "../pricing/stated-call.js";
import { suggestModel } from "../pricing/suggest-model.js";
import { type EstimateRequest, requestedUsage } from "./estimate-request.schema.js";
import { ModelNames } from "./model-names.js";
import { OperatorPrices } from "./operator-prices.js";

/** What a call would cost. `suggestion` is a listed model for a name that is not listed. */
export interface Estimate {
  provider: string;
  model: string;
  at: string;
  pricedModel: string | null;
  matchRule: string | null;
  usage: Usage;
  cost: Cost;
  suggestion: string | null;
}

/** The calculator: the same engine, book and operator prices as the ingest path. */
@Injectable()
export class EstimateService {
  constructor(
    @Inject(OperatorPrices) private readonly prices: OperatorPrices,
    @Inject(ModelNames) private readonly names: ModelNames,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError `invalid_request` when no provider is named and the model does not tell it. */
  estimate(project: string, request: EstimateRequest): Estimate {
    const context = this.prices.contextOf(project);
    const at = new Date(request.at ?? this.clock.nowMs());
    const named =
      request.provider === undefined && request.host === undefined
        ? this.names.providerOf(project, request.model)
        : { provider: providerName(request.provider ?? ""), model: request.model };
    const call = callOf(request, named, at);
    const priced = priceCall(call, context);
    const isKnown = priced.cost.status !== "unpriced";
    return {
      provider: priced.provider,
      model: named.model,
      at: at.toISOString(),
      pricedModel: priced.pricedModel,
      matchRule: priced.matchRule,
      usage: call.usage,
      cost: priced.cost,
      suggestion: isKnown ? null : suggestModel(context.book, [priced.provider], [named.model]),
    };
  }
}

function callOf(request: EstimateRequest, named: { provider: string; model: string }, at: Date): Call {
  return {
    ...STATED_CALL,
    startTimeUnixNano: BigInt(at.getTime()) * 1_000_000n,
    operation: request.operation,
    provider: named.provider,
    // A vendor named beside a private host is stated, as by observe(client, { provider }).
    providerStated: request.provider !== undefined,
    host: request.host ?? null,
    requestModel: named.model,
    responseModel: named.model,
    serviceTier: request.serviceTier ?? null,
    batch: request.batch,
    usage: requestedUsage(request),
    dimensions: {
      geo: request.geo ?? null,
      region: request.region ?? null,
      speed: request.speed ?? null,
      deployment: request.deployment ?? null,
      variant: { ...request.variant },
    },
  };
}
