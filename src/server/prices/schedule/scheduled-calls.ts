import { Inject, Injectable } from "@nestjs/common";
import type { DimensionFilter } from "../../query/dimensions.js";
import type { Conditions } from "../../query/dimensions.js";
import { whereAll } from "../../query/statement.js";
import { isSelfHosted } from "../../pricing/provider-names.js";
import { ANALYTICS_STORE, type AnalyticsStore } from "../../storage/analytics/analytics-store.js";
import type { PriceOverride } from "../../storage/control/entities/price-override.entity.js";
import { OperatorPrices } from "../operator-prices.js";
import { splitMatch } from "../operator-models.js";

/** Half open, milliseconds since the epoch. */
export interface Span {
  fromMs: number;
  toMs: number;
}

/** Calls that started in one hour. Tokens are sums of what is known. */
export interface HourOfCalls {
  startMs: number;
  inputTokens: bigint;
  outputTokens: bigint;
  calls: number;
}

/** Sums over the calls that a worked-out price is about, by when they started. */
@Injectable()
export class ScheduledCalls {
  constructor(
    @Inject(ANALYTICS_STORE) private readonly store: AnalyticsStore,
    @Inject(OperatorPrices) private readonly prices: OperatorPrices,
  ) {}

  /**
   * The first millisecond at whose end the running sum from the start of a span has reached a threshold, or null. Calls of one
   * millisecond count together, so that no order among them matters.
   * @throws the store's errors
   */
  async reachedAt(
    row: PriceOverride,
    span: Span,
    metric: "spend" | "tokens",
    threshold: string,
  ): Promise<number | null> {
    const { where, params } = this.#where(row, span);
    const amount = metric === "spend" ? SPEND : TOKENS;
    const [found] = await this.#select<{ at: string; found: string }>(
      row,
      `SELECT min(ms) AS at, count() AS found FROM (
  SELECT ms, sum(amount) OVER (ORDER BY ms ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS reached FROM (
    SELECT toUnixTimestamp64Milli(start_time) AS ms, sum(${amount}) AS amount FROM calls WHERE ${where} GROUP BY ms))
WHERE reached >= toDecimal128({threshold:String}, 12)`,
      { ...params, threshold },
    );
    return found === undefined || whole(found.found) === 0 ? null : whole(found.at);
  }

  /** Number of calls in a span. @throws the store's errors */
  async count(row: PriceOverride, span: Span): Promise<number> {
    const { where, params } = this.#where(row, span);
    const sql = `SELECT count() AS calls FROM calls WHERE ${where}`;
    const [found] = await this.#select<{ calls: string }>(row, sql, params);
    return whole(found?.calls ?? "0");
  }

  /** Every hour of a span that has calls, in order. @throws the store's errors */
  async hours(row: PriceOverride, span: Span): Promise<HourOfCalls[]> {
    const { where, params } = this.#where(row, span);
    const found = await this.#select<Record<"ms" | "input" | "output" | "calls", string>>(
      row,
      `SELECT toUnixTimestamp(toStartOfHour(start_time)) * 1000 AS ms, sum(ifNull(input_total, 0)) AS input,
  sum(ifNull(output_total, 0)) AS output, count() AS calls
FROM calls WHERE ${where} GROUP BY ms ORDER BY ms`,
      params,
    );
    return found.map(({ ms, input, output, calls }) => ({
      startMs: whole(ms),
      inputTokens: BigInt(input),
      outputTokens: BigInt(output),
      calls: whole(calls),
    }));
  }

  /** Projects with calls in a span, at most 1000. @throws the store's errors */
  async projects(row: PriceOverride, span: Span): Promise<string[]> {
    if (row.projectId !== null) return [row.projectId];
    const { where, params } = this.#where(row, span);
    const sql = `SELECT DISTINCT project FROM calls WHERE ${where} LIMIT 1000`;
    return (await this.#select<{ project: string }>(row, sql, params)).map(({ project }) => project);
  }

  /** What narrows a re-pricing to these calls, loosely. Never throws. */
  filtersOf(row: PriceOverride): DimensionFilter[] {
    const { provider } = splitMatch(String(row.match["name"]));
    const hosts = this.#hostsOf(row, provider);
    if (hosts.length > 0) return [{ dimension: "host", values: hosts }];
    return [{ dimension: "provider", values: [provider] }];
  }

  #select<Row extends Record<string, unknown>>(
    row: PriceOverride,
    sql: string,
    params: Readonly<Record<string, string | readonly string[]>>,
  ): Promise<Row[]> {
    return this.store.select<Row>(sql, {
      params,
      ...(row.projectId === null ? {} : { onlyProject: row.projectId }),
    });
  }

  #where(row: PriceOverride, { fromMs, toMs }: Span) {
    const scope: Conditions =
      row.projectId === null
        ? { conditions: [], params: {} }
        : { conditions: ["project = {project:String}"], params: { project: row.projectId } };
    const time: Conditions = {
      conditions: [
        "billable",
        "start_time >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')",
        "start_time < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')",
      ],
      params: { from_ms: String(fromMs), to_ms: String(toMs) },
    };
    const { where, params } = whereAll(scope, time, this.#matching(row));
    return { where, params: params as Record<string, string | readonly string[]> };
  }

  #matching(row: PriceOverride): Conditions {
    const match = String(row.match["name"]);
    const { provider, model } = splitMatch(match);
    const hosts = this.#hostsOf(row, provider);
    const names =
      "lower(ifNull(response_model, '')) = {model:String} OR lower(ifNull(request_model, '')) = {model:String}";
    const ofModel = model === "*" ? [] : [`(${names})`];
    const modelParam = model === "*" ? {} : { model: model.toLowerCase() };
    if (hosts.length > 0)
      return {
        conditions: ["lower(ifNull(host, '')) IN {hosts:Array(String)}", ...ofModel],
        params: { hosts, ...modelParam },
      };
    const ofProvider = { conditions: ["provider = {provider:String}"], params: { provider } };
    if (model === "*") return ofProvider;
    if (isSelfHosted(provider))
      return { conditions: [...ofProvider.conditions, ...ofModel], params: { provider, ...modelParam } };
    return {
      conditions: [
        "(lower(priced_model) = {match:String} OR replaceRegexpOne(lower(priced_model), '/[a-z0-9-]+:', '/') = {match:String})",
      ],
      params: { match: match.toLowerCase() },
    };
  }

  /** Hosts that the operator mapped to a pool. Calls of a pool are known by them before they have a price. */
  #hostsOf(row: PriceOverride, pool: string): string[] {
    const { endpoints } = this.prices.contextOf(row.projectId ?? "").operator;
    const hosts = endpoints
      .filter((endpoint) => endpoint.pool?.toLowerCase() === pool.toLowerCase())
      .flatMap(({ endpoint }) => [endpoint.toLowerCase(), endpoint.toLowerCase().replace(/:\d+$/, "")]);
    return [...new Set(hosts)];
  }
}

const SPEND = "ifNull(list_total, toDecimal128(0, 12))";
const TOKENS = "toDecimal128(ifNull(input_total, 0) + ifNull(output_total, 0), 12)";

/** A count as the store writes it. */
const whole = (text: string): number => Number.parseInt(String(text), 10);
