import type { PanelSpec } from "./board-layout.js";
import { override, panel, type Queried } from "./panel.js";
import type { DataLink, FieldDefaults, OverrideProperty, Unit, ValueMapping } from "./schema.js";

/** How one column of a table looks; the key is the SQL alias and the heading. */
export interface Column {
  unit?: Unit;
  decimals?: number;
  width?: number;
  /** A bar behind the number, up to the column's largest value or to `max`. */
  gauge?: boolean;
  max?: number;
  color?: string;
  links?: DataLink[];
  noValue?: string;
  /** What to show for codes; a value without an entry is shown as it is. */
  texts?: Readonly<Record<string, string>>;
}

/** Rows and columns, sorted by the SQL. */
export function table(
  spec: Omit<Queried, "unit" | "decimals"> & { columns: Record<string, Column> },
): PanelSpec {
  const overrides = Object.entries(spec.columns).map(([name, column]) =>
    override(name, columnProperties(column)),
  );
  const field: FieldDefaults = {
    noValue: spec.noValue ?? "–",
    custom: { align: "auto", cellOptions: { type: "auto" } },
    ...(spec.thresholds === undefined ? {} : { thresholds: { mode: "absolute", steps: spec.thresholds } }),
  };
  return panel(
    "table",
    { ...spec, unit: "none" },
    1,
    field,
    { showHeader: true, cellHeight: "sm", footer: { show: false } },
    overrides,
  );
}

function columnProperties(column: Column): OverrideProperty[] {
  const properties: OverrideProperty[] = [];
  if (column.unit !== undefined) properties.push({ id: "unit", value: column.unit });
  if (column.decimals !== undefined) properties.push({ id: "decimals", value: column.decimals });
  if (column.width !== undefined) properties.push({ id: "custom.width", value: column.width });
  if (column.noValue !== undefined) properties.push({ id: "noValue", value: column.noValue });
  if (column.links !== undefined) properties.push({ id: "links", value: column.links });
  if (column.texts !== undefined) properties.push({ id: "mappings", value: [mapping(column.texts)] });
  if (column.max !== undefined) properties.push({ id: "max", value: column.max });
  if (column.gauge === true) {
    properties.push({
      id: "custom.cellOptions",
      value: { type: "gauge", mode: "basic", valueDisplayMode: "text" },
    });
    properties.push({ id: "min", value: 0 });
    properties.push({ id: "color", value: { mode: "fixed", fixedColor: column.color ?? "blue" } });
  }
  return properties;
}

function mapping(texts: Readonly<Record<string, string>>): ValueMapping {
  const options = Object.entries(texts).map(([code, text], index) => [code, { text, index }] as const);
  return { type: "value", options: Object.fromEntries(options) };
}
