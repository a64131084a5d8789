import type { PanelSpec } from "./board-layout.js";
import type {
  DataLink,
  DatasourceRef,
  FieldDefaults,
  FieldOverride,
  OverrideProperty,
  PanelOptions,
  PanelType,
  QueryFormat,
  ReduceOptions,
  Target,
  ThresholdStep,
  Unit,
} from "./schema.js";
import { DATASOURCE_TYPE, DATASOURCE_UID, PLUGIN_VERSION } from "./schema.js";

export const DATASOURCE: DatasourceRef = { type: DATASOURCE_TYPE, uid: DATASOURCE_UID };

/** What every panel says about itself. Ids are chosen by hand and never change: links and alerts point at them. */
export interface Basics {
  id: number;
  title: string;
  /** One or two sentences: what the numbers mean and what is not in them. */
  description: string;
  w: number;
  h: number;
}

/** A panel that asks the ledger. */
export interface Queried extends Basics {
  sql: string;
  unit: Unit;
  decimals?: number;
  /** What is shown when there is nothing. */
  noValue?: string;
  links?: DataLink[];
  thresholds?: ThresholdStep[];
}

function target(sql: string, format: QueryFormat, refId = "A"): Target {
  return {
    refId,
    datasource: DATASOURCE,
    editorType: "sql",
    format,
    queryType: format === 0 ? "timeseries" : "table",
    pluginVersion: PLUGIN_VERSION,
    rawSql: sql.trim(),
    meta: {},
  };
}

/** What holds for every field of the panel. */
export function defaults(spec: Omit<Queried, keyof Basics | "sql">): FieldDefaults {
  return {
    unit: spec.unit,
    ...(spec.decimals === undefined ? {} : { decimals: spec.decimals }),
    noValue: spec.noValue ?? "No data",
    ...(spec.thresholds === undefined ? {} : { thresholds: { mode: "absolute", steps: spec.thresholds } }),
    ...(spec.links === undefined ? {} : { links: spec.links }),
  };
}

/** A panel of one query; its place is given by the board. */
export function panel(
  type: PanelType,
  spec: Queried,
  format: QueryFormat,
  field: FieldDefaults,
  options: PanelOptions,
  overrides: FieldOverride[] = [],
): PanelSpec {
  const { id, title, description, w, h } = spec;
  return {
    id,
    type,
    title,
    description,
    w,
    h,
    datasource: DATASOURCE,
    targets: [target(spec.sql, format)],
    fieldConfig: { defaults: field, overrides },
    options,
  };
}

/** Which value of a field a panel shows. */
export const reduce = (calcs: ReduceOptions["calcs"], values = false): ReduceOptions => ({
  calcs,
  fields: "",
  values,
});

/** What holds for one field, by its name. */
export function override(field: string, properties: OverrideProperty[]): FieldOverride {
  return { matcher: { id: "byName", options: field }, properties };
}
