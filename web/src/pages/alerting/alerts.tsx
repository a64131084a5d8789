import type { Alert, Budget } from "../../api/budget-types.js";
import { request } from "../../api/client.js";
import { navigate, type Place } from "../../location.js";
import { SelectField } from "../../ui/field.js";
import { PageHead } from "../../ui/page-head.js";
import { ActionProblem, Await, Empty } from "../../ui/states.js";
import { useAction, useLoaded } from "../../ui/use-loaded.js";
import { AlertList } from "../alert-list.js";
import "../../styles/pages.css";

const REFRESH_MS = 10_000;
const STATES = [
  { value: "open", text: "open" },
  { value: "", text: "all" },
  { value: "acknowledged", text: "acknowledged" },
];

/** What fired, newest first, with how its deliveries went. */
export function AlertsPage({ place }: { place: Place }) {
  const budget = place.query.get("budget") ?? "";
  const shown = place.query.get("state") ?? "";
  const query = new URLSearchParams({ limit: "200" });
  if (budget !== "") query.set("budget", budget);
  const alerts = useLoaded<{ data: Alert[]; nextCursor: string | null }>(
    `alerts?${query.toString()}`,
    REFRESH_MS,
  );
  const budgets = useLoaded<{ data: Budget[] }>("budgets?limit=200");
  const action = useAction();
  const set = (name: string, value: string): void => {
    const next = new URLSearchParams(place.query);
    if (value === "") next.delete(name);
    else next.set(name, value);
    navigate(`/alerts?${next.toString()}`, { replace: true });
  };
  const acknowledge = (chosen: readonly Alert[]): void => {
    void action.run(async () => {
      for (const alert of chosen) await request("POST", `alerts/${alert.id}/ack`, { body: {} });
      alerts.reload();
    });
  };
  const found = (alerts.data?.data ?? []).filter((alert) => {
    if (shown === "open") return alert.acknowledgedAt === null;
    return shown !== "acknowledged" || alert.acknowledgedAt !== null;
  });
  const open = found.filter((alert) => alert.acknowledgedAt === null);
  const names = (budgets.data?.data ?? []).map(({ id, name }) => ({ value: id, text: name }));
  return (
    <>
      <PageHead
        title="Alerts"
        description="Every threshold fires once per period. What fired, and who was told."
      >
        {open.length > 1 && (
          <button type="button" class="button" disabled={action.isBusy} onClick={() => acknowledge(open)}>
            Acknowledge {open.length}
          </button>
        )}
        <a class="button" href="/channels">
          Channels
        </a>
      </PageHead>
      <div class="toolbar">
        <SelectField label="Show" value={shown} options={STATES} onValue={(value) => set("state", value)} />
        <SelectField
          label="Budget"
          value={budget}
          options={[{ value: "", text: "every budget" }, ...names]}
          onValue={(value) => set("budget", value)}
        />
      </div>
      <ActionProblem text={action.problem} />
      <Await of={alerts}>
        {({ nextCursor }) =>
          found.length === 0 ? (
            <Empty title={shown === "open" ? "Nothing is open" : "Nothing has fired"}>
              <p>
                <a href="/budgets">Budgets</a> warn within seconds of the call that reaches a threshold.
              </p>
            </Empty>
          ) : (
            <>
              <AlertList alerts={found} onAcknowledge={(alert) => acknowledge([alert])} />
              {nextCursor !== null && <p class="page-note">Older alerts are in the API.</p>}
            </>
          )
        }
      </Await>
    </>
  );
}
