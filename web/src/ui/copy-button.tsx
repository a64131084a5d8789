import { useState } from "preact/hooks";
import { Icon } from "./icon.js";

/** Copies text and says so for two seconds. */
export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [isDone, setDone] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 2000);
  };
  return (
    <button type="button" class="button is-small" onClick={() => void copy()}>
      <Icon name={isDone ? "check" : "copy"} size={14} />
      <span aria-live="polite">{isDone ? "Copied" : label}</span>
    </button>
  );
}
