import { useState } from "preact/hooks";

interface Props {
  text: string;
  /** What the button says once it has been clicked; the second click acts. */
  confirm: string;
  label?: string;
  onConfirm: () => void;
}

/** A button for what cannot be taken back: it asks once, in place, and forgets when the focus leaves. */
export function ConfirmButton({ text, confirm, label, onConfirm }: Props) {
  const [isAsking, setAsking] = useState(false);
  const words = isAsking ? confirm : text;
  return (
    <button
      type="button"
      class={isAsking ? "button is-small is-danger" : "button is-small is-quiet"}
      aria-label={label === undefined ? undefined : `${words}: ${label}`}
      onBlur={() => setAsking(false)}
      onClick={() => {
        if (!isAsking) return setAsking(true);
        setAsking(false);
        return onConfirm();
      }}
    >
      {words}
    </button>
  );
}
