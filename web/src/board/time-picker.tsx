import { useState } from "preact/hooks";
import { PRESETS, rangeLabel, resolveTime } from "../time/relative.js";
import { Icon } from "../ui/icon.js";
import { Popover } from "../ui/popover.js";
import type { Range } from "./use-panel-data.js";

interface Props {
  from: string;
  to: string;
  range: Range;
  onChange: (from: string, to: string) => void;
}

/** `2026-11-25T08:15`, the viewer's local time, as a date-time input wants it. */
function inputValue(ms: number): string {
  const date = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 16);
}

/** Relative and absolute ranges, shifting by half a range, zooming out. */
export function TimePicker({ from, to, range, onChange }: Props) {
  const width = range.toMs - range.fromMs;
  const absolute = (fromMs: number, toMs: number): void =>
    onChange(String(Math.round(fromMs)), String(Math.round(toMs)));
  return (
    <div class="button-group" role="group" aria-label="Time range">
      <button
        type="button"
        class="button is-icon"
        aria-label="Earlier"
        title="Earlier"
        onClick={() => absolute(range.fromMs - width / 2, range.toMs - width / 2)}
      >
        <Icon name="left" />
      </button>
      <Popover
        label={
          <>
            <Icon name="clock" /> <span class="range-label">{rangeLabel(from, to, range.toMs)}</span>
          </>
        }
        ariaLabel={`Time range: ${rangeLabel(from, to, range.toMs)}`}
        align="right"
      >
        {(close) => (
          <RangeForm
            from={from}
            to={to}
            range={range}
            onChange={(nextFrom, nextTo) => {
              close();
              onChange(nextFrom, nextTo);
            }}
          />
        )}
      </Popover>
      <button
        type="button"
        class="button is-icon"
        aria-label="Later"
        title="Later"
        onClick={() => absolute(range.fromMs + width / 2, range.toMs + width / 2)}
      >
        <Icon name="right" />
      </button>
      <button
        type="button"
        class="button is-icon"
        aria-label="Zoom out"
        title="Zoom out to twice the range"
        onClick={() => absolute(range.fromMs - width / 2, range.toMs + width / 2)}
      >
        <Icon name="zoomOut" />
      </button>
    </div>
  );
}

function RangeForm({ from, to, range, onChange }: Props) {
  const [start, setStart] = useState(inputValue(range.fromMs));
  const [end, setEnd] = useState(inputValue(range.toMs));
  const [problem, setProblem] = useState<string | null>(null);
  const apply = (event: Event): void => {
    event.preventDefault();
    const [startMs, endMs] = [resolveTime(start, range.toMs, "start"), resolveTime(end, range.toMs, "end")];
    if (startMs === null || endMs === null) setProblem("Give both times.");
    else if (startMs >= endMs) setProblem("The start must lie before the end.");
    else onChange(String(startMs), String(endMs));
  };
  return (
    <div class="range-form">
      <div class="menu" role="group" aria-label="Relative ranges">
        {PRESETS.map((preset) => (
          <button
            key={preset.label}
            type="button"
            class="menu-item"
            aria-current={preset.from === from && preset.to === to ? "true" : undefined}
            onClick={() => onChange(preset.from, preset.to)}
          >
            {preset.label}
          </button>
        ))}
      </div>
      <form class="range-absolute" onSubmit={apply}>
        <label class="field">
          <span>From</span>
          <input
            type="datetime-local"
            value={start}
            onInput={(event) => setStart(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>To</span>
          <input type="datetime-local" value={end} onInput={(event) => setEnd(event.currentTarget.value)} />
        </label>
        {problem !== null && (
          <p class="field-problem" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" class="button is-primary">
          Apply
        </button>
      </form>
    </div>
  );
}
