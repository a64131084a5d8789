import { formatTick, formatValue } from "../format/units.js";
import { namedColor, seriesColor } from "./colors.js";
import { fieldOptions, fixedColor } from "./field-options.js";
import { readFields } from "./frame.js";
import { Legend } from "./legend.js";
import type { PanelProps } from "./panel-props.js";
import { useState } from "preact/hooks";

const TICKS = 4;

/** A round number at or above the largest value, and the steps below it. */
function ticksOf(max: number): number[] {
  if (max <= 0) return [0, 1];
  const rough = max / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.ceil(max / step) + 1 }, (_, index) => index * step);
}

/** Vertical bars over categories; several number columns stand side by side, or on each other. */
export function BarChartPanel({ panel, result, theme }: PanelProps) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const fields = readFields(result);
  const category = fields.find((field) => field.name === panel.options?.xField) ?? fields[0];
  const all = fields
    .filter((field) => field.kind === "number" && field !== category)
    .map((field, index) => {
      const chosen = fixedColor(fieldOptions(panel, field.name));
      const color = chosen === null ? seriesColor(index, field.name, theme) : namedColor(chosen, theme);
      return { name: field.name, values: field.values as (number | null)[], color, text: null };
    });
  const shown = all.filter((one) => !hidden.has(one.name));
  const isStacked = panel.options?.stacking === "normal";
  const options = panel.fieldConfig?.defaults ?? {};
  const names = (category?.values ?? []).map((value) => String(value ?? "(none)"));
  const heights = names.map((_, row) => {
    const values = shown.map((one) => one.values[row] ?? 0);
    return isStacked ? values.reduce((sum, value) => sum + value, 0) : Math.max(0, ...values);
  });
  const ticks = ticksOf(Math.max(0, ...heights));
  const top = ticks.at(-1) ?? 1;
  const step = ticks[1] ?? 1;
  return (
    <div class="chart chart-bottom">
      <div class="columns" role="img" aria-label={`${panel.title}: bars by category`}>
        <div class="columns-axis" aria-hidden="true">
          {ticks.toReversed().map((tick) => (
            <span key={tick}>{formatTick(tick, options.unit, step)}</span>
          ))}
        </div>
        <div class="columns-plot">
          {names.map((name, row) => (
            <div class="column" key={name}>
              <div class={isStacked ? "column-bars is-stacked" : "column-bars"}>
                {shown.map((one) => (
                  <div
                    key={one.name}
                    class="column-bar"
                    title={`${name}, ${one.name}: ${formatValue(one.values[row] ?? 0, options.unit, options.decimals)}`}
                    style={{ height: `${((one.values[row] ?? 0) / top) * 100}%`, backgroundColor: one.color }}
                  />
                ))}
              </div>
              <div class="column-name" title={name}>
                {name}
              </div>
            </div>
          ))}
        </div>
      </div>
      {all.length > 1 && <Legend entries={all} hidden={hidden} onHidden={setHidden} />}
    </div>
  );
}
