import { useState } from "preact/hooks";
import type { Budget, BudgetStatus, BudgetUnit } from "../api/budget-types.js";
import { exactUsd, formatValue } from "../format/units.js";

/** An amount in a budget's unit. Money keeps two decimals here; the API has every digit. */
export function amountText(amount: string, unit: BudgetUnit): string {
  if (unit !== "usd") return `${formatValue(Number(amount), "short")} ${unit}`;
  const size = Math.abs(Number(amount));
  return size !== 0 && size < 0.01 ? exactUsd(amount) : formatValue(Number(amount), "currencyUSD", 2);
}

const PERIODS: Readonly<Record<string, string>> = {
  hour: "every hour",
  day: "every day",
  week: "every week",
  month: "every month",
  quarter: "every quarter",
  custom: "own period",
};

function scopeText(scope: Record<string, unknown>): string {
  const parts = Object.entries(scope)
    .filter(([, values]) => Array.isArray(values) && values.length > 0)
    .map(([name, values]) => `${name} ${(values as string[]).join(" or ")}`);
  return parts.length === 0 ? "whole project" : parts.join(", ");
}

function forecastOf(status: BudgetStatus): string | null {
  if (status.forecast === null || typeof status.forecast === "string") return status.forecast;
  return status.forecast.amount;
}

interface Props {
  budget: Budget;
  status: BudgetStatus | null;
  onEdit: () => void;
  onDelete: () => Promise<void>;
}

/** One budget: used share with its thresholds, forecast, and when the limit will be reached. */
export function BudgetCard({ budget, status, onEdit, onDelete }: Props) {
  const [isAsking, setAsking] = useState(false);
  const limit = Number(budget.limit);
  const spent = status === null ? null : Number(status.spent);
  const share = spent === null || limit === 0 ? 0 : spent / limit;
  const forecast = status === null ? null : forecastOf(status);
  const forecastShare = forecast === null || limit === 0 ? null : Number(forecast) / limit;
  const warn = Math.min(
    1,
    ...budget.thresholds.filter((one) => one.kind === "actual").map((one) => one.percent / 100),
  );
  const tone = share >= 1 ? "is-over" : share >= warn || (forecastShare ?? 0) > 1 ? "is-near" : "is-fine";
  return (
    <li class={`card budget ${tone}`}>
      <div class="budget-head">
        <div>
          <h2>{budget.name}</h2>
          <p class="is-faint">
            {PERIODS[budget.period] ?? budget.period} · {scopeText(budget.scope)} · {budget.timezone}
          </p>
        </div>
        <p class="budget-share">{status === null ? "–" : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`}</p>
      </div>
      <div
        class="budget-track"
        role="meter"
        aria-label={`Used share of ${budget.name}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(Math.min(1, share) * 100)}
      >
        <div class="budget-fill" style={{ width: `${Math.min(100, share * 100)}%` }} />
        {forecastShare !== null && forecastShare > share && (
          <div
            class="budget-forecast"
            style={{
              left: `${Math.min(100, share * 100)}%`,
              width: `${Math.max(0, Math.min(1, forecastShare) - Math.min(1, share)) * 100}%`,
            }}
          />
        )}
        {budget.thresholds
          .filter((one) => one.kind === "actual" && one.percent < 100)
          .map((one) => (
            <span
              key={one.percent}
              class="budget-mark"
              title={`warns at ${one.percent}%`}
              style={{ left: `${one.percent}%` }}
            />
          ))}
      </div>
      <div class="budget-facts">
        <span>
          <strong>{status === null ? "–" : amountText(status.spent, budget.unit)}</strong> of{" "}
          {amountText(budget.limit, budget.unit)}
        </span>
        {forecast !== null && <span>forecast {amountText(forecast, budget.unit)}</span>}
        {status?.breachDate != null && (
          <span class="budget-breach">
            limit reached around {new Date(status.breachDate).toLocaleDateString()}
          </span>
        )}
        {(status?.unpricedCalls ?? 0) > 0 && (
          <span class="budget-breach">
            {formatValue(status?.unpricedCalls ?? 0, "locale", 0)} calls without a price
          </span>
        )}
        <span class="budget-actions">
          <button type="button" class="button is-small" onClick={onEdit}>
            Edit
          </button>
          <button
            type="button"
            class={isAsking ? "button is-small is-danger" : "button is-small is-quiet"}
            onBlur={() => setAsking(false)}
            onClick={() => (isAsking ? void onDelete() : setAsking(true))}
          >
            {isAsking ? "Really delete" : "Delete"}
          </button>
        </span>
      </div>
    </li>
  );
}
