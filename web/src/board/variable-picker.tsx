import { useEffect, useState } from "preact/hooks";
import type { Variable } from "../../../dashboards/source/schema.js";
import { ApiError, post } from "../api/client.js";
import type { VariableValue } from "../api/types.js";
import { Icon } from "../ui/icon.js";
import { Popover } from "../ui/popover.js";
import { ALL_VALUE } from "./board-url.js";
import type { Range } from "./use-panel-data.js";

interface Props {
  uid: string;
  variable: Variable;
  chosen: readonly string[];
  /** Whether the choice is the viewer's, not the board's default. */
  isSet: boolean;
  range: Range;
  /** All chosen values; none means "All". */
  onChange: (values: readonly string[]) => void;
}

const isAll = (values: readonly string[]): boolean => values.length === 0 || values.includes(ALL_VALUE);

function summary(values: readonly string[]): string {
  if (isAll(values)) return "All";
  return values.length <= 2 ? values.join(", ") : `${values.length} chosen`;
}

/** Narrows the board by one dimension. Choices take effect when the list closes, so that each tick asks nothing yet. */
export function VariablePicker({ uid, variable, chosen, isSet, range, onChange }: Props) {
  const [draft, setDraft] = useState<readonly string[]>(chosen);
  const chosenText = chosen.join("\n");
  useEffect(() => setDraft(chosen), [chosenText]);
  const finish = (): void => {
    if (draft.join("\n") !== chosenText) onChange(isAll(draft) ? [] : draft);
  };
  return (
    <Popover
      label={
        <>
          <span class="variable-name">{variable.label}</span>{" "}
          <span class="variable-value">{summary(chosen)}</span> <Icon name="chevron" size={14} />
        </>
      }
      ariaLabel={`${variable.label}: ${summary(chosen)}`}
      buttonClass={isSet ? "button variable is-set" : "button variable"}
      onClose={finish}
    >
      {() => <ValueList uid={uid} variable={variable} range={range} draft={draft} onDraft={setDraft} />}
    </Popover>
  );
}

interface ListProps {
  uid: string;
  variable: Variable;
  range: Range;
  draft: readonly string[];
  onDraft: (values: readonly string[]) => void;
}

function ValueList({ uid, variable, range, draft, onDraft }: ListProps) {
  const [values, setValues] = useState<readonly VariableValue[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [search, setSearch] = useState("");
  useEffect(() => {
    const controller = new AbortController();
    const body = { from: new Date(range.fromMs).toISOString(), to: new Date(range.toMs).toISOString() };
    post<{ data: VariableValue[] }>(
      `dashboards/${uid}/variables/${variable.name}/query`,
      body,
      controller.signal,
    ).then(
      ({ data }) => setValues(data),
      (error: unknown) => {
        if (!controller.signal.aborted) setProblem(error instanceof ApiError ? error.message : "No answer.");
      },
    );
    return () => controller.abort();
  }, []);
  const offered = new Map((values ?? []).map((one) => [one.value, one.text]));
  for (const value of draft) if (value !== ALL_VALUE && !offered.has(value)) offered.set(value, value);
  const found = [...offered].filter(([, text]) => text.toLowerCase().includes(search.toLowerCase()));
  const toggle = (value: string): void => {
    if (!variable.multi) return onDraft([value]);
    const own = draft.filter((one) => one !== ALL_VALUE);
    onDraft(own.includes(value) ? own.filter((one) => one !== value) : [...own, value]);
  };
  return (
    <div class="value-list">
      <input
        type="search"
        class="search"
        placeholder={`Search ${variable.label.toLowerCase()}`}
        aria-label={`Search ${variable.label.toLowerCase()}`}
        value={search}
        ref={(node) => node?.focus({ preventScroll: true })}
        onInput={(event) => setSearch(event.currentTarget.value)}
      />
      {problem !== null && <p class="field-problem">{problem}</p>}
      {values === null && problem === null && <p class="value-note">Loading…</p>}
      <div class="value-options">
        {variable.includeAll && search === "" && (
          <label class="value-option">
            <input type="checkbox" checked={isAll(draft)} onChange={() => onDraft([])} />
            <span>All</span>
          </label>
        )}
        {found.map(([value, text]) => (
          <label key={value} class="value-option" title={text}>
            <input
              type={variable.multi ? "checkbox" : "radio"}
              checked={!isAll(draft) && draft.includes(value)}
              onChange={() => toggle(value)}
            />
            <span>{text}</span>
          </label>
        ))}
        {values !== null && found.length === 0 && <p class="value-note">Nothing found in this range.</p>}
      </div>
    </div>
  );
}
