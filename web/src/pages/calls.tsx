import { useState } from "preact/hooks";
import type { LedgerCall } from "../api/types.js";
import { formatValue, localDateTime } from "../format/units.js";
import { navigate, type Place } from "../location.js";
import { resolveTime } from "../time/relative.js";
import { type Column, DataTable } from "../ui/data-table.js";
import { Icon } from "../ui/icon.js";
import { PageHead } from "../ui/page-head.js";
import { ActionProblem, ShowMore } from "../ui/states.js";
import { usePages } from "../ui/use-pages.js";
import { costText, modelOf } from "./call-words.js";
import "../styles/pages.css";

const PAGE_SIZE = 50;

/** Filters of the list, named as the API names them. */
const FILTERS = [
  { name: "model", label: "Model" },
  { name: "feature", label: "Feature" },
  { name: "user", label: "User" },
  { name: "customer", label: "Customer" },
  { name: "traceId", label: "Trace id" },
] as const;

const RANGES = [
  { label: "Any time", from: "" },
  { label: "Last hour", from: "now-1h" },
  { label: "Last 24 hours", from: "now-24h" },
  { label: "Last 7 days", from: "now-7d" },
  { label: "Last 30 days", from: "now-30d" },
] as const;

/** What comes first; only the newest have further pages. */
const SORTS = [
  { value: "", text: "Newest first" },
  { value: "oldest", text: "Oldest first" },
  { value: "cost", text: "Most expensive" },
  { value: "duration", text: "Slowest" },
  { value: "input", text: "Most tokens in" },
  { value: "output", text: "Most tokens out" },
  { value: "attempts", text: "Most attempts" },
] as const;

const OUTCOMES = ["", "ok", "error", "cancelled", "abandoned"] as const;
const COST_STATUSES = ["", "priced", "partial", "unpriced", "not_billable"] as const;

function apiQuery(query: URLSearchParams, nowMs: number): string {
  const wanted = new URLSearchParams({ limit: String(PAGE_SIZE) });
  for (const name of [
    ...FILTERS.map((filter) => filter.name),
    "requestModel",
    "outcome",
    "costStatus",
    "sort",
    "to",
  ]) {
    const value = query.get(name);
    if (value !== null && value !== "") wanted.set(name, value);
  }
  const from = query.get("from");
  const fromMs = from === null || from === "" ? null : resolveTime(from, nowMs, "start");
  if (fromMs !== null) wanted.set("from", new Date(fromMs).toISOString());
  return `calls?${wanted.toString()}`;
}

/** Every call, newest first, with filters that are in the URL. */
export function CallsPage({ place }: { place: Place }) {
  const [now, setNow] = useState(Date.now);
  const pages = usePages<LedgerCall>(apiQuery(place.query, now));
  const { rows, isLoading, problem } = pages;
  const reload = (): void => {
    setNow(Date.now());
    pages.reload();
  };
  const set = (name: string, value: string): void => {
    const query = new URLSearchParams(place.query);
    if (value === "") query.delete(name);
    else query.set(name, value);
    navigate(`/calls?${query.toString()}`, { replace: true });
  };
  return (
    <>
      <PageHead
        title="Calls"
        description="Every call in the ledger. Open one to see why it costs what it costs."
      >
        <select
          class="button"
          aria-label="Sort"
          value={place.query.get("sort") ?? ""}
          onChange={(event) => set("sort", event.currentTarget.value)}
        >
          {SORTS.map((sort) => (
            <option key={sort.value} value={sort.value}>
              {sort.text}
            </option>
          ))}
        </select>
        <button type="button" class="button" onClick={reload}>
          <Icon name="refresh" /> Refresh
        </button>
      </PageHead>
      <Filters query={place.query} onSet={set} />
      <ActionProblem text={problem} />
      {rows.length === 0 && !isLoading && problem === null ? (
        <p class="page-empty">No call matches. Widen the time or clear a filter.</p>
      ) : (
        <DataTable label="Calls, table" columns={COLUMNS} rows={rows} keyOf={(call) => call.id} />
      )}
      {isLoading && rows.length === 0 && <div class="page-loading" role="status" aria-label="Loading" />}
      <ShowMore of={pages} text="Show older calls" />
    </>
  );
}

function Filters({ query, onSet }: { query: URLSearchParams; onSet: (name: string, value: string) => void }) {
  const select = (name: string, label: string, options: readonly { value: string; text: string }[]) => (
    <label class="filter" key={name}>
      <span>{label}</span>
      <select value={query.get(name) ?? ""} onChange={(event) => onSet(name, event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </label>
  );
  const words = (values: readonly string[]) =>
    values.map((value) => ({ value, text: value === "" ? "Any" : value.replaceAll("_", " ") }));
  return (
    <div class="filters" role="search">
      {select(
        "from",
        "Time",
        RANGES.map((range) => ({ value: range.from, text: range.label })),
      )}
      {FILTERS.map((filter) => (
        <label class="filter" key={filter.name}>
          <span>{filter.label}</span>
          <input
            type="search"
            value={query.get(filter.name) ?? ""}
            placeholder="Any"
            onChange={(event) => onSet(filter.name, event.currentTarget.value.trim())}
          />
        </label>
      ))}
      {select("outcome", "Outcome", words(OUTCOMES))}
      {select("costStatus", "Price", words(COST_STATUSES))}
    </div>
  );
}

const tokens = (value: number | null | undefined): string =>
  value === null || value === undefined ? "?" : formatValue(value, "locale", 0);

const tokensColumn = (name: string, total: string): Column<LedgerCall> => ({
  name,
  isNumber: true,
  isMinor: true,
  cell: (call) => tokens(call.usage[total]),
});

const COLUMNS: readonly Column<LedgerCall>[] = [
  {
    name: "Time",
    cell: (call) => <Time call={call} />,
  },
  { name: "Model", title: (call) => call.provider, cell: modelOf },
  { name: "Feature", isMinor: true, cell: (call) => call.attribution.feature },
  {
    name: "User or customer",
    isMinor: true,
    cell: ({ attribution }) => attribution.user ?? attribution.customer,
  },
  { name: "Outcome", isMinor: true, cell: (call) => <Outcome call={call} /> },
  tokensColumn("Tokens in", "inputTotal"),
  tokensColumn("Tokens out", "outputTotal"),
  { name: "Duration", isNumber: true, isMinor: true, cell: (call) => formatValue(call.durationMs, "ms") },
  { name: "Attempts", isNumber: true, isMinor: true, cell: (call) => call.attemptCount },
  {
    name: "Cost",
    isNumber: true,
    cell: (call) => <span class={`cost is-${call.cost.status}`}>{costText(call)}</span>,
  },
];

/** A link to the call; a phone leaves out the year and the seconds. */
function Time({ call }: { call: LedgerCall }) {
  const text = localDateTime(Date.parse(call.startTime));
  return (
    <a href={`/calls/${encodeURIComponent(call.id)}`}>
      <span class="is-minor">{text.slice(0, 5)}</span>
      {text.slice(5, 16)}
      <span class="is-minor">{text.slice(16)}</span>
    </a>
  );
}

function Outcome({ call }: { call: LedgerCall }) {
  return (
    <>
      <span class={`outcome is-${call.outcome}`}>{call.outcome}</span>
      {call.httpStatus !== null && call.httpStatus !== 200 && (
        <span class="is-faint"> {call.httpStatus}</span>
      )}
    </>
  );
}
