import { useEffect, useState } from "preact/hooks";
import { ApiError, get, request } from "../api/client.js";
import type { Alert, Budget, BudgetStatus, Channel } from "../api/budget-types.js";
import { PageHead } from "../ui/page-head.js";
import { Dialog } from "../ui/dialog.js";
import { AlertList } from "./alert-list.js";
import { BudgetCard } from "./budget-card.js";
import { BudgetForm } from "./budget-form.js";

const REFRESH_MS = 10_000;

interface Loaded {
  budgets: readonly Budget[];
  statuses: ReadonlyMap<string, BudgetStatus>;
  alerts: readonly Alert[];
  channels: readonly Channel[];
}

async function load(signal: AbortSignal): Promise<Loaded> {
  const [budgets, alerts, channels] = await Promise.all([
    get<{ data: Budget[] }>("budgets", signal),
    get<{ data: Alert[] }>("alerts?limit=50", signal),
    // Channels need the admin scope; without it the form offers none.
    get<{ data: Channel[] }>("channels", signal).catch(() => ({ data: [] })),
  ]);
  const statuses = await Promise.all(
    budgets.data.map(async (budget) => {
      const status = await get<BudgetStatus>(`budgets/${budget.id}/status`, signal).catch(() => null);
      return [budget.id, status] as const;
    }),
  );
  const known = statuses.filter((entry): entry is readonly [string, BudgetStatus] => entry[1] !== null);
  return { budgets: budgets.data, statuses: new Map(known), alerts: alerts.data, channels: channels.data };
}

/** Budgets with how far they are used, what is forecast, and the alerts they sent. */
export function BudgetsPage() {
  const [state, setState] = useState<Loaded | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [editing, setEditing] = useState<Budget | "new" | null>(null);
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
  const act = async (action: Promise<unknown>): Promise<void> => {
    try {
      await action;
      reload();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : "That did not work.");
    }
  };
  return (
    <>
      <PageHead
        title="Budgets"
        description="Limits in money, tokens or calls, and a warning before they are reached."
      >
        <button type="button" class="button is-primary" onClick={() => setEditing("new")}>
          New budget
        </button>
      </PageHead>
      {problem !== null && (
        <p class="page-problem" role="alert">
          {problem}
        </p>
      )}
      {state === null && problem === null && <div class="page-loading" role="status" aria-label="Loading" />}
      {state !== null && state.budgets.length === 0 && (
        <div class="empty-card">
          <h2>No budget yet</h2>
          <p>
            A budget watches the spend of a project, a team, a feature or a customer and warns within seconds.
          </p>
          <button type="button" class="button is-primary" onClick={() => setEditing("new")}>
            Create the first budget
          </button>
        </div>
      )}
      {state !== null && state.budgets.length > 0 && (
        <ul class="budgets">
          {state.budgets.map((budget) => (
            <BudgetCard
              key={budget.id}
              budget={budget}
              status={state.statuses.get(budget.id) ?? null}
              onEdit={() => setEditing(budget)}
              onDelete={() => act(request("DELETE", `budgets/${budget.id}`))}
            />
          ))}
        </ul>
      )}
      {state !== null && (
        <AlertList
          alerts={state.alerts}
          onAcknowledge={(alert) => act(request("POST", `alerts/${alert.id}/ack`, { body: {} }))}
        />
      )}
      {editing !== null && (
        <Dialog title={editing === "new" ? "New budget" : "Edit budget"} onClose={() => setEditing(null)}>
          <BudgetForm
            budget={editing === "new" ? null : editing}
            channels={state?.channels ?? []}
            onDone={() => {
              setEditing(null);
              reload();
            }}
          />
        </Dialog>
      )}
    </>
  );
}
