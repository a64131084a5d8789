import { BoardPage, type BoardPart } from "../../board/board.js";
import { formatValue, localDateTime } from "../../format/units.js";
import type { Place } from "../../location.js";
import { resolveTime } from "../../time/relative.js";
import { type Column, DataTable } from "../../ui/data-table.js";
import { Await, Empty } from "../../ui/states.js";
import { useLoaded } from "../../ui/use-loaded.js";
import "../../styles/pages.css";

/** Panels about the data itself, on a page of their own. */
const PART: BoardPart = {
  path: "/quality",
  title: "Data quality",
  description: "Is the data complete, exact and fresh, and who recorded it?",
  panels: [10, 11, 12, 14, 15, 13, 16],
};
/** What the board shows when the link says nothing. */
const DEFAULT_FROM = "now-24h";

interface Counts {
  calls: number;
  billable: number;
  unpriced: number;
  exact: number;
  partial: number;
  conflict: number;
  unknown: number;
  estimated: number;
  merged: number;
  aggregates: number;
}

interface Instrumentation extends Counts {
  dialect: string;
  scope: string;
  scopeVersion: string;
  rules: { rule: string; calls: number }[];
  firstSeen: string | null;
  lastSeen: string | null;
}

interface Quality {
  data: Instrumentation[];
  totals: Counts;
  truncated: boolean;
}

/** The board's panels about data quality, then what each instrumentation reports. */
export function QualityPage({ place }: { place: Place }) {
  return (
    <>
      <BoardPage uid="spanledger-calls" place={place} part={PART} />
      {!place.query.has("viewPanel") && <Instrumentations query={place.query} />}
    </>
  );
}

function Instrumentations({ query }: { query: URLSearchParams }) {
  const minute = Math.floor(Date.now() / 60_000) * 60_000;
  const time = (name: string, fallback: string, edge: "start" | "end"): string =>
    new Date(resolveTime(query.get(name) ?? fallback, minute, edge) ?? minute).toISOString();
  const range = new URLSearchParams({
    from: time("from", DEFAULT_FROM, "start"),
    to: time("to", "now", "end"),
  });
  const quality = useLoaded<Quality>(`data-quality?${range.toString()}`);
  return (
    <section class="page-part" aria-labelledby="instrumentations-title">
      <h2 id="instrumentations-title">Who recorded it, and how well</h2>
      <Await of={quality}>
        {({ data, totals, truncated }) =>
          data.length === 0 ? (
            <Empty title="No call in this time">
              <p>Widen the time range above.</p>
            </Empty>
          ) : (
            <>
              <p class="page-note">{totalsText(totals)}</p>
              <DataTable
                label="Instrumentations"
                columns={COLUMNS}
                rows={data}
                keyOf={(row) => `${row.dialect} ${row.scope} ${row.scopeVersion}`}
              />
              {truncated && <p class="page-note">There are more; the sums above count them too.</p>}
            </>
          )
        }
      </Await>
    </section>
  );
}

const count = (value: number): string => formatValue(value, "locale", 0);

/** How many reports the calls came in: what was counted once although it was sent more often. */
function totalsText({ calls, merged, aggregates }: Counts): string {
  if (merged + aggregates === 0) return `${count(calls)} calls, each reported once.`;
  const parts = [
    ...(merged > 0 ? [`${count(merged)} further reports of the same calls`] : []),
    ...(aggregates > 0 ? [`${count(aggregates)} sums of calls that were reported themselves`] : []),
  ];
  return `${count(calls)} calls. Not counted again: ${parts.join(" and ")}.`;
}

/** A count with its share of the billable calls; nothing where there is none. */
function shareColumn(name: string, of: (row: Instrumentation) => number): Column<Instrumentation> {
  return {
    name,
    isNumber: true,
    title: (row) => `${count(of(row))} of ${count(row.billable)}`,
    cell: (row) => {
      if (row.billable === 0 || of(row) === 0) return null;
      return formatValue(of(row) / row.billable, "percentunit");
    },
  };
}

function countColumn(name: string, of: (row: Instrumentation) => number): Column<Instrumentation> {
  return { name, isNumber: true, cell: (row) => (of(row) === 0 ? null : count(of(row))) };
}

/** How usage was read, the most frequent rule first. */
function rulesText({ rules }: Instrumentation): string {
  return rules.map(({ rule, calls }) => `${rule} (${count(calls)})`).join(", ");
}

const COLUMNS: readonly Column<Instrumentation>[] = [
  {
    name: "Recorded by",
    title: (row) => `${row.scope} ${row.scopeVersion}`,
    cell: (row) => (
      <>
        <strong>{row.scope || "(unnamed)"}</strong> <span class="is-faint">{row.scopeVersion}</span>
      </>
    ),
  },
  { name: "Read as", cell: (row) => row.dialect },
  { name: "Calls", isNumber: true, cell: (row) => count(row.calls) },
  shareColumn("Exact", (row) => row.exact),
  shareColumn("Partial", (row) => row.partial),
  shareColumn("In conflict", (row) => row.conflict),
  shareColumn("Unknown", (row) => row.unknown),
  shareColumn("Estimated", (row) => row.estimated),
  shareColumn("No price", (row) => row.unpriced),
  countColumn("Merged", (row) => row.merged),
  countColumn("Sums", (row) => row.aggregates),
  { name: "Usage read by", title: rulesText, cell: (row) => rulesText(row) || null },
  {
    name: "Last seen",
    cell: (row) => (row.lastSeen === null ? null : localDateTime(Date.parse(row.lastSeen))),
  },
];
