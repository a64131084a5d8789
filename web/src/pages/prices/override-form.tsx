import { useState } from "preact/hooks";
import { post } from "../../api/client.js";
import type { Override, Repricing } from "../../api/price-types.js";
import { CheckField, Problem, SelectField, TextField } from "../../ui/field.js";
import { useAction } from "../../ui/use-loaded.js";
import { type RateDraft, RateFields, statedRates } from "./rate-fields.js";

const KINDS = [
  { value: "rates", text: "Rates by class" },
  { value: "multiplier", text: "A factor on the list price" },
  { value: "free", text: "Free" },
  { value: "commitment", text: "Paid as a fixed sum" },
];

interface Draft {
  match: string;
  kind: string;
  rates: RateDraft;
  value: string;
  amount: string;
  from: string;
  to: string;
  reason: string;
  supersede: boolean;
}

const EMPTY: Draft = {
  match: "",
  kind: "rates",
  rates: {},
  value: "",
  amount: "",
  from: "",
  to: "",
  reason: "",
  supersede: false,
};

function termsOf(draft: Draft): Record<string, unknown> {
  if (draft.kind === "rates") return { rates: statedRates(draft.rates) };
  if (draft.kind === "multiplier") return { value: draft.value.trim() };
  if (draft.kind === "commitment" && draft.amount.trim() !== "")
    return { amount: draft.amount.trim(), period: "month" };
  return {};
}

function bodyOf(draft: Draft): Record<string, unknown> {
  return {
    match: draft.match.trim(),
    kind: draft.kind,
    ...termsOf(draft),
    ...(draft.from === "" ? {} : { effectiveFrom: `${draft.from}T00:00:00Z` }),
    ...(draft.to === "" ? {} : { effectiveTo: `${draft.to}T00:00:00Z` }),
    ...(draft.reason.trim() === "" ? {} : { reason: draft.reason.trim() }),
    ...(draft.supersede ? { supersede: true } : {}),
  };
}

/** States a price. `onDone` gets the job that prices stored calls which had none, or null. */
export function OverrideForm({ onDone }: { onDone: (job: Repricing | null) => void }) {
  const [draft, setDraft] = useState(EMPTY);
  const action = useAction();
  const set = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const submit = (event: Event): void => {
    event.preventDefault();
    if (draft.match.trim() === "") return action.fail("Say which model the price is for.");
    if (draft.kind === "rates" && Object.keys(statedRates(draft.rates)).length === 0)
      return action.fail("Give at least one price.");
    void action.run(async () => {
      const created = await post<Override & { repricing: Repricing | null }>(
        "prices/overrides",
        bodyOf(draft),
      );
      onDone(created.repricing);
    });
    return undefined;
  };
  return (
    <form class="form" noValidate onSubmit={submit}>
      <TextField
        label="For which model"
        placeholder="openai/our-fine-tune"
        hint="<provider>/<model>, <provider>/* for all of a provider, <pool>/* for a pool"
        value={draft.match}
        onValue={(match) => set({ match })}
      />
      <SelectField label="Kind" value={draft.kind} options={KINDS} onValue={(kind) => set({ kind })} />
      {draft.kind === "rates" && <RateFields draft={draft.rates} onDraft={(rates) => set({ rates })} />}
      {draft.kind === "multiplier" && (
        <TextField
          label="Factor"
          placeholder="0.85"
          inputMode="decimal"
          value={draft.value}
          onValue={(value) => set({ value })}
        />
      )}
      {draft.kind === "commitment" && (
        <TextField
          label="USD a month"
          inputMode="decimal"
          value={draft.amount}
          onValue={(amount) => set({ amount })}
        />
      )}
      <div class="form-row">
        <TextField label="From (UTC day)" type="date" value={draft.from} onValue={(from) => set({ from })} />
        <TextField label="Until, exclusive" type="date" value={draft.to} onValue={(to) => set({ to })} />
      </div>
      <TextField label="Why" value={draft.reason} onValue={(reason) => set({ reason })} />
      <CheckField
        label="End an equally specific price where this one starts"
        isChecked={draft.supersede}
        onChecked={(supersede) => set({ supersede })}
      />
      <Problem text={action.problem} />
      <div class="dialog-actions">
        <button type="submit" class="button is-primary" disabled={action.isBusy}>
          {action.isBusy ? "Saving…" : "Set the price"}
        </button>
      </div>
    </form>
  );
}
