import { useEffect, useState } from "preact/hooks";
import type { PriceList, Rate } from "../../api/price-types.js";
import { navigate, type Place } from "../../location.js";
import { type Column, DataTable } from "../../ui/data-table.js";
import { CheckField, TextField } from "../../ui/field.js";
import { PageHead } from "../../ui/page-head.js";
import { Await, Empty, ShowMore } from "../../ui/states.js";
import { usePages } from "../../ui/use-pages.js";
import "../../styles/pages.css";
import { BookUpdates } from "./book-updates.js";
import { Calculator } from "./calculator.js";
import { otherPrices, type RateRow, rateRows, spanText } from "./rate-rows.js";

const PAGE_SIZE = 300;
const TYPING_MS = 250;

/** The text once nobody has typed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

const TABS = [
  { tab: "", text: "Prices" },
  { tab: "estimate", text: "Calculator" },
  { tab: "updates", text: "Updates" },
] as const;

/** The price book, searchable, what a call would cost by it, and how it is kept up to date. */
export function PricesPage({ place }: { place: Place }) {
  const tab = TABS.find((one) => one.tab === place.query.get("tab"))?.tab ?? "";
  return (
    <>
      <PageHead
        title="Price book"
        description="What every provider charges, since when, and where that is written. USD per million tokens unless it says otherwise."
      />
      <div class="tabs" role="group" aria-label="Part">
        {TABS.map((one) => (
          <button
            key={one.tab}
            type="button"
            aria-pressed={tab === one.tab}
            onClick={() => navigate(one.tab === "" ? "/prices" : `/prices?tab=${one.tab}`)}
          >
            {one.text}
          </button>
        ))}
      </div>
      {tab === "" && <Book initial={place.query.get("q") ?? ""} />}
      {tab === "estimate" && <Calculator initialModel={place.query.get("model") ?? ""} />}
      {tab === "updates" && <BookUpdates />}
    </>
  );
}

function Book({ initial }: { initial: string }) {
  const [search, setSearch] = useState(initial);
  const [hasHistory, setHistory] = useState(false);
  const wanted = new URLSearchParams({ limit: String(PAGE_SIZE) });
  const settled = useSettled(search.trim());
  if (settled !== "") wanted.set("search", settled);
  const [now] = useState(() => new Date().toISOString());
  if (!hasHistory) wanted.set("at", now);
  const list = usePages<Rate, Omit<PriceList, "data" | "nextCursor">>(`prices?${wanted.toString()}`);
  return (
    <>
      <div class="toolbar">
        <TextField
          label="Search"
          type="search"
          placeholder="Provider or model, e.g. anthropic or gpt-5"
          value={search}
          onValue={setSearch}
        />
        <CheckField label="With past and future prices" isChecked={hasHistory} onChecked={setHistory} />
        <p class="toolbar-note">
          {list.data !== null && (
            <a href="/prices?tab=updates">Book {list.data.priceBook.split("+")[0] ?? ""}</a>
          )}
          {list.data?.book?.stale === true && (
            <span class="badge is-warn">{list.data.book.ageDays} days old</span>
          )}
        </p>
      </div>
      <Await of={list}>
        {() =>
          list.rows.length === 0 ? (
            <Empty title="No listed price matches">
              <p>
                A model that the book does not list gets its price from you.{" "}
                <a href="/prices/overrides">Own prices</a>
              </p>
            </Empty>
          ) : (
            <DataTable label="Prices" columns={COLUMNS} rows={rateRows(list.rows)} keyOf={(row) => row.key} />
          )
        }
      </Await>
      <ShowMore of={list} />
    </>
  );
}

const priceColumn = (name: string, className: string): Column<RateRow> => ({
  name,
  isNumber: true,
  cell: (row) => row.prices.get(className),
});

const COLUMNS: readonly Column<RateRow>[] = [
  { name: "Provider", cell: (row) => row.provider },
  {
    name: "Model",
    title: (row) => row.model,
    cell: (row) => (
      <>
        <a href={`/prices?tab=estimate&model=${encodeURIComponent(row.model)}`}>{row.model}</a>
        {row.conditions !== "" && <span class="is-faint"> {row.conditions}</span>}
        {row.isQuarantined && <span class="badge is-warn">not used yet</span>}
      </>
    ),
  },
  priceColumn("Input", "input"),
  priceColumn("Cache read", "cache_read"),
  {
    name: "Cache write",
    isNumber: true,
    cell: (row) => row.prices.get("cache_write_5m") ?? row.prices.get("cache_write"),
  },
  priceColumn("Output", "output"),
  { name: "Other", title: otherPrices, cell: (row) => otherPrices(row) || null },
  { name: "In force", cell: (row) => spanText(row.from, row.to) },
  {
    name: "Source",
    title: (row) => `${row.source}${row.seenAt === null ? "" : `, seen ${row.seenAt}`}`,
    cell: (row) =>
      row.sourceUrl === null ? (
        row.source
      ) : (
        <a href={row.sourceUrl} target="_blank" rel="noreferrer">
          {row.source}
        </a>
      ),
  },
];
