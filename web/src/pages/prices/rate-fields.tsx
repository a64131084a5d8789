import { TextField } from "../../ui/field.js";

const CLASSES = [
  { name: "input", label: "Input" },
  { name: "cache_read", label: "Cache read" },
  { name: "cache_write_5m", label: "Cache write" },
  { name: "output", label: "Output" },
] as const;

export type RateDraft = Readonly<Record<string, string>>;

/** The stated rates of a draft, without the empty ones. */
export function statedRates(draft: RateDraft): Record<string, string> {
  const given = Object.entries(draft).map(([name, value]) => [name, value.trim()] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== ""));
}

/** Prices in USD per million tokens, by class. */
export function RateFields({ draft, onDraft }: { draft: RateDraft; onDraft: (draft: RateDraft) => void }) {
  return (
    <fieldset class="field">
      <legend>USD per million tokens</legend>
      <div class="form-row">
        {CLASSES.map(({ name, label }) => (
          <TextField
            key={name}
            label={label}
            inputMode="decimal"
            value={draft[name] ?? ""}
            onValue={(value) => onDraft({ ...draft, [name]: value })}
          />
        ))}
      </div>
    </fieldset>
  );
}
