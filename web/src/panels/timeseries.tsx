import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { formatValue } from "../format/units.js";
import { fieldOptions } from "./field-options.js";
import { reduceValues, toTimeFrame } from "./frame.js";
import { Legend } from "./legend.js";
import type { PanelProps } from "./panel-props.js";
import { tooltipPlugin, type TooltipContent } from "./tooltip.js";
import { chartOptions, colored, prepare } from "./uplot-options.js";
import { useSize } from "./use-size.js";

/** Lines or bars over time, with a legend that isolates and hides series. */
export function TimeseriesPanel({ panel, result, theme, syncKey, onZoom }: PanelProps) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const { ref, width, height } = useSize<HTMLDivElement>();
  const isBars = panel.fieldConfig?.defaults.custom?.drawStyle === "bars";
  const frame = useMemo(() => toTimeFrame(result, isBars), [result, isBars]);
  const series = useMemo(() => colored(frame, panel, theme, hidden), [frame, panel, theme, hidden]);
  const content = useRef<TooltipContent>(null);
  content.current = {
    times: frame.times,
    series,
    isStacked: panel.fieldConfig?.defaults.custom?.stacking?.mode === "normal",
    unitOf: (name) => {
      const { unit, decimals } = fieldOptions(panel, name);
      return { unit, decimals };
    },
  };
  const zoom = useRef(onZoom);
  zoom.current = onZoom;

  useEffect(() => {
    const node = ref.current;
    if (node === null || width < 40 || height < 40) return undefined;
    const { data, drawn } = prepare(frame, series, panel);
    const options = chartOptions(
      {
        panel,
        theme,
        width,
        height,
        frame,
        syncKey,
        fromMs: Date.parse(result.from),
        toMs: Date.parse(result.to),
        intervalMs: result.intervalMs,
        onZoom: (from, to) => zoom.current(from, to),
        plugin: tooltipPlugin(() => content.current ?? emptyContent),
      },
      drawn,
    );
    const chart = new uPlot(options, data, node);
    return () => chart.destroy();
  }, [frame, series, panel, theme, width, height, syncKey, result]);

  const legend = panel.options?.legend;
  const calc = legend?.calcs[0];
  const entries = series.map((one) => {
    const { unit, decimals } = fieldOptions(panel, one.name);
    const value = calc === undefined ? null : reduceValues(one.values, calc);
    return { ...one, text: value === null ? null : formatValue(value, unit, decimals) };
  });
  return (
    <div class={`chart chart-${legend?.placement ?? "bottom"}`}>
      <div class="chart-plot" ref={ref} role="img" aria-label={`${panel.title}: chart over time`} />
      {series.length > 0 && (series.length > 1 || typeof entries[0]?.text === "string") && (
        <Legend entries={entries} hidden={hidden} onHidden={setHidden} />
      )}
    </div>
  );
}

const emptyContent: TooltipContent = {
  times: [],
  series: [],
  isStacked: false,
  unitOf: () => ({ unit: undefined, decimals: undefined }),
};
