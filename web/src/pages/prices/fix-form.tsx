import { useState } from "preact/hooks";
import type { UnpricedGroup } from "../../api/price-types.js";
import { Problem, SelectField, TextField } from "../../ui/field.js";
import { useAction } from "../../ui/use-loaded.js";
import { ACTION_TEXT, actionsOf, type Fix, type FixAction, groupName } from "./fixes.js";
import { type RateDraft, RateFields, statedRates } from "./rate-fields.js";

interface Draft {
  action: FixAction;
  model: string;
  rates: RateDraft;
  vendor: string;
  pool: string;
  how: string;
  hourlyCost: string;
  gpus: string;
  reason: string;
}

const POOL_PRICES = [
  { value: "rates", text: "by the token" },
  { value: "gpu_hour", text: "by GPU hours" },
  { value: "free", text: "nothing" },
];

function poolPrice(draft: Draft): Record<string, unknown> {
  if (draft.how === "free") return { free: true };
  if (draft.how === "rates") return { rates: statedRates(draft.rates) };
  return { hourlyCost: draft.hourlyCost.trim(), gpus: Number(draft.gpus) };
}

function fixOf(draft: Draft): Fix {
  const reason = draft.reason.trim() === "" ? {} : { reason: draft.reason.trim() };
  const { action } = draft;
  if (action === "alias") return { action, ...reason, model: draft.model.trim() };
  if (action === "rates") return { action, ...reason, rates: statedRates(draft.rates) };
  if (action === "endpoint") return { action, ...reason, vendor: draft.vendor.trim() };
  if (action === "self_hosted") return { action, ...reason, pool: draft.pool.trim(), ...poolPrice(draft) };
  return { action, ...reason };
}

/** What is missing, in words, or null. The server checks again. */
function problemOf(draft: Draft): string | null {
  const { action } = draft;
  const needsRates = action === "rates" || (action === "self_hosted" && draft.how === "rates");
  if (needsRates && Object.keys(statedRates(draft.rates)).length === 0) return "Give at least one price.";
  if (action === "alias" && draft.model.trim() === "") return "Name the listed model.";
  if (action === "endpoint" && draft.vendor.trim() === "") return "Name who bills.";
  return action === "self_hosted" && draft.pool.trim() === "" ? "Name the pool." : null;
}

interface Props {
  group: UnpricedGroup;
  onFix: (fix: Fix, text: string) => Promise<void>;
}

/** Gives a group of calls a price in one step; calls that are stored already are priced at once. */
export function FixForm({ group, onFix }: Props) {
  const actions = actionsOf(group);
  const [draft, setDraft] = useState<Draft>({
    action: actions[0] ?? "rates",
    model: group.suggestions?.[0] ?? "",
    rates: {},
    vendor: "",
    pool: "",
    how: "rates",
    hourlyCost: "",
    gpus: "1",
    reason: "",
  });
  const action = useAction();
  const set = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const problem = problemOf(draft);
        if (problem !== null) return action.fail(problem);
        void action.run(() => onFix(fixOf(draft), `${groupName(group)} has a price now.`));
        return undefined;
      }}
    >
      <SelectField
        label="What is it?"
        value={draft.action}
        options={actions.map((value) => ({ value, text: ACTION_TEXT[value] }))}
        onValue={(value) => set({ action: value as FixAction })}
      />
      <FixFields group={group} draft={draft} onSet={set} />
      <TextField
        label="Why (kept with the price)"
        value={draft.reason}
        onValue={(reason) => set({ reason })}
      />
      <Problem text={action.problem} />
      <div class="dialog-actions">
        <button type="submit" class="button is-primary" disabled={action.isBusy}>
          {action.isBusy ? "Pricing…" : "Set the price"}
        </button>
      </div>
    </form>
  );
}

function FixFields({
  group,
  draft,
  onSet,
}: {
  group: UnpricedGroup;
  draft: Draft;
  onSet: (part: Partial<Draft>) => void;
}) {
  if (draft.action === "alias") {
    return (
      <>
        <TextField label="Listed model" value={draft.model} onValue={(model) => onSet({ model })} />
        {(group.suggestions ?? []).length > 0 && (
          <p class="choices">
            {(group.suggestions ?? []).map((name) => (
              <button key={name} type="button" class="button is-small" onClick={() => onSet({ model: name })}>
                {name}
              </button>
            ))}
          </p>
        )}
      </>
    );
  }
  if (draft.action === "rates")
    return <RateFields draft={draft.rates} onDraft={(rates) => onSet({ rates })} />;
  if (draft.action === "endpoint") {
    return (
      <TextField
        label={`Who bills calls to ${group.host ?? "the host"}`}
        placeholder="openai, anthropic, azure.ai.openai, …"
        value={draft.vendor}
        onValue={(vendor) => onSet({ vendor })}
      />
    );
  }
  if (draft.action === "self_hosted") return <PoolFields draft={draft} onSet={onSet} />;
  return <p class="is-faint">Its calls cost nothing, and count as priced.</p>;
}

function PoolFields({ draft, onSet }: { draft: Draft; onSet: (part: Partial<Draft>) => void }) {
  return (
    <>
      <div class="form-row">
        <TextField
          label="Name of the pool"
          placeholder="gpu-a"
          value={draft.pool}
          onValue={(pool) => onSet({ pool })}
        />
        <SelectField
          label="It costs"
          value={draft.how}
          options={POOL_PRICES}
          onValue={(how) => onSet({ how })}
        />
      </div>
      {draft.how === "rates" && <RateFields draft={draft.rates} onDraft={(rates) => onSet({ rates })} />}
      {draft.how === "gpu_hour" && (
        <div class="form-row">
          <TextField
            label="USD per GPU hour"
            inputMode="decimal"
            value={draft.hourlyCost}
            onValue={(hourlyCost) => onSet({ hourlyCost })}
          />
          <TextField
            label="GPUs"
            inputMode="decimal"
            value={draft.gpus}
            onValue={(gpus) => onSet({ gpus })}
          />
        </div>
      )}
    </>
  );
}
