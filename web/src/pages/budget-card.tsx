import { useState } from "preact/hooks";
import type { Budget, BudgetStatus } from "../api/budget-types.js";
import { formatValue } from "../format/units.js";
import { BurnDownChart } from "./burn-down.js";
import { amountText, dayText, budgetStanding, periodText, scopeText } from "./budget-words.js";

interface Props {
  budget: Budget;
  status: BudgetStatus | null;
  onEdit: () => void;
  onDelete: () => void;
}

/** One budget: used share with its thresholds, forecast, and when the limit will be reached. */
export function BudgetCard({ budget, status, onEdit, onDelete }: Props) {
  const { share, tone } = budgetStanding(budget, status);
  return (
    <li class={`card budget ${tone}`} data-budget={budget.id}>
      <div class="budget-head">
        <div>
          <h2>{budget.name}</h2>
          <p class="is-faint">
            {periodText(budget.period)} · {scopeText(budget.scope)} · {budget.timezone}
          </p>
        </div>
        <p class="budget-share">{status === null ? "–" : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`}</p>
      </div>
      <BudgetBar budget={budget} status={status} />
      {status !== null && <BurnDownChart budget={budget} status={status} />}
      <div class="budget-facts">
        <span>
          <strong>{status === null ? "–" : amountText(status.spent, budget.unit)}</strong> of{" "}
          {amountText(budget.limit, budget.unit)}
        </span>
        {status !== null && <Outlook budget={budget} status={status} />}
        <BudgetActions onEdit={onEdit} onDelete={onDelete} />
      </div>
    </li>
  );
}

const percent = (share: number): string => `${Math.min(1, Math.max(0, share)) * 100}%`;

function BudgetBar({ budget, status }: { budget: Budget; status: BudgetStatus | null }) {
  const { share, forecastShare } = budgetStanding(budget, status);
  const ahead = Math.min(1, forecastShare) - Math.min(1, share);
  const marks = budget.thresholds.filter((one) => one.kind === "actual" && one.percent < 100);
  return (
    <div
      class="budget-track"
      role="meter"
      aria-label={`Used share of ${budget.name}`}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(Math.min(1, share) * 100)}
    >
      <div class="budget-fill" style={{ width: percent(share) }} />
      {ahead > 0 && <div class="budget-forecast" style={{ left: percent(share), width: percent(ahead) }} />}
      {marks.map((one) => (
        <span
          key={one.percent}
          class="budget-mark"
          title={`warns at ${one.percent}%`}
          style={{ left: percent(one.percent / 100) }}
        />
      ))}
    </div>
  );
}

function Outlook({ budget, status }: { budget: Budget; status: BudgetStatus }) {
  const band =
    status.forecastLow !== null && status.forecastHigh !== null
      ? `between ${amountText(status.forecastLow, budget.unit)} and ${amountText(status.forecastHigh, budget.unit)}`
      : "";
  return (
    <>
      {status.forecast !== null && (
        <span title={band}>forecast {amountText(status.forecast, budget.unit)}</span>
      )}
      {status.breachDate !== null && (
        <span class="budget-breach">
          limit reached around {dayText(Date.parse(status.breachDate), budget.timezone)}
        </span>
      )}
      {status.unpricedCalls > 0 && (
        <span class="budget-breach">
          {formatValue(status.unpricedCalls, "locale", 0)} calls without a price
        </span>
      )}
    </>
  );
}

function BudgetActions({ onEdit, onDelete }: { onEdit: () => void; onDelete: () => void }) {
  const [isAsking, setAsking] = useState(false);
  return (
    <span class="budget-actions">
      <button type="button" class="button is-small" onClick={onEdit}>
        Edit
      </button>
      <button
        type="button"
        class={isAsking ? "button is-small is-danger" : "button is-small is-quiet"}
        onBlur={() => setAsking(false)}
        onClick={() => (isAsking ? onDelete() : setAsking(true))}
      >
        {isAsking ? "Really delete" : "Delete"}
      </button>
    </span>
  );
}
