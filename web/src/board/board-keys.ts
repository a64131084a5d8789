import { useLayoutEffect, useRef } from "preact/hooks";
import { onShortcut } from "../shortcuts.js";
import type { BoardState } from "./board-url.js";
import type { Range } from "./use-panel-data.js";

interface Keys {
  state: BoardState;
  range: Range;
  change: (part: Partial<BoardState>) => void;
  zoom: (fromMs: number, toMs: number) => void;
  refreshNow: () => void;
}

/** The panel that has the focus or is under the pointer. */
function panelAtHand(): number | null {
  const panel =
    document.activeElement?.closest("[data-panel]") ?? document.querySelector("[data-panel]:hover");
  return panel === null ? null : Number(panel.getAttribute("data-panel"));
}

/** Keys of a board; the help lists them. */
export function useBoardKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useLayoutEffect(() => {
    const half = (): number => (latest.current.range.toMs - latest.current.range.fromMs) / 2;
    const move = (from: number, to: number): void => {
      const { range, zoom } = latest.current;
      zoom(Math.round(range.fromMs + from), Math.round(range.toMs + to));
    };
    return onShortcut({
      r: () => latest.current.refreshNow(),
      z: () => move(-half(), half()),
      ",": () => move(-half(), -half()),
      ".": () => move(half(), half()),
      k: () => latest.current.change({ isKiosk: !latest.current.state.isKiosk }),
      v: () => {
        const { state, change } = latest.current;
        change({ viewPanel: state.viewPanel === null ? panelAtHand() : null });
      },
      Escape: () => {
        const { state, change } = latest.current;
        if (state.viewPanel !== null) change({ viewPanel: null });
        else if (state.isKiosk) change({ isKiosk: false });
      },
    });
  }, []);
}

/** Hides everything but the board while it is wanted. */
export function useKiosk(isKiosk: boolean): void {
  useLayoutEffect(() => {
    document.documentElement.classList.toggle("is-kiosk", isKiosk);
    return () => document.documentElement.classList.remove("is-kiosk");
  }, [isKiosk]);
}
