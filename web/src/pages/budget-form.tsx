import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Budget, BudgetUnit, Channel } from "../api/budget-types.js";
import { request } from "../api/client.js";

const DIMENSIONS = [
  "environment",
  "team",
  "feature",
  "user",
  "customer",
  "service",
  "provider",
  "model",
] as const;
const PERIODS = ["hour", "day", "week", "month", "quarter"] as const;
const UNITS: readonly { unit: BudgetUnit; text: string }[] = [
  { unit: "usd", text: "US dollars" },
  { unit: "tokens", text: "tokens" },
  { unit: "calls", text: "calls" },
];

interface Draft {
  name: string;
  limit: string;
  unit: BudgetUnit;
  period: string;
  timezone: string;
  dimension: string;
  value: string;
  actual: string;
  forecast: string;
  channels: readonly string[];
}

const percents = (budget: Budget, kind: "actual" | "forecast"): string =>
  budget.thresholds
    .filter((one) => one.kind === kind)
    .map((one) => one.percent)
    .join(", ");

function draftOf(budget: Budget | null): Draft {
  const [dimension = "", values = []] = Object.entries(budget?.scope ?? {})[0] ?? [];
  return {
    name: budget?.name ?? "",
    limit: budget?.limit ?? "",
    unit: budget?.unit ?? "usd",
    period: budget?.period ?? "month",
    timezone: budget?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    dimension,
    value: Array.isArray(values) ? values.join(", ") : "",
    actual: budget === null ? "80, 100" : percents(budget, "actual"),
    forecast: budget === null ? "100" : percents(budget, "forecast"),
    channels: budget?.channels ?? [],
  };
}

const list = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

/** The API's body, or what is wrong with the draft. */
function bodyOf(draft: Draft): { body: Record<string, unknown> } | { problem: string } {
  if (draft.name.trim() === "") return { problem: "Give the budget a name." };
  if (!/^\d{1,15}(\.\d{1,12})?$/.test(draft.limit.trim()) || Number(draft.limit) === 0)
    return { problem: "The limit is a number above zero, such as 250 or 99.50." };
  const thresholds = [
    ...list(draft.actual).map((text) => ({ kind: "actual", percent: Number(text) })),
    ...list(draft.forecast).map((text) => ({ kind: "forecast", percent: Number(text) })),
  ];
  if (thresholds.length === 0) return { problem: "Give at least one percentage to warn at." };
  if (thresholds.some((one) => !Number.isFinite(one.percent) || one.percent < 1 || one.percent > 1000))
    return { problem: "Percentages lie between 1 and 1000." };
  const values = list(draft.value);
  if (draft.dimension !== "" && values.length === 0)
    return { problem: `Say which ${draft.dimension} is meant.` };
  return {
    body: {
      name: draft.name.trim(),
      limit: draft.limit.trim(),
      unit: draft.unit,
      period: draft.period,
      timezone: draft.timezone.trim(),
      scope: draft.dimension === "" ? {} : { [draft.dimension]: values },
      thresholds,
      channels: draft.channels,
    },
  };
}

interface Props {
  budget: Budget | null;
  channels: readonly Channel[];
  onDone: () => void;
}

/** Creates a budget, or changes one. */
export function BudgetForm({ budget, channels, onDone }: Props) {
  const [draft, setDraft] = useState(() => draftOf(budget));
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const set = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const checked = bodyOf(draft);
    if ("problem" in checked) return setProblem(checked.problem);
    setBusy(true);
    try {
      if (budget === null) await request("POST", "budgets", { body: checked.body });
      else await request("PATCH", `budgets/${budget.id}`, { body: checked.body });
      onDone();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : "That did not work.");
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="form" onSubmit={(event) => void submit(event)}>
      <Field label="Name">
        <input
          value={draft.name}
          maxLength={200}
          onInput={(event) => set({ name: event.currentTarget.value })}
        />
      </Field>
      <div class="form-row">
        <Field label="Limit">
          <input
            inputMode="decimal"
            value={draft.limit}
            onInput={(event) => set({ limit: event.currentTarget.value })}
          />
        </Field>
        <Field label="Counted in">
          <select
            value={draft.unit}
            onChange={(event) => set({ unit: event.currentTarget.value as BudgetUnit })}
          >
            {UNITS.map(({ unit, text }) => (
              <option key={unit} value={unit}>
                {text}
              </option>
            ))}
          </select>
        </Field>
        <Field label="Every">
          <select value={draft.period} onChange={(event) => set({ period: event.currentTarget.value })}>
            {[...new Set([...PERIODS, draft.period])].map((period) => (
              <option key={period} value={period}>
                {period}
              </option>
            ))}
          </select>
        </Field>
      </div>
      <Field label="Time zone">
        <input value={draft.timezone} onInput={(event) => set({ timezone: event.currentTarget.value })} />
      </Field>
      <div class="form-row">
        <Field label="Only for">
          <select value={draft.dimension} onChange={(event) => set({ dimension: event.currentTarget.value })}>
            <option value="">the whole project</option>
            {DIMENSIONS.map((dimension) => (
              <option key={dimension} value={dimension}>
                {dimension}
              </option>
            ))}
          </select>
        </Field>
        {draft.dimension !== "" && (
          <Field label="Which (comma-separated)">
            <input value={draft.value} onInput={(event) => set({ value: event.currentTarget.value })} />
          </Field>
        )}
      </div>
      <div class="form-row">
        <Field label="Warn when spent, %">
          <input value={draft.actual} onInput={(event) => set({ actual: event.currentTarget.value })} />
        </Field>
        <Field label="Warn when forecast, %">
          <input value={draft.forecast} onInput={(event) => set({ forecast: event.currentTarget.value })} />
        </Field>
      </div>
      {channels.length > 0 && (
        <fieldset class="field">
          <legend>Tell</legend>
          {channels.map((channel) => (
            <label key={channel.id} class="value-option">
              <input
                type="checkbox"
                checked={draft.channels.includes(channel.id)}
                onChange={(event) =>
                  set({
                    channels: event.currentTarget.checked
                      ? [...draft.channels, channel.id]
                      : draft.channels.filter((id) => id !== channel.id),
                  })
                }
              />
              <span>
                {channel.name} ({channel.type})
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {problem !== null && (
        <p class="field-problem" role="alert">
          {problem}
        </p>
      )}
      <div class="dialog-actions">
        <button type="submit" class="button is-primary" disabled={isBusy}>
          {isBusy ? "Saving…" : budget === null ? "Create budget" : "Save changes"}
        </button>
      </div>
    </form>
  );
}

function Field({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <label class="field">
      <span>{label}</span>
      {children}
    </label>
  );
}
