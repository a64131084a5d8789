import { useId, useState } from "preact/hooks";
import { SelectField, TextField } from "../ui/field.js";
import { useLoaded } from "../ui/use-loaded.js";
import { type AdhocFilter, type Operator, OPERATORS } from "./board-url.js";
import type { Range } from "./use-panel-data.js";

const WORDS: Readonly<Record<Operator, string>> = {
  "=": "is",
  "!=": "is not",
  "=|": "is one of",
  "!=|": "is none of",
  "=~": "matches",
  "!~": "does not match",
};

interface Props {
  range: Range;
  onAdd: (filter: AdhocFilter) => void;
}

const list = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

/** Key, operator and value of a filter; values in use are offered while one types. */
export function FilterForm({ range, onAdd }: Props) {
  const span = `from=${new Date(range.fromMs).toISOString()}&to=${new Date(range.toMs).toISOString()}`;
  const keys = useLoaded<{ data: { key: string }[] }>(`dimensions?${span}`);
  const [draft, setDraft] = useState<{ key: string; operator: Operator; value: string }>({
    key: "",
    operator: "=",
    value: "",
  });
  const key = draft.key === "" ? (keys.data?.data[0]?.key ?? "") : draft.key;
  const values = useLoaded<{ data: { value: string; calls: number }[] }>(
    key === "" ? null : `dimensions/${encodeURIComponent(key)}/values?${span}&limit=100`,
  );
  const choices = useId();
  const isList = draft.operator.endsWith("|");
  const submit = (event: Event): void => {
    event.preventDefault();
    if (key === "" || draft.value.trim() === "") return;
    onAdd({ key, operator: draft.operator, value: isList ? list(draft.value) : draft.value.trim() });
  };
  return (
    <form class="filter-form" noValidate onSubmit={submit}>
      <SelectField
        label="Dimension"
        value={key}
        options={(keys.data?.data ?? []).map((one) => ({ value: one.key, text: one.key }))}
        onValue={(next) => setDraft({ ...draft, key: next, value: "" })}
      />
      <SelectField
        label="Condition"
        value={draft.operator}
        options={OPERATORS.map((operator) => ({ value: operator, text: WORDS[operator] }))}
        onValue={(next) => setDraft({ ...draft, operator: next as Operator })}
      />
      <TextField
        label={isList ? "Values (comma-separated)" : "Value"}
        value={draft.value}
        list={choices}
        onValue={(value) => setDraft({ ...draft, value })}
      />
      <datalist id={choices}>
        {(values.data?.data ?? []).map((one) => (
          <option key={one.value} value={one.value} />
        ))}
      </datalist>
      {keys.problem !== null && (
        <p class="field-problem" role="alert">
          {keys.problem}
        </p>
      )}
      <button type="submit" class="button is-primary">
        Add
      </button>
    </form>
  );
}
