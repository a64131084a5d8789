import { useState } from "preact/hooks";
import type { CurrencyEntry } from "../../api/book-types.js";
import { post, request } from "../../api/client.js";
import type { Repricing } from "../../api/price-types.js";
import { ConfirmButton } from "../../ui/confirm-button.js";
import { type Column, DataTable } from "../../ui/data-table.js";
import { Dialog } from "../../ui/dialog.js";
import { CheckField, Problem, TextField } from "../../ui/field.js";
import { PageHead } from "../../ui/page-head.js";
import { ActionProblem, Await, Empty, ShowMore } from "../../ui/states.js";
import { useAction } from "../../ui/use-loaded.js";
import { usePages } from "../../ui/use-pages.js";
import "../../styles/pages.css";
import { JobProgress } from "./job-progress.js";
import { dayTime } from "./day-time.js";

/** What currencies are worth in USD, by date: for providers that bill in another one. */
export function CurrenciesPage() {
  const entries = usePages<CurrencyEntry>("prices/currencies?limit=200");
  const [isAdding, setAdding] = useState(false);
  const [job, setJob] = useState<Repricing | null>(null);
  const action = useAction();
  const remove = (id: string): void => {
    void action.run(async () => {
      await request("DELETE", `prices/currencies/${encodeURIComponent(id)}`);
      entries.reload();
    });
  };
  return (
    <>
      <PageHead
        title="Currencies"
        description="What one unit of a currency is worth in USD, from a date on. A call takes the entry in force when it started."
      >
        <button type="button" class="button is-primary" onClick={() => setAdding(true)}>
          New entry
        </button>
      </PageHead>
      <ActionProblem text={action.problem} />
      {job !== null && (
        <section class="card detail-card done-card">
          <JobProgress key={job.id} job={job} onSettled={entries.reload} />
        </section>
      )}
      <Await of={entries}>
        {() =>
          entries.rows.length === 0 ? (
            <Empty title="Everything is in US dollars">
              <p>
                The bundled prices are in USD. An own price or an own book may name another currency; its
                calls have a price once the currency has one here.
              </p>
            </Empty>
          ) : (
            <DataTable
              label="Currency entries"
              columns={columnsWith(remove)}
              rows={sorted(entries.rows)}
              keyOf={(entry) => entry.id}
            />
          )
        }
      </Await>
      <ShowMore of={entries} />
      {isAdding && (
        <Dialog title="New currency entry" onClose={() => setAdding(false)}>
          <EntryForm
            onDone={(created) => {
              setAdding(false);
              setJob(created);
              entries.reload();
            }}
          />
        </Dialog>
      )}
    </>
  );
}

/** By currency, the newest start first: neighbours are the course of one currency. */
function sorted(entries: readonly CurrencyEntry[]): CurrencyEntry[] {
  return entries.toSorted(
    (a, b) => a.currency.localeCompare(b.currency) || b.effectiveFrom.localeCompare(a.effectiveFrom),
  );
}

function columnsWith(remove: (id: string) => void): Column<CurrencyEntry>[] {
  return [
    { name: "Currency", cell: (entry) => <strong>{entry.currency}</strong> },
    { name: "One is worth", isNumber: true, cell: (entry) => `$${entry.usd}` },
    { name: "From (UTC)", cell: (entry) => dayTime(entry.effectiveFrom) },
    { name: "Holds for", cell: (entry) => (entry.project === null ? "every project" : "this project") },
    { name: "Why", title: (entry) => entry.reason ?? "", cell: (entry) => entry.reason },
    { name: "By", cell: (entry) => `${entry.author}, ${entry.createdAt.slice(0, 10)}` },
    {
      name: "",
      cell: (entry) => (
        <ConfirmButton
          text="Take back"
          confirm="Really take back"
          label={`${entry.currency} from ${dayTime(entry.effectiveFrom)}`}
          onConfirm={() => remove(entry.id)}
        />
      ),
    },
  ];
}

function EntryForm({ onDone }: { onDone: (job: Repricing | null) => void }) {
  const [draft, setDraft] = useState({ currency: "", usd: "", from: "", reason: "", allProjects: false });
  const action = useAction();
  const set = (part: Partial<typeof draft>): void => setDraft({ ...draft, ...part });
  const submit = (event: Event): void => {
    event.preventDefault();
    if (draft.from === "") return action.fail("Say from which day it holds.");
    void action.run(async () => {
      const created = await post<{ repricing: Repricing | null }>("prices/currencies", {
        currency: draft.currency.trim().toUpperCase(),
        usd: draft.usd.trim(),
        effectiveFrom: `${draft.from}T00:00:00Z`,
        ...(draft.reason.trim() === "" ? {} : { reason: draft.reason.trim() }),
        ...(draft.allProjects ? { allProjects: true } : {}),
      });
      onDone(created.repricing);
    });
    return undefined;
  };
  return (
    <form class="form" noValidate onSubmit={submit}>
      <div class="form-row">
        <TextField
          label="Currency"
          placeholder="EUR"
          value={draft.currency}
          onValue={(currency) => set({ currency })}
        />
        <TextField
          label="One is worth, USD"
          inputMode="decimal"
          placeholder="1.08"
          value={draft.usd}
          onValue={(usd) => set({ usd })}
        />
      </div>
      <TextField label="From (UTC day)" type="date" value={draft.from} onValue={(from) => set({ from })} />
      <TextField label="Why" placeholder="ECB" value={draft.reason} onValue={(reason) => set({ reason })} />
      <CheckField
        label="For every project"
        isChecked={draft.allProjects}
        onChecked={(allProjects) => set({ allProjects })}
      />
      <Problem text={action.problem} />
      <div class="dialog-actions">
        <button type="submit" class="button is-primary" disabled={action.isBusy}>
          Add entry
        </button>
      </div>
    </form>
  );
}
