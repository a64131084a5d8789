import type { Dashboard, Panel, Variable } from "./schema.js";
import { SCHEMA_VERSION } from "./schema.js";

const GRID_COLUMNS = 24;

/** A panel before it has a place: width of 24 columns, height in rows of 30 px. */
export type PanelSpec = Omit<Panel, "gridPos"> & { w: number; h: number };

/** A heading across the board. */
export function row(id: number, title: string): PanelSpec {
  return { id, type: "row", title, w: GRID_COLUMNS, h: 1, collapsed: false, panels: [] };
}

/** Places panels left to right, wrapping at 24 columns; a wrap starts below the tallest panel of the line before. */
export function flow(specs: readonly PanelSpec[]): Panel[] {
  let x = 0;
  let y = 0;
  let lineHeight = 0;
  return specs.map(({ w, h, ...rest }) => {
    if (x + w > GRID_COLUMNS) {
      x = 0;
      y += lineHeight;
      lineHeight = 0;
    }
    const gridPos = { x, y, w, h };
    x += w;
    lineHeight = Math.max(lineHeight, h);
    return { ...rest, gridPos };
  });
}

/** A whole board. `uid` and panel ids are its public address. */
export function dashboard(spec: {
  uid: string;
  title: string;
  description: string;
  from?: string;
  refresh?: string;
  variables: Variable[];
  panels: readonly PanelSpec[];
}): Dashboard {
  return {
    uid: spec.uid,
    title: spec.title,
    description: spec.description,
    tags: ["spanledger"],
    schemaVersion: SCHEMA_VERSION,
    version: 1,
    editable: false,
    graphTooltip: 1,
    timezone: "browser",
    fiscalYearStartMonth: 0,
    weekStart: "",
    refresh: spec.refresh ?? "1m",
    time: { from: spec.from ?? "now-7d", to: "now" },
    timepicker: { refresh_intervals: ["10s", "30s", "1m", "5m", "15m", "1h"] },
    templating: { list: spec.variables },
    annotations: { list: [] },
    links: [
      {
        type: "dashboards",
        title: "Boards",
        tags: ["spanledger"],
        asDropdown: true,
        includeVars: true,
        keepTime: true,
        targetBlank: false,
        icon: "external link",
        tooltip: "",
        url: "",
      },
    ],
    panels: flow(spec.panels),
  };
}
