import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Dashboard, Panel } from "../../../dashboards/source/schema.js";
import { ApiError, get } from "../api/client.js";
import { navigate, type Place } from "../location.js";
import { rangeLabel, refreshMs, resolveTime } from "../time/relative.js";
import { Icon } from "../ui/icon.js";
import { PageHead } from "../ui/page-head.js";
import { AdhocFilters } from "./adhoc-filters.js";
import { type BoardState, filterWords, readState, writeState } from "./board-url.js";
import { useBoardKeys, useKiosk } from "./board-keys.js";
import { placePanels } from "./layout.js";
import { PanelFrame } from "./panel-frame.js";
import { TimePicker } from "./time-picker.js";
import type { Range } from "./use-panel-data.js";
import { VariablePicker } from "./variable-picker.js";

/** Some panels of a board as a page of their own. */
export interface BoardPart {
  path: string;
  title: string;
  description: string;
  panels: readonly number[];
}

/** The part of a board as a board: panels in their places, without the rows between them. */
function partOf(board: Dashboard, part: BoardPart | undefined): Dashboard {
  if (part === undefined) return board;
  const panels = board.panels.filter((panel) => part.panels.includes(panel.id));
  const top = Math.min(...panels.map((panel) => panel.gridPos.y));
  return {
    ...board,
    title: part.title,
    description: part.description,
    panels: panels.map((panel) => ({ ...panel, gridPos: { ...panel.gridPos, y: panel.gridPos.y - top } })),
  };
}

/** A board by its uid: loads its JSON, keeps its state in the URL. */
export function BoardPage({ uid, place, part }: { uid: string; place: Place; part?: BoardPart }) {
  const [board, setBoard] = useState<Dashboard | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    setProblem(null);
    get<Dashboard>(`dashboards/${encodeURIComponent(uid)}`, controller.signal).then(
      setBoard,
      (error: unknown) => {
        if (controller.signal.aborted) return;
        setProblem(error instanceof ApiError ? error.message : "The board cannot be read.");
      },
    );
    return () => controller.abort();
  }, [uid]);
  if (problem !== null) return <p class="page-problem">{problem}</p>;
  if (board === null || board.uid !== uid)
    return <div class="page-loading" role="status" aria-label="Loading" />;
  return <Board key={uid} board={partOf(board, part)} path={part?.path ?? `/d/${uid}`} place={place} />;
}

/** The range in milliseconds; it stays the same until the state or `tick` changes, so that all panels show the same moment. */
function useRange(state: BoardState, tick: number): Range {
  return useMemo(() => {
    const now = Date.now();
    const toMs = resolveTime(state.to, now, "end") ?? now;
    const fromMs = resolveTime(state.from, now, "start") ?? toMs - 86_400_000;
    return fromMs < toMs ? { fromMs, toMs } : { fromMs: toMs - 3_600_000, toMs };
  }, [state.from, state.to, tick]);
}

function useTick(refresh: string): [number, () => void] {
  const [tick, setTick] = useState(0);
  useEffect(() => {
    const every = refreshMs(refresh);
    if (every === null) return undefined;
    const timer = setInterval(() => {
      if (!document.hidden) setTick((before) => before + 1);
    }, every);
    return () => clearInterval(timer);
  }, [refresh]);
  return [tick, () => setTick((before) => before + 1)];
}

function Board({ board, path, place }: { board: Dashboard; path: string; place: Place }) {
  const defaults = { from: board.time.from, to: board.time.to, refresh: board.refresh };
  const state = readState(place.query, defaults);
  const [tick, refreshNow] = useTick(state.refresh);
  const range = useRange(state, tick);
  const change = (part: Partial<BoardState>): void =>
    navigate(`${path}?${writeState({ ...state, ...part })}`);
  const zoom = (fromMs: number, toMs: number): void => change({ from: String(fromMs), to: String(toMs) });
  useBoardKeys({ state, range, change, zoom, refreshNow });
  useKiosk(state.isKiosk);
  const full = board.panels.find((panel) => panel.id === state.viewPanel);
  const frame = (panel: Panel) => (
    <PanelFrame
      uid={board.uid}
      panel={panel}
      state={state}
      range={range}
      onZoom={zoom}
      onFullScreen={(viewPanel) => change({ viewPanel })}
    />
  );
  return (
    <>
      <PageHead title={board.title} description={board.description}>
        <TimePicker
          from={state.from}
          to={state.to}
          range={range}
          onChange={(from, to) => change({ from, to })}
        />
        <RefreshPicker
          value={state.refresh}
          choices={board.timepicker.refresh_intervals}
          onChange={(refresh) => change({ refresh })}
          onNow={refreshNow}
        />
      </PageHead>
      <Variables board={board} state={state} range={range} onChange={change} />
      <p class="print-only">{printLine(state, range)}</p>
      {full === undefined ? (
        <PanelGrid panels={board.panels} frame={frame} />
      ) : (
        <div class="board-full">{frame(full)}</div>
      )}
    </>
  );
}

/** What was chosen, for paper. */
function printLine(state: BoardState, range: Range): string {
  const time = (ms: number): string => new Date(ms).toLocaleString();
  const chosen = Object.entries(state.variables).map(([name, values]) => `${name} = ${values.join(" or ")}`);
  const parts = [...chosen, ...state.filters.map(filterWords)];
  const label = rangeLabel(state.from, state.to, range.toMs);
  return `${label}: ${time(range.fromMs)} to ${time(range.toMs)}${parts.length > 0 ? `; ${parts.join(", ")}` : ""}`;
}

/** Panels at their places; the rows between them open and close. */
function PanelGrid({
  panels,
  frame,
}: {
  panels: readonly Panel[];
  frame: (panel: Panel) => ComponentChildren;
}) {
  const [collapsed, setCollapsed] = useState<ReadonlySet<number>>(new Set());
  const toggle = (id: number): void => {
    const next = new Set(collapsed);
    if (!next.delete(id)) next.add(id);
    setCollapsed(next);
  };
  return (
    <div class="board">
      {placePanels(panels, collapsed).map(({ panel, y }) => (
        <div
          key={panel.id}
          class={cellClass(panel)}
          style={{ "--x": panel.gridPos.x + 1, "--y": y + 1, "--w": panel.gridPos.w, "--h": panel.gridPos.h }}
        >
          {panel.type === "row" ? (
            <RowHead panel={panel} isCollapsed={collapsed.has(panel.id)} onToggle={() => toggle(panel.id)} />
          ) : (
            frame(panel)
          )}
        </div>
      ))}
    </div>
  );
}

function cellClass(panel: Panel): string {
  if (panel.type === "row") return "cell is-row";
  if (panel.type === "table") return "cell is-table";
  return panel.type === "stat" || panel.type === "gauge" ? "cell is-small" : "cell";
}

function RowHead({
  panel,
  isCollapsed,
  onToggle,
}: {
  panel: Panel;
  isCollapsed: boolean;
  onToggle: () => void;
}) {
  return (
    <h2 class="row-head">
      <button
        type="button"
        class={isCollapsed ? "row-toggle is-collapsed" : "row-toggle"}
        aria-expanded={!isCollapsed}
        onClick={onToggle}
      >
        <Icon name="chevron" size={14} /> {panel.title}
      </button>
    </h2>
  );
}

interface VariablesProps {
  board: Dashboard;
  state: BoardState;
  range: Range;
  onChange: (part: Pick<Partial<BoardState>, "variables" | "filters">) => void;
}

/** A key sees one project only, so the page leaves that variable to Grafana unless a link has set it. */
function Variables({ board, state, range, onChange }: VariablesProps) {
  const [isOpen, setOpen] = useState(false);
  const shown = board.templating.list.filter(
    (variable) => variable.name !== "project" || state.variables["project"] !== undefined,
  );
  const set =
    shown.filter((variable) => state.variables[variable.name] !== undefined).length + state.filters.length;
  const choose = (name: string, values: readonly string[]): void => {
    const { [name]: _, ...others } = state.variables;
    onChange({ variables: values.length === 0 ? others : { ...others, [name]: values } });
  };
  return (
    <div class={isOpen ? "variables is-open" : "variables"}>
      <button
        type="button"
        class="button variables-toggle"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="filter" /> Filters{set > 0 ? ` (${set})` : ""}
      </button>
      <div class="variables-list">
        {shown.map((variable) => (
          <VariablePicker
            key={variable.name}
            uid={board.uid}
            variable={variable}
            range={range}
            isSet={state.variables[variable.name] !== undefined}
            chosen={state.variables[variable.name] ?? [variable.current.value].flat()}
            onChange={(values) => choose(variable.name, values)}
          />
        ))}
        <AdhocFilters filters={state.filters} range={range} onChange={(filters) => onChange({ filters })} />
        {set > 0 && (
          <button
            type="button"
            class="button is-quiet"
            onClick={() => onChange({ variables: {}, filters: [] })}
          >
            Clear
          </button>
        )}
      </div>
    </div>
  );
}

interface RefreshProps {
  value: string;
  choices: readonly string[];
  onChange: (refresh: string) => void;
  onNow: () => void;
}

function RefreshPicker({ value, choices, onChange, onNow }: RefreshProps) {
  const offered = choices.includes(value) || refreshMs(value) === null ? choices : [value, ...choices];
  return (
    <div class="button-group" role="group" aria-label="Refresh">
      <button
        type="button"
        class="button is-icon"
        aria-label="Refresh now"
        title="Refresh now"
        onClick={onNow}
      >
        <Icon name="refresh" />
      </button>
      <select
        class="button"
        aria-label="Refresh automatically"
        value={refreshMs(value) === null ? "off" : value}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        <option value="off">Off</option>
        {offered.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </div>
  );
}
