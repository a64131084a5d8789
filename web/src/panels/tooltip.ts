import type uPlot from "uplot";
import { shortNames } from "../format/names.js";
import { formatValue, localDateTime } from "../format/units.js";
import type { DrawnSeries } from "./uplot-options.js";

export interface TooltipContent {
  /** Milliseconds, as in the frame. */
  times: readonly number[];
  series: readonly DrawnSeries[];
  unitOf: (name: string) => { unit: string | undefined; decimals: number | undefined };
  isStacked: boolean;
}

const MAX_ROWS = 12;

/** Follows the pointer with the values under the crosshair. Built from DOM nodes, because it changes with every pointer move. */
export function tooltipPlugin(content: () => TooltipContent): uPlot.Plugin {
  const box = document.createElement("div");
  box.className = "tooltip";
  box.hidden = true;
  let isOver = false;
  return {
    hooks: {
      init: (u) => {
        document.body.append(box);
        u.over.addEventListener("pointerenter", () => {
          isOver = true;
        });
        u.over.addEventListener("pointerleave", () => {
          isOver = false;
          box.hidden = true;
        });
      },
      destroy: () => box.remove(),
      setCursor: (u) => {
        const at = u.cursor.idx;
        if (!isOver || at === null || at === undefined || (u.cursor.left ?? -1) < 0) {
          box.hidden = true;
          return;
        }
        fill(box, at, content());
        place(box, u);
      },
    },
  };
}

function element(className: string, text: string): HTMLElement {
  const node = document.createElement("span");
  node.className = className;
  node.textContent = text;
  return node;
}

function fill(box: HTMLElement, at: number, content: TooltipContent): void {
  const rows = content.series
    .map((one) => ({ one, value: one.hidden ? 0 : (one.values[at] ?? 0) }))
    .filter(({ value }) => value !== 0)
    .toSorted((a, b) => b.value - a.value);
  box.replaceChildren(element("tooltip-time", localDateTime(content.times[at] ?? 0).slice(0, 16)));
  const short = shortNames(content.series.map((one) => one.name));
  for (const { one, value } of rows.slice(0, MAX_ROWS)) {
    const { unit, decimals } = content.unitOf(one.name);
    const row = document.createElement("div");
    row.className = "tooltip-row";
    const dot = element("dot", "");
    dot.style.backgroundColor = one.color;
    row.append(
      dot,
      element("tooltip-name", short(one.name)),
      element("tooltip-value", formatValue(value, unit, decimals)),
    );
    box.append(row);
  }
  if (rows.length === 0) box.append(element("tooltip-name", "No data"));
  if (content.isStacked && rows.length > 1) {
    const { unit, decimals } = content.unitOf("");
    const total = rows.reduce((sum, row) => sum + row.value, 0);
    const row = document.createElement("div");
    row.className = "tooltip-row tooltip-total";
    row.append(
      element("dot", ""),
      element("tooltip-name", "Total"),
      element("tooltip-value", formatValue(total, unit, decimals)),
    );
    box.append(row);
  }
}

function place(box: HTMLElement, u: uPlot): void {
  box.hidden = false;
  const plot = u.over.getBoundingClientRect();
  const x = plot.left + (u.cursor.left ?? 0);
  const y = plot.top + (u.cursor.top ?? 0);
  const isRight = x + box.offsetWidth + 28 > window.innerWidth;
  const left = isRight ? x - box.offsetWidth - 14 : x + 14;
  const top = Math.min(Math.max(8, y - 20), window.innerHeight - box.offsetHeight - 8);
  box.style.transform = `translate(${Math.max(8, Math.round(left))}px, ${Math.round(top)}px)`;
}
