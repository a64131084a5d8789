import type { Panel } from "../../../dashboards/source/schema.js";

/** A panel and where it stands once collapsed rows have closed up. */
export interface Placed {
  panel: Panel;
  y: number;
}

/** Panels to draw, in reading order; what follows a collapsed row up to the next one is left out and the rest moves up. */
export function placePanels(panels: readonly Panel[], collapsed: ReadonlySet<number>): Placed[] {
  const ordered = panels.toSorted((a, b) => a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x);
  const placed: Placed[] = [];
  let isHidden = false;
  let removed = 0;
  let hiddenFrom = 0;
  for (const panel of ordered) {
    if (panel.type === "row") {
      if (isHidden) removed += panel.gridPos.y - hiddenFrom;
      isHidden = collapsed.has(panel.id);
      hiddenFrom = panel.gridPos.y + panel.gridPos.h;
    } else if (isHidden) continue;
    placed.push({ panel, y: panel.gridPos.y - removed });
  }
  return placed;
}
