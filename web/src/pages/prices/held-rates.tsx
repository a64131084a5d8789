import type { BookFile, RateMove } from "../../api/book-types.js";
import { exactUsd } from "../../format/units.js";
import { ConfirmButton } from "../../ui/confirm-button.js";
import { type Column, DataTable } from "../../ui/data-table.js";
import { classText } from "../call-words.js";

type Decision = "approve" | "reject";

/** Prices of a new book that move so far that a person has to look at them first. */
export function HeldRates({
  file,
  isBusy,
  onDecide,
}: {
  file: BookFile;
  isBusy: boolean;
  onDecide: (decision: Decision) => void;
}) {
  const moves = file.changes.heldRates ?? [];
  const name = file.version ?? file.id;
  return (
    <section class="card detail-card" aria-label={`Prices of ${name} that wait for approval`}>
      <h2>
        {moves.length === 1 ? `1 price of ${name} waits` : `${moves.length} prices of ${name} wait`} for you
      </h2>
      <p class="is-faint">
        Prices that move by more than 30 % are not taken by themselves. Until you decide, calls are priced as
        before.
      </p>
      <DataTable
        label="Waiting prices"
        columns={COLUMNS}
        rows={moves}
        keyOf={(move) => `${move.rate} ${move.to}`}
      />
      <div class="dialog-actions">
        <ConfirmButton text="Reject" confirm="Keep the old prices" onConfirm={() => onDecide("reject")} />
        <button type="button" class="button is-primary" disabled={isBusy} onClick={() => onDecide("approve")}>
          Approve
        </button>
      </div>
    </section>
  );
}

interface Conditions {
  model: string;
  words: string;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** `openai/gpt-5|["input","flex",…]` taken apart; a text of another form is shown as it is. */
function conditionsOf({ rate }: RateMove): Conditions {
  const at = rate.indexOf("|");
  try {
    const parts = JSON.parse(rate.slice(at + 1)) as unknown[];
    const [name, tier, geo, minTokens] = parts;
    const words = [
      classText(textOf(name)),
      tier === "standard" ? "" : textOf(tier),
      textOf(geo),
      typeof minTokens === "number" && minTokens > 0
        ? `above ${minTokens.toLocaleString("en-US")} tokens`
        : "",
    ];
    return { model: rate.slice(0, at), words: words.filter((word) => word !== "").join(", ") };
  } catch {
    return { model: rate, words: "" };
  }
}

/** `+50%`; the prices beside it are exact. */
function changeText({ from, to }: RateMove): string | null {
  const [before, after] = [Number(from), Number(to)];
  if (!(before > 0)) return null;
  const percent = Math.round((after / before - 1) * 100);
  return `${percent > 0 ? "+" : ""}${percent}%`;
}

const COLUMNS: readonly Column<RateMove>[] = [
  { name: "Model", title: (move) => conditionsOf(move).model, cell: (move) => conditionsOf(move).model },
  { name: "Price of", cell: (move) => conditionsOf(move).words || null },
  { name: "Now", isNumber: true, cell: (move) => exactUsd(move.from) },
  { name: "New", isNumber: true, cell: (move) => exactUsd(move.to) },
  { name: "Change", isNumber: true, cell: changeText },
];
