import { useState } from "preact/hooks";
import type { Budget, BudgetUnit, Channel } from "../api/budget-types.js";
import { request } from "../api/client.js";
import { Problem, SelectField, TextField } from "../ui/field.js";
import { type BudgetDraft, bodyOf, DIMENSIONS, draftOf, hasSimpleScope, problemOf } from "./budget-draft.js";
import { scopeText } from "./budget-words.js";

const UNITS = [
  { value: "usd", text: "US dollars" },
  { value: "tokens", text: "tokens" },
  { value: "calls", text: "calls" },
];
const PERIODS = ["hour", "day", "week", "month", "quarter"].map((value) => ({ value, text: value }));
const SCOPES = [
  { value: "", text: "the whole project" },
  ...DIMENSIONS.map((value) => ({ value, text: value })),
];

interface Props {
  budget: Budget | null;
  channels: readonly Channel[];
  onDone: () => void;
}

/** Creates a budget, or changes one. */
export function BudgetForm({ budget, channels, onDone }: Props) {
  const [draft, setDraft] = useState(() => draftOf(budget, Intl.DateTimeFormat().resolvedOptions().timeZone));
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const set = (part: Partial<BudgetDraft>): void => setDraft({ ...draft, ...part });
  const keepsScope = budget !== null && !hasSimpleScope(budget);
  const keepsPeriod = budget?.period === "custom";
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const found = problemOf(draft);
    setProblem(found);
    if (found !== null) return;
    setBusy(true);
    try {
      const body = bodyOf(draft, { scope: keepsScope, period: keepsPeriod });
      if (budget === null) await request("POST", "budgets", { body });
      else await request("PATCH", `budgets/${budget.id}`, { body });
      onDone();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : "That did not work.");
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="form" noValidate onSubmit={(event) => void submit(event)}>
      <TextField label="Name" value={draft.name} onValue={(name) => set({ name })} />
      <LimitFields draft={draft} hasOwnPeriod={keepsPeriod} onSet={set} />
      <TextField label="Time zone" value={draft.timezone} onValue={(timezone) => set({ timezone })} />
      {keepsScope ? (
        <p class="is-faint">Counts {scopeText(budget.scope)}; change that through the API.</p>
      ) : (
        <ScopeFields draft={draft} onSet={set} />
      )}
      <div class="form-row">
        <TextField label="Warn when spent, %" value={draft.actual} onValue={(actual) => set({ actual })} />
        <TextField
          label="Warn when forecast, %"
          value={draft.forecast}
          onValue={(forecast) => set({ forecast })}
        />
      </div>
      <ChannelFields
        chosen={draft.channels}
        channels={channels}
        onChosen={(next) => set({ channels: next })}
      />
      <Problem text={problem} />
      <div class="dialog-actions">
        <button type="submit" class="button is-primary" disabled={isBusy}>
          {isBusy ? "Saving…" : budget === null ? "Create budget" : "Save changes"}
        </button>
      </div>
    </form>
  );
}

interface PartProps {
  draft: BudgetDraft;
  onSet: (part: Partial<BudgetDraft>) => void;
}

function LimitFields({ draft, hasOwnPeriod, onSet }: PartProps & { hasOwnPeriod: boolean }) {
  return (
    <div class="form-row">
      <TextField
        label="Limit"
        inputMode="decimal"
        value={draft.limit}
        onValue={(limit) => onSet({ limit })}
      />
      <SelectField
        label="Counted in"
        value={draft.unit}
        options={UNITS}
        onValue={(unit) => onSet({ unit: unit as BudgetUnit })}
      />
      {!hasOwnPeriod && (
        <SelectField
          label="Every"
          value={draft.period}
          options={PERIODS}
          onValue={(period) => onSet({ period })}
        />
      )}
    </div>
  );
}

function ScopeFields({ draft, onSet }: PartProps) {
  return (
    <div class="form-row">
      <SelectField
        label="Only for"
        value={draft.dimension}
        options={SCOPES}
        onValue={(dimension) => onSet({ dimension })}
      />
      {draft.dimension !== "" && (
        <TextField
          label="Which (comma-separated)"
          value={draft.values}
          onValue={(values) => onSet({ values })}
        />
      )}
    </div>
  );
}

interface ChannelProps {
  chosen: readonly string[];
  channels: readonly Channel[];
  onChosen: (chosen: readonly string[]) => void;
}

function ChannelFields({ chosen, channels, onChosen }: ChannelProps) {
  if (channels.length === 0)
    return (
      <p class="is-faint">
        Alerts show on the page; add a <a href="/channels">channel</a> to have them sent.
      </p>
    );
  return (
    <fieldset class="field">
      <legend>Tell</legend>
      {channels.map(({ id, name, type }) => (
        <label key={id} class="value-option">
          <input
            type="checkbox"
            checked={chosen.includes(id)}
            onChange={(event) =>
              onChosen(event.currentTarget.checked ? [...chosen, id] : chosen.filter((one) => one !== id))
            }
          />
          <span>
            {name} ({type})
          </span>
        </label>
      ))}
    </fieldset>
  );
}
