import { useState } from "preact/hooks";
import { post } from "../../api/client.js";
import type { Override, Repricing } from "../../api/price-types.js";
import { CheckField, Problem, SelectField, TextField } from "../../ui/field.js";
import { useAction } from "../../ui/use-loaded.js";
import { EMPTY_TERMS, KINDS, type TermsDraft, TermsFields, termsOf, termsProblem } from "./terms-fields.js";

interface Draft {
  match: string;
  kind: string;
  terms: TermsDraft;
  from: string;
  to: string;
  reason: string;
  supersede: boolean;
}

const EMPTY: Draft = {
  match: "",
  kind: "rates",
  terms: EMPTY_TERMS,
  from: "",
  to: "",
  reason: "",
  supersede: false,
};

function bodyOf(draft: Draft): Record<string, unknown> {
  return {
    match: draft.match.trim(),
    kind: draft.kind,
    ...termsOf(draft.kind, draft.terms),
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
    const problem = termsProblem(draft.kind, draft.terms);
    if (problem !== null) return action.fail(problem);
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
      <TermsFields
        kind={draft.kind}
        draft={draft.terms}
        onDraft={(part) => set({ terms: { ...draft.terms, ...part } })}
      />
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
