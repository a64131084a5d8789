import { useState } from "preact/hooks";
import { areShortcutsOn, switchShortcuts } from "../shortcuts.js";
import { Dialog } from "./dialog.js";
import { CheckField } from "./field.js";

const KEYS: readonly (readonly [keys: string, text: string])[] = [
  ["?", "This help"],
  ["r", "Refresh the board"],
  [", .", "Earlier, later by half the range"],
  ["z", "Zoom out to twice the range"],
  ["v", "Full screen for the panel with the focus or under the pointer"],
  ["k", "Only the board, for a screen on the wall"],
  ["Esc", "Leave full screen, close what is open"],
  ["g o", "Overview"],
  ["g c", "Calls"],
  ["g b", "Budgets"],
  ["g p", "Price book"],
  ["g u", "Calls without a price"],
];

/** The keys that the page knows, and the switch that turns single keys off. */
export function ShortcutHelp({ onClose }: { onClose: () => void }) {
  const [isOn, setOn] = useState(areShortcutsOn);
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <dl class="keys">
        {KEYS.map(([keys, text]) => (
          <div key={keys}>
            <dt>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <CheckField
        label="Single keys act"
        isChecked={isOn}
        onChecked={(next) => {
          switchShortcuts(next);
          setOn(next);
        }}
      />
    </Dialog>
  );
}
