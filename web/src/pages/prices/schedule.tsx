import type { ScheduleRow } from "../../api/book-types.js";
import { post } from "../../api/client.js";
import type { Override } from "../../api/price-types.js";
import { exactUsd, formatValue, localDateTime } from "../../format/units.js";
import { type Column, DataTable } from "../../ui/data-table.js";
import { Problem } from "../../ui/field.js";
import { Await } from "../../ui/states.js";
import { useAction, useLoaded } from "../../ui/use-loaded.js";
import { classText } from "../call-words.js";
import { dayTime } from "./day-time.js";

/** Kinds whose price follows from the calls themselves. */
const WORKED_OUT: ReadonlySet<string> = new Set(["volume_tiers", "gpu_hour"]);

export const hasSchedule = (override: Override): boolean => WORKED_OUT.has(override.kind);

/** What a volume tier or a GPU pool worked out to, span by span, the latest first. */
export function Schedule({ override }: { override: Override }) {
  const path = `prices/overrides/${encodeURIComponent(override.id)}`;
  const schedule = useLoaded<{ data: ScheduleRow[]; computedAt: string | null }>(`${path}/schedule`);
  const action = useAction();
  const again = (): void => {
    void action.run(async () => {
      await post(`${path}/recompute`, {});
      schedule.reload();
    });
  };
  return (
    <div class="form">
      <Await of={schedule}>
        {({ data, computedAt }) => (
          <>
            <p class="is-faint">
              {computedAt === null
                ? "Nothing was worked out yet."
                : `Worked out from the ledger ${localDateTime(Date.parse(computedAt))}.`}
            </p>
            {data.length > 0 && (
              <DataTable
                label="Schedule"
                columns={columnsOf(override)}
                rows={data.toReversed()}
                keyOf={(row) => row.from}
              />
            )}
          </>
        )}
      </Await>
      <Problem text={action.problem} />
      <div class="dialog-actions">
        <button type="button" class="button" disabled={action.isBusy} onClick={again}>
          {action.isBusy ? "Working it out…" : "Work it out again"}
        </button>
      </div>
    </div>
  );
}

function priceText({ value, rates }: ScheduleRow): string | null {
  if (value !== null) return `× ${value}`;
  if (rates === null) return null;
  return Object.entries(rates)
    .map(([name, price]) => `${classText(name)} ${exactUsd(price)}`)
    .join(", ");
}

function columnsOf({ kind }: Override): Column<ScheduleRow>[] {
  const idle: Column<ScheduleRow> = {
    name: "Idle cost",
    isNumber: true,
    cell: (row) => (row.idleCost === null ? null : exactUsd(row.idleCost)),
  };
  return [
    { name: "From (UTC)", cell: (row) => dayTime(row.from) },
    { name: "Until", cell: (row) => dayTime(row.to) },
    { name: kind === "gpu_hour" ? "Price" : "Factor", cell: priceText },
    { name: "Calls", isNumber: true, cell: (row) => formatValue(row.calls, "locale", 0) },
    ...(kind === "gpu_hour" ? [idle] : []),
  ];
}
