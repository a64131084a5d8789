import { shortNames } from "../format/names.js";
import { formatValue } from "../format/units.js";
import { namedColor } from "./colors.js";
import { fieldOptions, fixedColor } from "./field-options.js";
import { toNamedValues } from "./frame.js";
import type { PanelProps } from "./panel-props.js";

/** One horizontal bar per row, longest first as the SQL gives them. */
export function BarGaugePanel({ panel, result, theme }: PanelProps) {
  const options = fieldOptions(panel, "Value");
  const rows = toNamedValues(result);
  const longest = options.max ?? Math.max(0, ...rows.map((row) => row.value ?? 0));
  const short = shortNames(rows.map((row) => row.name));
  const color = namedColor(fixedColor(options) ?? "blue", theme);
  return (
    <ul class="bars" tabIndex={0} aria-label={panel.title}>
      {rows.map((row) => (
        <li key={row.name} class="bars-row">
          <div class="bars-head">
            <span class="bars-name" title={row.name}>
              {short(row.name)}
            </span>
            <span class="bars-value">
              {row.value === null ? "–" : formatValue(row.value, options.unit, options.decimals)}
            </span>
          </div>
          <div class="bars-track">
            <div
              class="bars-fill"
              style={{
                width: `${longest === 0 ? 0 : Math.max(0.5, (Math.max(0, row.value ?? 0) / longest) * 100)}%`,
                backgroundColor: color,
              }}
            />
          </div>
        </li>
      ))}
    </ul>
  );
}
