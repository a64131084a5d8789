import { useEffect, useRef, useState } from "preact/hooks";
import type { Panel } from "../../../dashboards/source/schema.js";
import { BarChartPanel } from "../panels/barchart.js";
import { BarGaugePanel } from "../panels/bargauge.js";
import { GaugePanel } from "../panels/gauge.js";
import { HeatmapPanel } from "../panels/heatmap.js";
import type { PanelProps } from "../panels/panel-props.js";
import { PiePanel } from "../panels/piechart.js";
import { StatPanel } from "../panels/stat.js";
import { TablePanel } from "../panels/table.js";
import { TextPanel } from "../panels/text.js";
import { TimeseriesPanel } from "../panels/timeseries.js";
import { useTheme } from "../theme.js";
import { ErrorBoundary } from "../ui/error-boundary.js";
import { Icon } from "../ui/icon.js";
import { type BoardState, fillLink } from "./board-url.js";
import { PanelMenu } from "./panel-menu.js";
import { type PanelData, type Range, usePanelData } from "./use-panel-data.js";

const KINDS: Readonly<Record<string, (props: PanelProps) => preact.JSX.Element>> = {
  timeseries: TimeseriesPanel,
  stat: StatPanel,
  table: TablePanel,
  bargauge: BarGaugePanel,
  barchart: BarChartPanel,
  piechart: PiePanel,
  gauge: GaugePanel,
  heatmap: HeatmapPanel,
};

/** About one point for every three pixels of a panel's width, in steps, so that small resizes ask nothing new. */
function pointsFor(width: number): number {
  return Math.max(50, Math.round(width / 150) * 50);
}

interface Props {
  uid: string;
  panel: Panel;
  state: BoardState;
  range: Range;
  onZoom: (fromMs: number, toMs: number) => void;
  onFullScreen: (panelId: number | null) => void;
}

/** A card with a title, a menu, and a panel in one of its states: loading, empty, failed, or drawn. */
export function PanelFrame({ uid, panel, state, range, onZoom, onFullScreen }: Props) {
  const root = useRef<HTMLElement>(null);
  const theme = useTheme();
  const [isSeen, setSeen] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const [asTable, setAsTable] = useState(false);
  const [points, setPoints] = useState(250);
  useEffect(() => {
    const node = root.current;
    if (node === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        setPoints(pointsFor(node.clientWidth));
        setSeen(true);
        observer.disconnect();
      },
      { rootMargin: "400px" },
    );
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  const data = usePanelData({
    uid,
    panelId: panel.id,
    range,
    variables: state.variables,
    filters: state.filters,
    maxDataPoints: points,
    isWanted: isSeen && panel.type !== "text",
    attempt,
  });
  const link = panel.fieldConfig?.defaults.links?.[0];
  const props = { panel, state, theme, onZoom, syncKey: uid };
  const titleId = `panel-${panel.id}-title`;
  return (
    <section
      ref={root}
      class={`panel panel-${panel.type}`}
      aria-labelledby={titleId}
      aria-busy={data.isLoading}
      data-panel={panel.id}
    >
      <header class="panel-head">
        <h2 id={titleId} class="panel-title">
          {link === undefined ? panel.title : <a href={fillLink(link.url, state)}>{panel.title}</a>}
        </h2>
        {panel.description !== undefined && (
          <span class="hint" tabIndex={0} role="note" aria-label={panel.description}>
            <Icon name="info" size={14} />
            <span class="hint-text" aria-hidden="true">
              {panel.description}
            </span>
          </span>
        )}
        <PanelMenu
          panel={panel}
          result={data.result}
          isFullScreen={state.viewPanel === panel.id}
          isTable={asTable}
          onTable={setAsTable}
          onFullScreen={() => onFullScreen(state.viewPanel === panel.id ? null : panel.id)}
        />
      </header>
      {data.isLoading && data.result !== null && <div class="panel-progress" />}
      <div class="panel-body">
        {panel.type === "text" ? (
          <TextPanel content={panel.options?.content ?? ""} />
        ) : (
          <PanelBody
            data={data}
            kind={asTable ? "table" : panel.type}
            props={props}
            onRetry={() => setAttempt(attempt + 1)}
          />
        )}
      </div>
    </section>
  );
}

interface BodyProps {
  data: PanelData;
  kind: string;
  props: Omit<PanelProps, "result">;
  onRetry: () => void;
}

function PanelBody({ data, kind, props, onRetry }: BodyProps) {
  const failed = (message: string, requestId: string | null) => (
    <div class="panel-state is-error" role="alert">
      <p>{message}</p>
      {requestId !== null && <p class="panel-request">Request {requestId}</p>}
      <button type="button" class="button is-small" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
  if (data.error !== null && !data.isLoading) return failed(data.error.message, data.error.requestId);
  if (data.result === null) return <div class="panel-state is-loading" role="status" aria-label="Loading" />;
  const Kind = KINDS[kind];
  if (Kind === undefined) return failed("This kind of panel cannot be drawn here.", null);
  if (isEmpty(data.result.rows, kind)) {
    return <div class="panel-state is-empty">{emptyText(props.panel)} in this range</div>;
  }
  return (
    <ErrorBoundary fallback={failed("This panel could not be drawn.", null)}>
      <Kind {...props} result={data.result} />
    </ErrorBoundary>
  );
}

/** The panel's own words; a text for empty cells, such as "–", is none. */
function emptyText(panel: Panel): string {
  const text = panel.fieldConfig?.defaults.noValue ?? "";
  return /\p{L}/u.test(text) ? text : "No data";
}

/** A stat and a gauge say themselves that they have nothing; the others need at least one value. */
function isEmpty(rows: readonly unknown[][], kind: string): boolean {
  if (kind === "stat" || kind === "gauge") return false;
  if (kind === "table") return rows.length === 0;
  return !rows.some((row) => row.slice(1).some((value) => value !== null));
}
