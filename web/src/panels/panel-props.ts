import type { Panel } from "../../../dashboards/source/schema.js";
import type { PanelResult } from "../api/types.js";
import type { BoardState } from "../board/board-url.js";
import type { Theme } from "../theme.js";

/** What every kind of panel is drawn from. */
export interface PanelProps {
  panel: Panel;
  result: PanelResult;
  state: BoardState;
  theme: Theme;
  /** Panels with the same key share their crosshair. */
  syncKey: string;
  onZoom: (fromMs: number, toMs: number) => void;
}
