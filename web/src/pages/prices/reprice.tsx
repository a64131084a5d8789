import { useState } from "preact/hooks";
import { post } from "../../api/client.js";
import type { Repricing, RepricingDelta, RepricingPreview } from "../../api/price-types.js";
import { formatValue } from "../../format/units.js";
import { type Column, DataTable } from "../../ui/data-table.js";
import { Problem, SelectField, TextField } from "../../ui/field.js";
import { PageHead } from "../../ui/page-head.js";
import { Await, Empty, Fact } from "../../ui/states.js";
import { useAction, useLoaded } from "../../ui/use-loaded.js";
import "../../styles/pages.css";
import { JobProgress } from "./job-progress.js";
import { differenceText, moneyText } from "./money-words.js";

const DIMENSIONS = ["", "provider", "model", "requestModel", "feature", "team", "customer", "environment"];
const COST_STATUSES = [
  { value: "", text: "all calls" },
  { value: "unpriced", text: "only those without a price" },
  { value: "partial", text: "only those priced in part" },
  { value: "priced", text: "only those with a price" },
];

interface Draft {
  from: string;
  to: string;
  costStatus: string;
  dimension: string;
  value: string;
}

function bodyOf(draft: Draft): Record<string, unknown> {
  const filter = {
    ...(draft.costStatus === "" ? {} : { costStatus: [draft.costStatus] }),
    ...(draft.dimension === "" || draft.value.trim() === "" ? {} : { [draft.dimension]: draft.value.trim() }),
  };
  return { from: draft.from === "" ? null : draft.from, to: draft.to === "" ? null : draft.to, filter };
}

/** Prices stored calls again: first what it would change, then the change, then the way back. */
export function RepricePage() {
  const jobs = useLoaded<{ data: Repricing[] }>("reprice?limit=50");
  const [draft, setDraft] = useState<Draft>({ from: "", to: "", costStatus: "", dimension: "", value: "" });
  const [preview, setPreview] = useState<{ body: Record<string, unknown>; result: RepricingPreview } | null>(
    null,
  );
  const action = useAction();
  const set = (part: Partial<Draft>): void => {
    setDraft({ ...draft, ...part });
    setPreview(null);
  };
  const ask = (event: Event): void => {
    event.preventDefault();
    const body = bodyOf(draft);
    void action.run(async () => {
      const result = await post<RepricingPreview>("reprice", { ...body, preview: true });
      setPreview({ body, result });
    });
  };
  const apply = (body: Record<string, unknown>): void => {
    void action.run(async () => {
      await post<Repricing>("reprice", { ...body, preview: false });
      setPreview(null);
      jobs.reload();
    });
  };
  return (
    <>
      <PageHead
        title="Re-pricing"
        description="Prices stored calls again with the prices in force when they started. Nothing changes before you apply it, and it can be rolled back."
      />
      <section class="card detail-card">
        <h2>Which calls</h2>
        <form class="form" noValidate onSubmit={ask}>
          <ScopeFields draft={draft} onSet={set} />
          <Problem text={action.problem} />
          <div class="dialog-actions">
            <button type="submit" class="button is-primary" disabled={action.isBusy}>
              {action.isBusy ? "Working it out…" : "Preview"}
            </button>
          </div>
        </form>
        {preview !== null && (
          <Preview result={preview.result} isBusy={action.isBusy} onApply={() => apply(preview.body)} />
        )}
      </section>
      <section class="page-part" aria-labelledby="jobs-title">
        <h2 id="jobs-title">What was re-priced</h2>
        <Await of={jobs}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty title="Nothing yet">
                <p>
                  New prices and mappings re-price calls without a price by themselves; such jobs show here
                  too.
                </p>
              </Empty>
            ) : (
              <ul class="card rows">
                {data.map((job) => (
                  <li key={`${job.id} ${job.status}`} class="rows-item job-item">
                    <p class="is-faint">
                      {job.createdAt.slice(0, 16).replace("T", " ")} UTC by {job.author},{" "}
                      {causeText(job.cause)}
                    </p>
                    <JobProgress job={job} onSettled={jobs.reload} />
                  </li>
                ))}
              </ul>
            )
          }
        </Await>
      </section>
    </>
  );
}

function causeText(cause: string): string {
  if (cause.startsWith("override:")) return "after a new price";
  if (cause.startsWith("endpoint:")) return "after a new mapping";
  return cause === "request" ? "on request" : cause.replaceAll(/[_:]/g, " ");
}

function ScopeFields({ draft, onSet }: { draft: Draft; onSet: (part: Partial<Draft>) => void }) {
  return (
    <>
      <div class="form-row">
        <TextField
          label="From (UTC day)"
          type="date"
          value={draft.from}
          onValue={(from) => onSet({ from })}
        />
        <TextField label="Until, exclusive" type="date" value={draft.to} onValue={(to) => onSet({ to })} />
        <SelectField
          label="Of these"
          value={draft.costStatus}
          options={COST_STATUSES}
          onValue={(costStatus) => onSet({ costStatus })}
        />
      </div>
      <div class="form-row">
        <SelectField
          label="Only where"
          value={draft.dimension}
          options={DIMENSIONS.map((value) => ({ value, text: value === "" ? "anything" : value }))}
          onValue={(dimension) => onSet({ dimension })}
        />
        {draft.dimension !== "" && (
          <TextField label="is" value={draft.value} onValue={(value) => onSet({ value })} />
        )}
      </div>
    </>
  );
}

const count = (value: number): string => formatValue(value, "locale", 0);

function Preview({
  result,
  isBusy,
  onApply,
}: {
  result: RepricingPreview;
  isBusy: boolean;
  onApply: () => void;
}) {
  return (
    <div class="preview" role="status">
      <div class="facts">
        <Fact name="Calls looked at">{`${count(result.calls)} of ${count(result.total)}`}</Fact>
        <Fact name="Would change">{count(result.changed)}</Fact>
        <Fact name="Known cost now">{moneyText(result.before)}</Fact>
        <Fact name="Known cost then">
          {moneyText(result.after)} ({differenceText(result.before, result.after)})
        </Fact>
        <Fact name="Without a price">
          {count(result.unpricedBefore)} → {count(result.unpricedAfter)}
        </Fact>
      </div>
      {!result.complete && <p class="notice">Only the first calls were looked at: the job does them all.</p>}
      {result.changed === 0 ? (
        <p>Every call has the price it should have. There is nothing to apply.</p>
      ) : (
        <>
          <DataTable
            label="Largest changes"
            columns={DELTA_COLUMNS}
            rows={result.deltas}
            keyOf={(row) => `${row.provider} ${row.model ?? ""}`}
          />
          <div class="dialog-actions">
            <button type="button" class="button is-primary" disabled={isBusy} onClick={onApply}>
              Apply to {count(result.changed)} {result.changed === 1 ? "call" : "calls"}
            </button>
          </div>
        </>
      )}
    </div>
  );
}

const DELTA_COLUMNS: readonly Column<RepricingDelta>[] = [
  { name: "Model", cell: (row) => row.model ?? "(unknown)" },
  { name: "Provider", cell: (row) => row.provider },
  { name: "Calls", isNumber: true, cell: (row) => count(row.calls) },
  { name: "Now", isNumber: true, cell: (row) => moneyText(row.before) },
  { name: "Then", isNumber: true, cell: (row) => moneyText(row.after) },
  { name: "Difference", isNumber: true, cell: (row) => differenceText(row.before, row.after) },
  {
    name: "Without a price",
    isNumber: true,
    cell: (row) => `${count(row.unpricedBefore)} → ${count(row.unpricedAfter)}`,
  },
];
