import { useMemo, useState } from "preact/hooks";
import { formatValue, localDateTime } from "../format/units.js";
import { toTimeFrame } from "./frame.js";
import type { PanelProps } from "./panel-props.js";
import { bucketTicks } from "./time-ticks.js";
import { useSize } from "./use-size.js";

const AXIS_HEIGHT = 22;

/** How many calls fell into each class of values in each time bucket; darker is more. */
export function HeatmapPanel({ panel, result }: PanelProps) {
  const { ref, width, height } = useSize<HTMLDivElement>();
  const [hovered, setHovered] = useState<{ row: number; column: number } | null>(null);
  const frame = useMemo(() => toTimeFrame(result, true), [result]);
  const classes = frame.series;
  const axisWidth = Math.max(40, ...classes.map((one) => one.name.length * 6.2 + 14));
  const most = Math.max(1, ...classes.flatMap((one) => one.values.map((value) => value ?? 0)));
  const cellWidth = Math.max(1, (width - axisWidth) / Math.max(1, frame.times.length));
  const cellHeight = Math.max(1, (height - AXIS_HEIGHT) / Math.max(1, classes.length));
  const focus = hovered === null ? undefined : classes[hovered.row];
  const ticks = bucketTicks(frame.times, cellWidth, 70);
  return (
    <div class="heatmap" ref={ref}>
      {width > 0 && (
        <svg width={width} height={height} role="img" aria-label={`${panel.title}: counts by time and class`}>
          {classes.map((one, row) => {
            const y = height - AXIS_HEIGHT - (row + 1) * cellHeight;
            return (
              <g key={one.name}>
                <text x={axisWidth - 8} y={y + cellHeight / 2 + 4} class="heatmap-label is-right">
                  {one.name}
                </text>
                {one.values.map((value, column) =>
                  (value ?? 0) > 0 ? (
                    <rect
                      key={frame.times[column]}
                      x={axisWidth + column * cellWidth}
                      y={y}
                      width={Math.max(1, cellWidth - 1)}
                      height={Math.max(1, cellHeight - 1)}
                      class="heatmap-cell"
                      opacity={0.12 + 0.88 * Math.sqrt((value ?? 0) / most)}
                      onMouseEnter={() => setHovered({ row, column })}
                      onMouseLeave={() => setHovered(null)}
                    />
                  ) : null,
                )}
              </g>
            );
          })}
          {frame.times.map((at, column) =>
            ticks.has(at) && axisWidth + column * cellWidth + 44 < width ? (
              <text key={at} x={axisWidth + column * cellWidth} y={height - 6} class="heatmap-label">
                {ticks.get(at)}
              </text>
            ) : null,
          )}
        </svg>
      )}
      {hovered !== null && focus !== undefined && (
        <div class="heatmap-focus">
          {localDateTime(frame.times[hovered.column] ?? 0).slice(0, 16)} · {focus.name}:{" "}
          {formatValue(focus.values[hovered.column] ?? 0, "locale", 0)} calls
        </div>
      )}
    </div>
  );
}
