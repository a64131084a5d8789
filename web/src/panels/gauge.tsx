import { formatValue } from "../format/units.js";
import { namedColor } from "./colors.js";
import { fieldOptions, thresholdColor } from "./field-options.js";
import { readFields, reduceValues } from "./frame.js";
import type { PanelProps } from "./panel-props.js";

const RADIUS = 40;
const ARC = Math.PI * RADIUS;

/** One number on a half circle from min to max, colored by the threshold it has reached. */
export function GaugePanel({ panel, result, theme }: PanelProps) {
  const field = readFields(result).find((one) => one.kind === "number");
  const options = fieldOptions(panel, field?.name ?? "Value");
  const value = reduceValues((field?.values ?? []) as (number | null)[], "lastNotNull");
  const min = options.min ?? 0;
  const max = options.max ?? 1;
  const share = value === null ? 0 : Math.min(1, Math.max(0, (value - min) / (max - min)));
  const steps = options.thresholds?.steps ?? [];
  const color = value === null ? "transparent" : namedColor(thresholdColor(steps, value), theme);
  const text =
    value === null ? (options.noValue ?? "No data") : formatValue(value, options.unit, options.decimals);
  return (
    <svg class="gauge" viewBox="0 0 100 62" role="img" aria-label={`${panel.title}: ${text}`}>
      <path d="M10 54 A40 40 0 0 1 90 54" class="gauge-track" />
      <path
        d="M10 54 A40 40 0 0 1 90 54"
        fill="none"
        stroke={color}
        stroke-width="10"
        stroke-dasharray={`${share * ARC} ${ARC * 2}`}
      />
      <text x="50" y="52" class={value === null ? "gauge-value is-empty" : "gauge-value"}>
        {text}
      </text>
    </svg>
  );
}
