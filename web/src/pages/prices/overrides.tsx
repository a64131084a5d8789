import { useState } from "preact/hooks";
import { request } from "../../api/client.js";
import type { Override, Repricing } from "../../api/price-types.js";
import { exactUsd } from "../../format/units.js";
import { ConfirmButton } from "../../ui/confirm-button.js";
import { type Column, DataTable } from "../../ui/data-table.js";
import { Dialog } from "../../ui/dialog.js";
import { PageHead } from "../../ui/page-head.js";
import { ActionProblem, Await, Empty } from "../../ui/states.js";
import { useAction, useLoaded } from "../../ui/use-loaded.js";
import { classText } from "../call-words.js";
import "../../styles/pages.css";
import { CommitmentCost } from "./commitment-cost.js";
import { JobProgress } from "./job-progress.js";
import { OverrideForm } from "./override-form.js";
import { spanText } from "./rate-rows.js";
import { hasSchedule, Schedule } from "./schedule.js";

const KIND_TEXT: Readonly<Record<string, string>> = {
  rates: "rates",
  multiplier: "factor",
  zero: "free",
  free: "free",
  self_hosted: "own pool",
  commitment: "commitment",
  gpu_hour: "GPU hours",
  volume_tiers: "volume tiers",
};

/** What an override says, short. */
function termsText(override: Override): string {
  if (override.rates !== undefined) {
    const rates = Object.entries(override.rates);
    return rates.map(([name, price]) => `${classText(name)} ${exactUsd(price)}`).join(", ");
  }
  if (override.amount !== undefined) return `${exactUsd(override.amount)} a ${override.period ?? "month"}`;
  return override.value === undefined ? "" : `× ${override.value}`;
}

const EVER = "1970-01-01";

function whenText({ effectiveFrom, effectiveTo }: Override): string {
  return spanText(effectiveFrom.startsWith(EVER) ? null : effectiveFrom, effectiveTo);
}

/** Whether calls can still be priced by it now. */
function isEnded(override: Override): boolean {
  if (override.closedAt !== null) return true;
  return override.effectiveTo !== null && Date.parse(override.effectiveTo) <= Date.now();
}

/** Own prices: contracts, fine-tuned and self-hosted models, discounts. They win over the book. */
export function OverridesPage() {
  const list = useLoaded<{ data: Override[] }>("prices/overrides?limit=200");
  const [isAdding, setAdding] = useState(false);
  const [shown, setShown] = useState<Override | null>(null);
  const [job, setJob] = useState<Repricing | null>(null);
  const action = useAction();
  const end = (id: string, isVoid: boolean): void => {
    const path = `prices/overrides/${id}${isVoid ? "?void=true" : ""}`;
    void action.run(async () => {
      await request("DELETE", path);
      list.reload();
    });
  };
  return (
    <>
      <PageHead
        title="Own prices"
        description="What you pay where it differs from the list: contracts, discounts, fine-tuned and self-hosted models. The most specific wins."
      >
        <button type="button" class="button is-primary" onClick={() => setAdding(true)}>
          New price
        </button>
      </PageHead>
      <ActionProblem text={action.problem} />
      {job !== null && (
        <section class="card detail-card done-card">
          <JobProgress key={job.id} job={job} withCause onSettled={list.reload} />
        </section>
      )}
      <Await of={list}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="No own price yet">
              <p>All calls are priced by the book.</p>
            </Empty>
          ) : (
            <>
              <DataTable
                label="Own prices"
                columns={columnsWith(end, setShown)}
                rows={data}
                keyOf={(override) => override.id}
              />
              {data.some((override) => override.kind === "commitment") && <CommitmentCost />}
            </>
          )
        }
      </Await>
      {isAdding && (
        <Dialog title="New price" onClose={() => setAdding(false)}>
          <OverrideForm
            onDone={(created) => {
              setAdding(false);
              setJob(created);
              list.reload();
            }}
          />
        </Dialog>
      )}
      {shown !== null && (
        <Dialog
          title={`${KIND_TEXT[shown.kind] ?? shown.kind}: ${shown.match}`}
          onClose={() => setShown(null)}
        >
          <Schedule override={shown} />
        </Dialog>
      )}
    </>
  );
}

function columnsWith(
  end: (id: string, isVoid: boolean) => void,
  onShow: (override: Override) => void,
): Column<Override>[] {
  return [
    { name: "For", title: (row) => row.match, cell: (row) => <strong>{row.match}</strong> },
    { name: "Kind", cell: (row) => KIND_TEXT[row.kind] ?? row.kind },
    {
      name: "Terms",
      title: termsText,
      cell: (row) =>
        hasSchedule(row) ? (
          <button
            type="button"
            class="button is-small"
            aria-label={`Schedule of ${row.match}`}
            onClick={() => onShow(row)}
          >
            Schedule
          </button>
        ) : (
          termsText(row) || null
        ),
    },
    { name: "In force", cell: whenText },
    { name: "Why", title: (row) => row.reason ?? "", cell: (row) => row.reason },
    { name: "By", cell: (row) => `${row.author}, ${row.createdAt.slice(0, 10)}` },
    {
      name: "",
      cell: (row) =>
        isEnded(row) ? (
          <span class="is-faint">ended</span>
        ) : (
          <span class="row-actions">
            <ConfirmButton
              text="End now"
              confirm="Really end"
              label={row.match}
              onConfirm={() => end(row.id, false)}
            />
            <ConfirmButton
              text="Void"
              confirm="As if it never held"
              label={row.match}
              onConfirm={() => end(row.id, true)}
            />
          </span>
        ),
    },
  ];
}
