const KEY = "spanledger.shortcuts";

type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** Whether single keys act; whoever dictates or uses a switch can turn them off. */
export const areShortcutsOn = (): boolean => window.localStorage.getItem(KEY) !== "off";

export function switchShortcuts(isOn: boolean): void {
  if (isOn) window.localStorage.removeItem(KEY);
  else window.localStorage.setItem(KEY, "off");
}

/** Where a key is text, or belongs to an open window or list. */
function isTaken(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true;
  const taker =
    (event.target as Element | null)?.closest("input, select, textarea, dialog, .popover") ?? null;
  return taker !== null || document.querySelector("dialog[open]") !== null;
}

/** Calls back for single keys; gives the way to stop. Escape works always, the others unless they are turned off. */
export function onShortcut(keys: Keys): () => void {
  const listener = (event: KeyboardEvent): void => {
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (act === undefined || isTaken(event)) return;
    if (event.key !== "Escape" && event.key !== "?" && !areShortcutsOn()) return;
    act(event);
  };
  document.addEventListener("keydown", listener);
  return () => document.removeEventListener("keydown", listener);
}
