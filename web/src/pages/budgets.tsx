import { useState } from "preact/hooks";
import type { Budget } from "../api/budget-types.js";
import { request } from "../api/client.js";
import { Dialog } from "../ui/dialog.js";
import { PageHead } from "../ui/page-head.js";
import { AlertList } from "./alert-list.js";
import { BudgetCard } from "./budget-card.js";
import { BudgetForm } from "./budget-form.js";
import "../styles/pages.css";
import { type BudgetsState, useBudgets } from "./use-budgets.js";

const LATEST = 5;

/** Budgets with how far they are used, what is forecast, the alerts they sent, and where to. */
export function BudgetsPage() {
  const { state, problem, reload } = useBudgets();
  const [failure, setFailure] = useState<string | null>(null);
  const [editing, setEditing] = useState<Budget | "new" | null>(null);
  const act = (action: Promise<unknown>): void => {
    action.then(
      () => {
        setFailure(null);
        reload();
      },
      (error: unknown) => setFailure(error instanceof Error ? error.message : "That did not work."),
    );
  };
  const shown = failure ?? problem;
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
      {shown !== null && (
        <p class="page-problem" role="alert">
          {shown}
        </p>
      )}
      {state === null && problem === null && <div class="page-loading" role="status" aria-label="Loading" />}
      {state !== null && (
        <>
          <BudgetList
            state={state}
            onEdit={setEditing}
            onDelete={(budget) => act(request("DELETE", `budgets/${budget.id}`))}
          />
          {state.alerts.length > 0 && (
            <section class="page-part" aria-labelledby="alerts-title">
              <div class="page-part-head">
                <h2 id="alerts-title">Latest alerts</h2>
                <a href="/alerts">All alerts</a>
              </div>
              <AlertList
                alerts={state.alerts.slice(0, LATEST)}
                onAcknowledge={(alert) => act(request("POST", `alerts/${alert.id}/ack`, { body: {} }))}
              />
            </section>
          )}
        </>
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

interface ListProps {
  state: BudgetsState;
  onEdit: (budget: Budget | "new") => void;
  onDelete: (budget: Budget) => void;
}

function BudgetList({ state, onEdit, onDelete }: ListProps) {
  if (state.budgets.length === 0) {
    return (
      <div class="empty-card">
        <h2>No budget yet</h2>
        <p>
          A budget watches the spend of a project, a team, a feature or a customer and warns within seconds.
        </p>
        <button type="button" class="button is-primary" onClick={() => onEdit("new")}>
          Create the first budget
        </button>
      </div>
    );
  }
  return (
    <ul class="budgets">
      {state.budgets.map((budget) => (
        <BudgetCard
          key={budget.id}
          budget={budget}
          status={state.statuses.get(budget.id) ?? null}
          onEdit={() => onEdit(budget)}
          onDelete={() => onDelete(budget)}
        />
      ))}
    </ul>
  );
}
