import { useEffect, useState } from "preact/hooks";
import type { Alert, Budget, BudgetStatus, Channel } from "../api/budget-types.js";
import { ApiError, get } from "../api/client.js";

const REFRESH_MS = 10_000;

export interface BudgetsState {
  budgets: readonly Budget[];
  statuses: ReadonlyMap<string, BudgetStatus>;
  alerts: readonly Alert[];
  /** Null when this login may not see them. */
  channels: readonly Channel[] | null;
}

async function statusOf(budget: Budget, signal: AbortSignal): Promise<[string, BudgetStatus | null]> {
  const status = await get<BudgetStatus>(`budgets/${budget.id}/status`, signal).catch(() => null);
  return [budget.id, status];
}

async function load(signal: AbortSignal): Promise<BudgetsState> {
  const [budgets, alerts, channels] = await Promise.all([
    get<{ data: Budget[] }>("budgets", signal),
    get<{ data: Alert[] }>("alerts?limit=5", signal),
    get<{ data: Channel[] }>("channels", signal).catch(() => null),
  ]);
  const statuses = await Promise.all(budgets.data.map((budget) => statusOf(budget, signal)));
  const known = statuses.filter((entry): entry is [string, BudgetStatus] => entry[1] !== null);
  return {
    budgets: budgets.data,
    statuses: new Map(known),
    alerts: alerts.data,
    channels: channels?.data ?? null,
  };
}

/** Budgets, their status, alerts and channels, asked for again every ten seconds and on `reload`. */
export function useBudgets(): { state: BudgetsState | null; problem: string | null; reload: () => void } {
  const [state, setState] = useState<BudgetsState | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  const reload = (): void => setRound((before) => before + 1);
  useEffect(() => {
    const controller = new AbortController();
    load(controller.signal).then(
      (loaded) => {
        setState(loaded);
        setProblem(null);
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        setProblem(error instanceof ApiError ? error.message : "The budgets cannot be read.");
      },
    );
    const timer = setTimeout(reload, REFRESH_MS);
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [round]);
  return { state, problem, reload };
}
