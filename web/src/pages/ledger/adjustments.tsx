import type { Adjustment, Adjustments, ClosedPeriod } from "../../api/book-types.js";
import { formatValue, localDateTime } from "../../format/units.js";
import { type Column, DataTable } from "../../ui/data-table.js";
import { Await } from "../../ui/states.js";
import { useLoaded } from "../../ui/use-loaded.js";
import { dayTime } from "../prices/day-time.js";
import { differenceText, moneyText } from "../prices/money-words.js";

/** What re-pricing booked for calls of closed periods, newest first. */
export function AdjustmentList({ periods }: { periods: readonly ClosedPeriod[] }) {
  const list = useLoaded<Adjustments>("adjustments?limit=200");
  return (
    <section class="page-part" aria-labelledby="adjustments-title">
      <h2 id="adjustments-title">Adjustments</h2>
      <Await of={list}>
        {({ data, totals, truncated }) =>
          data.length === 0 ? (
            <p class="is-faint">None were booked.</p>
          ) : (
            <>
              <p class="page-note">
                {formatValue(totals.calls, "locale", 0)} {totals.calls === 1 ? "call" : "calls"},{" "}
                {differenceText("0", totals.delta)} in all.
              </p>
              <DataTable
                label="Adjustments"
                columns={columnsOf(periods)}
                rows={data}
                keyOf={(row) => `${row.repricing} ${row.period} ${row.provider} ${row.model ?? ""}`}
              />
              {truncated && <p class="page-note">Older adjustments are in the API.</p>}
            </>
          )
        }
      </Await>
    </section>
  );
}

function columnsOf(periods: readonly ClosedPeriod[]): Column<Adjustment>[] {
  const ends = new Map(periods.map(({ id, to }) => [id, dayTime(to)]));
  return [
    { name: "Booked", cell: (row) => localDateTime(Date.parse(row.bookedAt)) },
    { name: "Period until", cell: (row) => ends.get(row.period) ?? row.period },
    { name: "Model", cell: (row) => row.model ?? "(unknown)" },
    { name: "Provider", cell: (row) => row.provider },
    { name: "Calls", isNumber: true, cell: (row) => formatValue(row.calls, "locale", 0) },
    { name: "Was", isNumber: true, cell: (row) => moneyText(row.before) },
    { name: "Should be", isNumber: true, cell: (row) => moneyText(row.after) },
    { name: "Adjustment", isNumber: true, cell: (row) => differenceText("0", row.delta) },
    {
      name: "State",
      cell: ({ reversedAt }) =>
        reversedAt === null ? "booked" : <span class="badge">reversed {reversedAt.slice(0, 10)}</span>,
    },
  ];
}
