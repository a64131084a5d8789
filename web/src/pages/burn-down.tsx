import type { Budget, BudgetStatus } from "../api/budget-types.js";
import { useLoaded } from "../ui/use-loaded.js";
import { amountText, dayText } from "./budget-words.js";
import { burnDown, type BurnDown, type SpendBucket, spendPath } from "./burn-path.js";

const [WIDTH, HEIGHT, LEFT, BOTTOM] = [600, 150, 4, 18];

/** How the period goes: what is spent, what would be on pace, what is forecast with its band, and where the limit is met. */
export function BurnDownChart({ budget, status }: { budget: Budget; status: BudgetStatus }) {
  const spend = useLoaded<{ data: SpendBucket[] }>(spendPath(budget, status));
  if (spend.problem !== null) return <p class="is-faint">The course cannot be shown: {spend.problem}</p>;
  if (spend.data === null) return <div class="burn is-loading" role="status" aria-label="Loading" />;
  const burn = burnDown(budget, status, spend.data.data, Date.now());
  return <Drawing budget={budget} status={status} burn={burn} />;
}

interface DrawingProps {
  budget: Budget;
  status: BudgetStatus;
  burn: BurnDown;
}

function Drawing({ budget, status, burn }: DrawingProps) {
  const { startMs, endMs, limit, top } = burn;
  const x = (ms: number): number => LEFT + ((ms - startMs) / (endMs - startMs)) * (WIDTH - 2 * LEFT);
  const y = (value: number): number => HEIGHT - BOTTOM - (value / top) * (HEIGHT - BOTTOM - 8);
  const path = (points: readonly (readonly [number, number])[]): string =>
    points.map(([ms, value], index) => `${index === 0 ? "M" : "L"}${x(ms)} ${y(value)}`).join("");
  const last = burn.spent.at(-1) ?? ([startMs, 0] as const);
  const day = (ms: number): string => dayText(ms, budget.timezone);
  const words = `${amountText(status.spent, budget.unit)} of ${amountText(status.limit, budget.unit)} spent`;
  const ahead = status.forecast === null ? "" : `, forecast ${amountText(status.forecast, budget.unit)}`;
  return (
    <figure class="burn">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`Course of ${budget.name}: ${words}${ahead}`}
      >
        {burn.band !== null && <path class="burn-band" d={`${path([last, ...burn.band])}Z`} />}
        <path
          class="burn-limit"
          d={path([
            [startMs, limit],
            [endMs, limit],
          ])}
        />
        <path
          class="burn-ideal"
          d={path([
            [startMs, 0],
            [endMs, limit],
          ])}
        />
        {burn.forecast !== null && <path class="burn-forecast" d={path([last, [endMs, burn.forecast]])} />}
        <path class="burn-spent" d={path(burn.spent)} />
        {burn.breachMs !== null && (
          <circle class="burn-breach" cx={x(burn.breachMs)} cy={y(limit)} r="4">
            <title>limit reached around {day(burn.breachMs)}</title>
          </circle>
        )}
        <text class="burn-text" x={LEFT} y={HEIGHT - 4}>
          {day(startMs)}
        </text>
        <text class="burn-text is-end" x={WIDTH - LEFT} y={HEIGHT - 4}>
          {day(endMs - 1)}
        </text>
        <text class="burn-text" x={LEFT} y={y(limit) - 5}>
          {amountText(status.limit, budget.unit)}
        </text>
      </svg>
      <figcaption class="burn-legend">
        <span class="is-spent">spent</span>
        <span class="is-ideal">even pace</span>
        {burn.forecast !== null && <span class="is-forecast">forecast, 80% band</span>}
      </figcaption>
    </figure>
  );
}
