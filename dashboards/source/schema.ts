/**
 * The part of Grafana's classic dashboard JSON (v1, schemaVersion 39) that Spanledger uses. It is exactly what the built-in page
 * draws, so that a board cannot ask for something one of its two renderers lacks.
 * @see https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ (2026-11-22)
 */
export const SCHEMA_VERSION = 39;
export const DATASOURCE_TYPE = "grafana-clickhouse-datasource";
export const DATASOURCE_UID = "spanledger-clickhouse";
export const PLUGIN_VERSION = "4.20.0";

export const UNITS = [
  "currencyUSD",
  "short",
  "none",
  "locale",
  "percentunit",
  "percent",
  "ms",
  "s",
  "reqps",
  "dtdurations",
  "string",
  "dateTimeAsIso",
] as const;

/** Grafana unit ids that both renderers format alike. */
export type Unit = (typeof UNITS)[number];

export type PanelType =
  | "timeseries"
  | "stat"
  | "table"
  | "bargauge"
  | "barchart"
  | "piechart"
  | "gauge"
  | "heatmap"
  | "text"
  | "row";

export type Calculation = "sum" | "last" | "lastNotNull" | "mean" | "max" | "min";

export interface GridPosition {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface DatasourceRef {
  type: typeof DATASOURCE_TYPE;
  uid: typeof DATASOURCE_UID;
}

/** What the ClickHouse datasource obeys: 0 = time series, 1 = table. */
export type QueryFormat = 0 | 1;

export interface Target {
  refId: string;
  datasource: DatasourceRef;
  editorType: "sql";
  format: QueryFormat;
  queryType: "timeseries" | "table";
  pluginVersion: string;
  rawSql: string;
  meta: Record<string, never>;
}

export interface ThresholdStep {
  color: string;
  /** The first step has none: it holds from minus infinity. */
  value: number | null;
}

export interface DataLink {
  title: string;
  url: string;
  targetBlank: boolean;
}

export interface ValueMapping {
  type: "value";
  options: Record<string, { text: string; color?: string; index: number }>;
}

export interface CustomField {
  drawStyle?: "line" | "bars" | "points";
  lineInterpolation?: "linear" | "stepAfter";
  lineWidth?: number;
  fillOpacity?: number;
  showPoints?: "auto" | "never" | "always";
  spanNulls?: boolean;
  stacking?: { mode: "none" | "normal" | "percent"; group: "A" };
  axisPlacement?: "auto" | "left" | "right";
  axisSoftMin?: number;
  axisSoftMax?: number;
  thresholdsStyle?: { mode: "off" | "line" };
  cellOptions?: { type: "auto" | "color-text" } | { type: "gauge"; mode: "basic"; valueDisplayMode: "text" };
  align?: "auto" | "left" | "right";
  width?: number;
}

export interface FieldDefaults {
  unit?: Unit;
  decimals?: number;
  min?: number;
  max?: number;
  displayName?: string;
  noValue?: string;
  color?: { mode: "palette-classic" } | { mode: "thresholds" } | { mode: "fixed"; fixedColor: string };
  thresholds?: { mode: "absolute"; steps: ThresholdStep[] };
  mappings?: ValueMapping[];
  links?: DataLink[];
  custom?: CustomField;
}

/** A property of one field: `unit`, `decimals`, `displayName`, `custom.width`, ... */
export interface OverrideProperty {
  id: string;
  value: unknown;
}

export interface FieldOverride {
  matcher: { id: "byName"; options: string };
  properties: OverrideProperty[];
}

export interface ReduceOptions {
  calcs: Calculation[];
  fields: string;
  values: boolean;
}

export interface Legend {
  showLegend: boolean;
  displayMode: "list" | "table";
  placement: "bottom" | "right";
  calcs: Calculation[];
}

export interface PanelOptions {
  legend?: Legend;
  tooltip?: { mode: "single" | "multi"; sort: "none" | "desc" };
  reduceOptions?: ReduceOptions;
  colorMode?: "none" | "value";
  graphMode?: "none";
  textMode?: "auto" | "value" | "value_and_name";
  justifyMode?: "auto";
  orientation?: "auto" | "horizontal" | "vertical";
  showPercentChange?: boolean;
  percentChangeColorMode?: "standard" | "inverted" | "same_as_value";
  displayMode?: "basic";
  valueMode?: "text";
  showUnfilled?: boolean;
  pieType?: "donut" | "pie";
  displayLabels?: ("name" | "percent")[];
  xField?: string;
  stacking?: "none" | "normal" | "percent";
  showThresholdLabels?: boolean;
  showThresholdMarkers?: boolean;
  cellHeight?: "sm";
  showHeader?: boolean;
  sortBy?: { displayName: string; desc: boolean }[];
  footer?: { show: false };
  calculate?: false;
  color?: { mode: "scheme"; scheme: string; steps: number };
  yAxis?: { unit: Unit; axisPlacement: "left" };
  cellGap?: number;
  mode?: "markdown";
  content?: string;
}

export interface Panel {
  id: number;
  type: PanelType;
  title: string;
  description?: string;
  gridPos: GridPosition;
  datasource?: DatasourceRef;
  targets?: Target[];
  fieldConfig?: { defaults: FieldDefaults; overrides: FieldOverride[] };
  options?: PanelOptions;
  maxDataPoints?: number;
  /** Least interval of a time bucket, e.g. `1m`. */
  interval?: string;
  collapsed?: boolean;
  panels?: Panel[];
}

export interface QueryVariable {
  type: "query";
  name: string;
  label: string;
  description: string;
  datasource: DatasourceRef;
  query: { editorType: "sql"; refId: string; rawSql: string };
  definition: string;
  refresh: 2;
  sort: 0;
  includeAll: true;
  multi: true;
  hide: 0;
  current: { text: string[]; value: string[] };
  options: never[];
}

export interface CustomVariable {
  type: "custom";
  name: string;
  label: string;
  description: string;
  query: string;
  includeAll: false;
  multi: false;
  hide: 0;
  current: { text: string; value: string };
  options: { text: string; value: string; selected: boolean }[];
}

export type Variable = QueryVariable | CustomVariable;

export interface DashboardLink {
  type: "dashboards";
  title: string;
  tags: string[];
  asDropdown: boolean;
  includeVars: boolean;
  keepTime: boolean;
  targetBlank: boolean;
  icon: string;
  tooltip: string;
  url: string;
}

export interface Dashboard {
  uid: string;
  title: string;
  description: string;
  tags: string[];
  schemaVersion: typeof SCHEMA_VERSION;
  version: number;
  editable: boolean;
  /** 1 = crosshair shared between panels. */
  graphTooltip: 1;
  timezone: "browser";
  fiscalYearStartMonth: 0;
  weekStart: "";
  refresh: string;
  time: { from: string; to: string };
  timepicker: { refresh_intervals: string[] };
  templating: { list: Variable[] };
  annotations: { list: never[] };
  links: DashboardLink[];
  panels: Panel[];
}
