import { useState } from "preact/hooks";
import type { ClosedPeriod } from "../../api/book-types.js";
import { post } from "../../api/client.js";
import { type Column, DataTable } from "../../ui/data-table.js";
import { Dialog } from "../../ui/dialog.js";
import { Problem, TextField } from "../../ui/field.js";
import { PageHead } from "../../ui/page-head.js";
import { Await, Empty } from "../../ui/states.js";
import { useAction, useLoaded } from "../../ui/use-loaded.js";
import "../../styles/pages.css";
import { dayTime } from "../prices/day-time.js";
import { AdjustmentList } from "./adjustments.js";

/** Times whose calls keep their price, because they were invoiced or reported, and what was booked for them since. */
export function PeriodsPage() {
  const periods = useLoaded<{ data: ClosedPeriod[] }>("periods");
  const [isClosing, setClosing] = useState(false);
  const [reopening, setReopening] = useState<ClosedPeriod | null>(null);
  const done = (): void => {
    setClosing(false);
    setReopening(null);
    periods.reload();
  };
  return (
    <>
      <PageHead
        title="Closed periods"
        description="Calls of a closed period keep their price. What a re-pricing would have changed is booked as an adjustment instead."
      >
        <button type="button" class="button is-primary" onClick={() => setClosing(true)}>
          Close a period
        </button>
      </PageHead>
      <Await of={periods}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="Nothing is closed">
              <p>
                Close a month once it is invoiced: its totals then stay what they were, whatever prices come
                to be known.
              </p>
            </Empty>
          ) : (
            <DataTable
              label="Closed periods"
              columns={columnsWith(setReopening)}
              rows={data}
              keyOf={(period) => period.id}
            />
          )
        }
      </Await>
      <AdjustmentList periods={periods.data?.data ?? []} />
      {isClosing && (
        <Dialog title="Close a period" onClose={() => setClosing(false)}>
          <CloseForm onDone={done} />
        </Dialog>
      )}
      {reopening !== null && (
        <Dialog title={`Reopen ${spanText(reopening)}`} onClose={() => setReopening(null)}>
          <ReopenForm period={reopening} onDone={done} />
        </Dialog>
      )}
    </>
  );
}

function spanText({ from, to }: ClosedPeriod): string {
  return from === null ? `everything before ${dayTime(to)}` : `${dayTime(from)} to ${dayTime(to)}`;
}

function columnsWith(onReopen: (period: ClosedPeriod) => void): Column<ClosedPeriod>[] {
  return [
    { name: "Calls of (UTC, end exclusive)", cell: (period) => <strong>{spanText(period)}</strong> },
    {
      name: "State",
      cell: ({ reopenedAt, reopenedBy }) =>
        reopenedAt === null ? (
          <span class="badge is-done">closed</span>
        ) : (
          <span class="badge" title={`by ${reopenedBy ?? ""}, ${reopenedAt.slice(0, 10)}`}>
            reopened
          </span>
        ),
    },
    { name: "Why", title: (period) => period.reason ?? "", cell: (period) => period.reason },
    { name: "By", cell: (period) => `${period.closedBy}, ${period.closedAt.slice(0, 10)}` },
    {
      name: "",
      cell: (period) =>
        period.reopenedAt === null && (
          <button
            type="button"
            class="button is-small is-quiet"
            aria-label={`Reopen ${spanText(period)}`}
            onClick={() => onReopen(period)}
          >
            Reopen
          </button>
        ),
    },
  ];
}

/** The last whole month, in UTC days. */
function lastMonth(): { from: string; to: string } {
  const now = new Date();
  const first = (back: number): string =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString().slice(0, 10);
  return { from: first(1), to: first(0) };
}

function CloseForm({ onDone }: { onDone: () => void }) {
  const [draft, setDraft] = useState({ ...lastMonth(), reason: "" });
  const action = useAction();
  const set = (part: Partial<typeof draft>): void => setDraft({ ...draft, ...part });
  const submit = (event: Event): void => {
    event.preventDefault();
    if (draft.to === "") return action.fail("Say where the period ends.");
    void action.run(async () => {
      const { from, to, reason } = draft;
      await post("periods/close", { ...(from === "" ? {} : { from }), to, reason: reason.trim() });
      onDone();
    });
    return undefined;
  };
  return (
    <form class="form" noValidate onSubmit={submit}>
      <div class="form-row">
        <TextField
          label="From (UTC day)"
          type="date"
          hint="Empty: everything before the end"
          value={draft.from}
          onValue={(from) => set({ from })}
        />
        <TextField label="Until, exclusive" type="date" value={draft.to} onValue={(to) => set({ to })} />
      </div>
      <TextField
        label="Why"
        placeholder="invoiced"
        value={draft.reason}
        onValue={(reason) => set({ reason })}
      />
      <Problem text={action.problem} />
      <div class="dialog-actions">
        <button type="submit" class="button is-primary" disabled={action.isBusy}>
          Close the period
        </button>
      </div>
    </form>
  );
}

function ReopenForm({ period, onDone }: { period: ClosedPeriod; onDone: () => void }) {
  const [reason, setReason] = useState("");
  const action = useAction();
  const submit = (event: Event): void => {
    event.preventDefault();
    if (reason.trim() === "") return action.fail("Say why.");
    void action.run(async () => {
      await post(`periods/${encodeURIComponent(period.id)}/reopen`, { reason: reason.trim() });
      onDone();
    });
    return undefined;
  };
  return (
    <form class="form" noValidate onSubmit={submit}>
      <p>Re-pricing may change these calls again. Adjustments that were booked stay.</p>
      <TextField label="Why" value={reason} onValue={setReason} />
      <Problem text={action.problem} />
      <div class="dialog-actions">
        <button type="submit" class="button is-primary" disabled={action.isBusy}>
          Reopen
        </button>
      </div>
    </form>
  );
}
