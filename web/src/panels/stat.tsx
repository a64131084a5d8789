import type { FieldDefaults, Panel } from "../../../dashboards/source/schema.js";
import { formatValue } from "../format/units.js";
import { namedColor } from "./colors.js";
import { fieldOptions, thresholdColor } from "./field-options.js";
import { readFields, reduceValues } from "./frame.js";
import type { Theme } from "../theme.js";
import type { PanelProps } from "./panel-props.js";

/** One number, and how it changed against the previous period when the panel asks for it. */
export function StatPanel({ panel, result, theme }: PanelProps) {
  const field = readFields(result).find((one) => one.kind === "number");
  const options = fieldOptions(panel, field?.name ?? "Value");
  const values = (field?.values ?? []) as (number | null)[];
  const value = reduceValues(values, panel.options?.reduceOptions?.calcs[0] ?? "last");
  const changeMode =
    panel.options?.showPercentChange === true ? panel.options.percentChangeColorMode : undefined;
  return (
    <div class="stat">
      {value === null ? (
        <div class="stat-value is-empty">{options.noValue ?? "No data"}</div>
      ) : (
        <div class="stat-value" style={valueStyle(panel, options, value, theme)}>
          {formatValue(value, options.unit, options.decimals)}
        </div>
      )}
      {changeMode !== undefined && <Change before={values[0] ?? null} now={value} mode={changeMode} />}
    </div>
  );
}

function valueStyle(panel: Panel, options: FieldDefaults, value: number, theme: Theme): { color?: string } {
  const steps = options.thresholds?.steps;
  if (panel.options?.colorMode !== "value" || steps === undefined) return {};
  return { color: namedColor(thresholdColor(steps, value), theme) };
}

function Change({ before, now, mode }: { before: number | null; now: number | null; mode: string }) {
  if (before === null || now === null || before === 0) return null;
  const change = (now - before) / Math.abs(before);
  const size = Math.abs(change);
  if (size < 0.0005) return <div class="stat-change is-flat">unchanged</div>;
  const isUp = change > 0;
  const tone = mode === "same_as_value" ? "flat" : isUp === (mode === "standard") ? "good" : "bad";
  const text = sizeText(isUp ? change : -change);
  return (
    <div class={`stat-change is-${tone}`}>
      <span aria-hidden="true">{isUp ? "▲" : "▼"}</span> <span class="sr-only">{isUp ? "up" : "down"}</span>
      {text}{" "}
      <span class="stat-against">
        vs previous<span class="stat-long"> period</span>
      </span>
    </div>
  );
}

/** A change in percent; tenfold growth and more as a multiple, because nobody reads 4,300%. */
function sizeText(size: number): string {
  if (size > 99) return "over 100×";
  if (size >= 9) return `${(size + 1).toFixed(0)}×`;
  return `${(size * 100).toFixed(size < 0.1 ? 1 : 0)}%`;
}
