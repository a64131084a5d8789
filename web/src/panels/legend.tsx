import { shortNames } from "../format/names.js";

export interface LegendEntry {
  name: string;
  color: string;
  /** A calculated value beside the name, or null for none. */
  text: string | null;
}

interface Props {
  entries: readonly LegendEntry[];
  hidden: ReadonlySet<string>;
  onHidden: (hidden: ReadonlySet<string>) => void;
}

/** A click shows one series alone (again: all); with Ctrl or Cmd it hides or shows just that one, as in Grafana. */
export function Legend({ entries, hidden, onHidden }: Props) {
  const choose = (name: string, isToggle: boolean): void => {
    if (isToggle) {
      const next = new Set(hidden);
      if (!next.delete(name)) next.add(name);
      onHidden(next);
      return;
    }
    const isAlone = !hidden.has(name) && hidden.size === entries.length - 1;
    onHidden(
      isAlone ? new Set() : new Set(entries.map((entry) => entry.name).filter((other) => other !== name)),
    );
  };
  const short = shortNames(entries.map((entry) => entry.name));
  return (
    <ul class="legend">
      {entries.map((entry) => (
        <li key={entry.name}>
          <button
            type="button"
            class="legend-entry"
            aria-pressed={!hidden.has(entry.name)}
            title={`${entry.name}: click to show alone, Ctrl-click to hide`}
            onClick={(event) => choose(entry.name, event.ctrlKey || event.metaKey)}
          >
            <span class="dot" style={{ backgroundColor: entry.color }} />
            <span class="legend-name">{short(entry.name)}</span>
            {entry.text !== null && <span class="legend-value">{entry.text}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
