import type { FieldDefaults } from "../../../dashboards/source/schema.js";
import { shortModel } from "../format/names.js";
import { formatValue, localDateTime } from "../format/units.js";
import type { ColumnWish } from "./column-widths.js";
import type { Field } from "./frame.js";

export interface Column extends Field {
  options: FieldDefaults;
  /** Largest value, for a cell's bar. */
  top: number;
}

export interface MeasuredColumn extends ColumnWish {
  /** Width of the widest value, so that the bars beside numbers are of one length. */
  valuePx: number;
}

const CELL_PADDING_PX = 20;
const EDGE_PADDING_PX = 4;
const BAR_PX = { natural: 80, least: 44 };
const NAME_PX = { natural: 340, least: 96 };
const MEASURED_ROWS = 100;

/** Columns of canonical model ids; the title of a cell has the vendor too. */
const MODEL_COLUMNS = new Set(["Model", "Priced as"]);

/** What a cell says: the column's text for a code, a value in its unit, a time of the viewer's clock, a dash for null. Never throws. */
export function textOf(column: Column, value: number | string | null): string {
  if (value === null) return column.options.noValue ?? "–";
  if (typeof value === "string") {
    const mapped = column.options.mappings?.find((mapping) => value in mapping.options)?.options[value]?.text;
    return mapped ?? (MODEL_COLUMNS.has(column.name) ? shortModel(value) : value);
  }
  if (column.kind === "time") return localDateTime(value);
  return formatValue(value, column.options.unit, column.options.decimals);
}

/** Whether the cells of a column draw a bar beside their number. */
export const isGaugeColumn = (column: Column): boolean =>
  column.options.custom?.cellOptions?.type === "gauge";

/** The room that columns need inside an element, in its font: numbers and times whole, names as far as there is room. Never throws. */
export function measure(columns: readonly Column[], inside: HTMLElement): MeasuredColumn[] {
  const style = getComputedStyle(inside);
  const font = `${style.fontSize} ${style.fontFamily}`;
  return columns.map((column, index) => {
    const isEdge = index === 0 || index === columns.length - 1;
    const padding = CELL_PADDING_PX + (isEdge ? EDGE_PADDING_PX : 0);
    const texts = column.values.slice(0, MEASURED_ROWS).map((value) => textOf(column, value));
    const valuePx = Math.ceil(widestText(texts, font));
    const headingPx = Math.ceil(widestText([column.name], `600 ${font}`));
    return { ...wish(column, valuePx, headingPx, padding), valuePx };
  });
}

function wish(column: Column, valuePx: number, headingPx: number, padding: number): ColumnWish {
  const whole = Math.max(valuePx, headingPx) + padding;
  if (isGaugeColumn(column)) {
    const withBar = (barPx: number): number => Math.max(valuePx + barPx + padding, whole);
    return { natural: withBar(BAR_PX.natural), least: withBar(BAR_PX.least), appetite: 2 };
  }
  if (column.kind !== "text") return { natural: whole, least: whole, appetite: 1 };
  const natural = Math.min(whole, NAME_PX.natural + padding);
  return { natural, least: Math.min(natural, NAME_PX.least + padding), appetite: 2 };
}

let pen: CanvasRenderingContext2D | null | undefined;

/** Width of the widest of the texts in a CSS font, in CSS pixels; 0 for none, and where the browser has no canvas. Never throws. */
function widestText(texts: readonly string[], font: string): number {
  pen ??= document.createElement("canvas").getContext("2d");
  if (pen === null) return 0;
  pen.font = font;
  const brush = pen;
  return texts.reduce((widest, text) => Math.max(widest, brush.measureText(text).width), 0);
}
