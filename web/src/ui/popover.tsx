import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";

interface Props {
  label: ComponentChildren;
  /** What assistive technology calls the button when its text is not enough. */
  ariaLabel?: string;
  buttonClass?: string;
  align?: "left" | "right";
  /** Called when the popover closes, however it closes. */
  onClose?: () => void;
  children: (close: () => void) => ComponentChildren;
}

/** A button and what it opens; Escape, a click elsewhere and `close` shut it, and the focus goes back to the button. */
export function Popover({
  label,
  ariaLabel,
  buttonClass = "button",
  align = "left",
  onClose,
  children,
}: Props) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const closing = useRef(onClose);
  closing.current = onClose;

  const close = (): void => {
    setOpen(false);
    closing.current?.();
    button.current?.focus();
  };
  useLayoutEffect(() => {
    if (!isOpen) return undefined;
    const outside = (event: PointerEvent): void => {
      if (root.current?.contains(event.target as Node) === true) return;
      setOpen(false);
      closing.current?.();
    };
    const escape = (event: KeyboardEvent): void => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("keydown", escape, true);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("keydown", escape, true);
    };
  }, [isOpen]);

  return (
    <div class="popover-root" ref={root}>
      <button
        ref={button}
        type="button"
        class={buttonClass}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        {...(ariaLabel === undefined ? {} : { "aria-label": ariaLabel, title: ariaLabel })}
        onClick={() => (isOpen ? close() : setOpen(true))}
      >
        {label}
      </button>
      {isOpen && (
        <div
          id={id}
          class={`popover popover-${align}`}
          role="dialog"
          aria-label={ariaLabel ?? (typeof label === "string" ? label : "Options")}
        >
          {children(close)}
        </div>
      )}
    </div>
  );
}
