import { lazy } from "../ui/lazy.js";
import { Icon } from "../ui/icon.js";
import { Popover } from "../ui/popover.js";
import { type AdhocFilter, filterWords } from "./board-url.js";
import type { Range } from "./use-panel-data.js";

const FilterForm = lazy(async () => (await import("./filter-form.js")).FilterForm);

interface Props {
  filters: readonly AdhocFilter[];
  range: Range;
  onChange: (filters: readonly AdhocFilter[]) => void;
}

/** Conditions on any dimension or tag, one chip each, and a way to add one. */
export function AdhocFilters({ filters, range, onChange }: Props) {
  return (
    <>
      {filters.map((filter, index) => (
        <span key={filterWords(filter)} class="button variable is-set chip">
          <span class="variable-value">{filterWords(filter)}</span>
          <button
            type="button"
            class="chip-remove"
            aria-label={`Remove ${filterWords(filter)}`}
            onClick={() => onChange(filters.filter((_, other) => other !== index))}
          >
            <Icon name="close" size={12} />
          </button>
        </span>
      ))}
      <Popover
        label={
          <>
            <Icon name="plus" size={14} /> Filter
          </>
        }
        ariaLabel="Add a filter"
        buttonClass="button variable"
      >
        {(close) => (
          <FilterForm
            range={range}
            onAdd={(filter) => {
              close();
              onChange([...filters, filter]);
            }}
          />
        )}
      </Popover>
    </>
  );
}
