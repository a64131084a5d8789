import { useState } from "preact/hooks";
import { shortNames } from "../format/names.js";
import { formatValue } from "../format/units.js";
import { seriesColor } from "./colors.js";
import { fieldOptions } from "./field-options.js";
import { toNamedValues } from "./frame.js";
import type { PanelProps } from "./panel-props.js";

const RADIUS = 42;
const CIRCLE = 2 * Math.PI * RADIUS;
const GAP = 0.8;

/** Shares of a whole as a ring, with names, values and percentages beside it. */
export function PiePanel({ panel, result, theme }: PanelProps) {
  const [hovered, setHovered] = useState<string | null>(null);
  const options = fieldOptions(panel, "Value");
  const rows = toNamedValues(result).filter((row) => (row.value ?? 0) > 0);
  const total = rows.reduce((sum, row) => sum + (row.value ?? 0), 0);
  let start = 0;
  const slices = rows.map((row, index) => {
    const share = total === 0 ? 0 : (row.value ?? 0) / total;
    const slice = { ...row, share, start, color: seriesColor(index, row.name, theme) };
    start += share;
    return slice;
  });
  const short = shortNames(slices.map((slice) => slice.name));
  const focus = slices.find((slice) => slice.name === hovered);
  return (
    <div class="pie">
      <svg class="pie-ring" viewBox="0 0 100 100" role="img" aria-label={`${panel.title}: shares of a whole`}>
        {slices.map((slice) => (
          <circle
            key={slice.name}
            cx="50"
            cy="50"
            r={RADIUS}
            fill="none"
            stroke={slice.color}
            stroke-width="13"
            stroke-dasharray={`${Math.max(0.4, slice.share * CIRCLE - (slices.length > 1 ? GAP : 0))} ${CIRCLE}`}
            stroke-dashoffset={-slice.start * CIRCLE}
            transform="rotate(-90 50 50)"
            class={hovered !== null && hovered !== slice.name ? "pie-slice is-faded" : "pie-slice"}
            onMouseEnter={() => setHovered(slice.name)}
            onMouseLeave={() => setHovered(null)}
          />
        ))}
        <text x="50" y="49" class="pie-total">
          {formatValue(focus?.value ?? total, options.unit, options.decimals)}
        </text>
        <text x="50" y="60" class="pie-caption">
          {focus === undefined ? "total" : `${(focus.share * 100).toFixed(1)}%`}
        </text>
      </svg>
      <ul class="pie-legend" tabIndex={0} aria-label={`${panel.title}, legend`}>
        {slices.map((slice) => (
          <li
            key={slice.name}
            onMouseEnter={() => setHovered(slice.name)}
            onMouseLeave={() => setHovered(null)}
          >
            <span class="dot" style={{ backgroundColor: slice.color }} />
            <span class="pie-name" title={slice.name}>
              {short(slice.name)}
            </span>
            <span class="pie-value">{formatValue(slice.value ?? 0, options.unit, options.decimals)}</span>
            <span class="pie-share">{(slice.share * 100).toFixed(slice.share < 0.1 ? 1 : 0)}%</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
