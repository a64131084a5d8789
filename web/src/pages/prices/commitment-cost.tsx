import { useLoaded } from "../../ui/use-loaded.js";
import { moneyText } from "./money-words.js";

/** The first days of this month and the next one, in UTC. */
function thisMonth(): URLSearchParams {
  const now = new Date();
  const first = (ahead: number): string =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1)).toISOString().slice(0, 10);
  return new URLSearchParams({ from: first(0), to: first(1) });
}

/** What fixed sums cost this month; calls under them cost nothing by themselves. */
export function CommitmentCost() {
  const { data } = useLoaded<{ data: { override: string }[]; total: string }>(
    `prices/commitments?${thisMonth().toString()}`,
  );
  if (data === null || data.data.length === 0) return null;
  const count = new Set(data.data.map(({ override }) => override)).size;
  return (
    <p class="page-note">
      {count === 1 ? "One commitment costs" : `${count} commitments cost`} {moneyText(data.total)} this month
      (UTC), whatever is called.
    </p>
  );
}
