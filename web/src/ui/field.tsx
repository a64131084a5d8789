import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

/** A label above its control. */
export function Field({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <label class="field">
      <span>{label}</span>
      {children}
    </label>
  );
}

interface TextProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  inputMode?: "decimal" | "text" | "url";
  isSecret?: boolean;
  type?: "text" | "search" | "date";
  placeholder?: string;
  /** One line below the control. */
  hint?: string;
  /** Id of a datalist with values to offer. */
  list?: string;
}

const MAX_LENGTH = 2000;

export function TextField({
  label,
  value,
  onValue,
  inputMode = "text",
  isSecret = false,
  type = "text",
  placeholder,
  hint,
  list,
}: TextProps) {
  const hintId = useId();
  const shared = {
    value,
    ...(hint === undefined ? {} : { "aria-describedby": hintId }),
    maxLength: MAX_LENGTH,
    ...(placeholder === undefined ? {} : { placeholder }),
    onInput: (event: { currentTarget: HTMLInputElement }) => onValue(event.currentTarget.value),
  };
  const field = (
    <Field label={label}>
      {isSecret ? (
        <input type="password" autocomplete="new-password" {...shared} />
      ) : type === "date" ? (
        <input type="date" {...shared} />
      ) : type === "search" ? (
        <input type="search" autocomplete="off" {...shared} />
      ) : (
        <input
          type="text"
          autocomplete="off"
          inputMode={inputMode}
          {...(list === undefined ? {} : { list })}
          {...shared}
        />
      )}
    </Field>
  );
  if (hint === undefined) return field;
  return (
    <div class="field">
      {field}
      <small id={hintId} class="field-hint">
        {hint}
      </small>
    </div>
  );
}

interface SelectProps {
  label: string;
  value: string;
  options: readonly { value: string; text: string }[];
  onValue: (value: string) => void;
}

export function SelectField({ label, value, options, onValue }: SelectProps) {
  return (
    <Field label={label}>
      <select value={value} onChange={(event) => onValue(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </Field>
  );
}

/** One tick. */
export function CheckField({
  label,
  isChecked,
  onChecked,
}: {
  label: string;
  isChecked: boolean;
  onChecked: (isChecked: boolean) => void;
}) {
  return (
    <label class="value-option">
      <input
        type="checkbox"
        checked={isChecked}
        onChange={(event) => onChecked(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  );
}

/** What went wrong, told to assistive technology at once. */
export function Problem({ text }: { text: string | null }) {
  if (text === null) return null;
  return (
    <p class="field-problem" role="alert">
      {text}
    </p>
  );
}
