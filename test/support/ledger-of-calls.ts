import { scopeTest } from "../../src/server/budgets/budget-scope.js";
import type { BudgetSpendSource, SpendTotals } from "../../src/server/budgets/budget-spend.js";
import type { BudgetScope } from "../../src/server/domain/budget.js";
import type { PricedCall } from "../../src/server/domain/call.js";
import { AppError } from "../../src/server/domain/errors.js";
import type { LedgerChange } from "../../src/server/domain/ledger-listener.js";
import { formatMoney, parseMoney, sumMoney } from "../../src/server/domain/money.js";
import { unknownUsage } from "../../src/server/domain/usage.js";

export interface CallFacts {
  id: string;
  atMs: number;
  /** Decimal USD; null: unpriced. */
  cost: string | null;
  inputTokens?: number;
  outputTokens?: number;
  feature?: string;
  team?: string;
  model?: string;
  tags?: Record<string, string>;
  billable?: boolean;
}

/** A priced call as the ledger would hold it. */
export function pricedCall(facts: CallFacts): PricedCall {
  const usage = {
    ...unknownUsage(),
    inputTotal: facts.inputTokens ?? null,
    outputTotal: facts.outputTokens ?? null,
  };
  const model = facts.model ?? "gpt-4o-mini";
  return {
    traceId: facts.id.padStart(32, "0"),
    spanId: facts.id.padStart(16, "0"),
    parentSpanId: null,
    startTimeUnixNano: BigInt(facts.atMs) * 1_000_000n,
    durationMs: 100,
    timeToFirstChunkMs: null,
    operation: "chat",
    provider: "openai",
    clientFlavor: null,
    host: "api.openai.com",
    requestModel: model,
    responseModel: model,
    pricedModel: facts.cost === null ? null : model,
    matchRule: facts.cost === null ? null : "exact",
    serviceTier: null,
    batch: false,
    streaming: false,
    responseId: facts.id,
    requestId: null,
    outcome: "ok",
    httpStatus: 200,
    errorType: null,
    finishReasons: ["stop"],
    attempts: [],
    attemptCount: 1,
    retryCount: 0,
    rateLimits: [],
    usage,
    usageSource: "provider",
    usageQuality: "exact",
    usageRule: "test",
    billable: facts.billable ?? true,
    dimensions: { geo: null, region: null, speed: null, deployment: null, variant: {} },
    providerReportedCost: null,
    attribution: {
      service: null,
      environment: null,
      user: null,
      team: facts.team ?? null,
      feature: facts.feature ?? null,
      session: null,
      customer: null,
      tags: facts.tags ?? {},
    },
    source: { scope: "test", scopeVersion: "1", dialect: "test" },
    cost: {
      status: facts.cost === null ? "unpriced" : "priced",
      reason: facts.cost === null ? "model_unknown" : null,
      total: facts.cost,
      currency: "USD",
      lines: [],
      priceBook: "test",
      source: "list",
      listTotal: facts.cost,
      providerReported: null,
    },
  };
}

/** A ledger in memory that answers the one question budgets ask, by adding up its calls. */
export class LedgerOfCalls implements BudgetSpendSource {
  readonly #calls = new Map<string, { project: string; call: PricedCall }>();
  questions = 0;
  isAway = false;

  /** Stores the calls of a project and returns the changes as listeners would be told. */
  acknowledge(project: string, ...facts: CallFacts[]): LedgerChange[] {
    return facts.map((fact) => {
      const current = pricedCall(fact);
      const previous = this.#calls.get(`${project} ${fact.id}`)?.call ?? null;
      this.#calls.set(`${project} ${fact.id}`, { project, call: current });
      return { project, current, previous };
    });
  }

  spend(project: string, scope: BudgetScope, fromIso: string, toIso: string): Promise<SpendTotals> {
    this.questions += 1;
    if (this.isAway) return Promise.reject(new AppError("unavailable", "The ledger is away."));
    const [from, to] = [Date.parse(fromIso), Date.parse(toIso)];
    const isInScope = scopeTest(scope);
    const calls = [...this.#calls.values()]
      .filter((entry) => entry.project === project)
      .map(({ call }) => call)
      .filter((call) => call.billable && isInScope(call))
      .filter(({ startTimeUnixNano }) => {
        const at = Number(startTimeUnixNano / 1_000_000n);
        return at >= from && at < to;
      });
    const tokens = calls.map(({ usage }) => (usage.inputTotal ?? 0) + (usage.outputTotal ?? 0));
    return Promise.resolve({
      cost: formatMoney(sumMoney(calls.map(({ cost }) => parseMoney(cost.total ?? "0")))),
      tokens: String(tokens.reduce((sum, count) => sum + count, 0)),
      calls: calls.length,
      unpricedCalls: calls.filter(({ cost }) => cost.total === null).length,
    });
  }
}
