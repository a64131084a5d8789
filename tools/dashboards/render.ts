import type { Dashboard } from "../../dashboards/source/schema.js";

/** The committed text of a board, ending in one line break. */
export function boardText(board: Dashboard): string {
  return `${JSON.stringify(board, null, 2)}\n`;
}

/** File name of a board in `dashboards/`. */
export function boardFile(board: Dashboard): string {
  return `${board.uid}.json`;
}
