import { useState } from "preact/hooks";
import type { BookFile, BookState, RefreshResult } from "../../api/book-types.js";
import { post } from "../../api/client.js";
import { formatValue, localDateTime } from "../../format/units.js";
import { ConfirmButton } from "../../ui/confirm-button.js";
import { type Column, DataTable } from "../../ui/data-table.js";
import { ActionProblem, Await, Empty, Fact, ShowMore } from "../../ui/states.js";
import { type Action, useAction } from "../../ui/use-loaded.js";
import { usePages } from "../../ui/use-pages.js";
import { HeldRates } from "./held-rates.js";

/** How old the price book is, where newer ones come from, what they changed, and what waits for a decision. */
export function BookUpdates() {
  const books = usePages<BookFile, { book: BookState }>("prices/books?limit=50");
  const [results, setResults] = useState<readonly RefreshResult[]>([]);
  const action = useAction();
  const act = (path: string): void => {
    void action.run(async () => {
      const answer = await post<{ results?: RefreshResult[] }>(path, {});
      setResults(answer.results ?? []);
      books.reload();
    });
  };
  return (
    <Await of={books}>
      {({ book }) => (
        <>
          <BookFacts book={book} />
          <BookActions book={book} action={action} onAct={act} />
          <ActionProblem text={action.problem} />
          <Results results={results} />
          {books.rows
            .filter((file) => file.status === "held")
            .map((file) => (
              <HeldRates
                key={file.id}
                file={file}
                isBusy={action.isBusy}
                onDecide={(decision) => act(`prices/books/${encodeURIComponent(file.id)}/${decision}`)}
              />
            ))}
          <section class="page-part" aria-labelledby="books-title">
            <h2 id="books-title">Books that were read</h2>
            {books.rows.length === 0 ? (
              <Empty title="None so far">
                <p>
                  The price book that came with the package is in force. It works without a network and is as
                  new as the package.
                </p>
              </Empty>
            ) : (
              <DataTable
                label="Books that were read"
                columns={COLUMNS}
                rows={books.rows}
                keyOf={(file) => file.id}
              />
            )}
            <ShowMore of={books} />
          </section>
        </>
      )}
    </Await>
  );
}

const at = (text: string | null): string => (text === null ? "never" : localDateTime(Date.parse(text)));

function BookFacts({ book }: { book: BookState }) {
  return (
    <div class="facts">
      <Fact name="In force">{book.version.split("+")[0]}</Fact>
      <Fact name="Came from">{book.source === "bundled" ? "the package" : "a refresh"}</Fact>
      <Fact name="Age">
        {book.ageDays} {book.ageDays === 1 ? "day" : "days"}{" "}
        {book.stale && <span class="badge is-warn">too old</span>}
      </Fact>
      <Fact name="Waiting for approval">{formatValue(book.held, "locale", 0)}</Fact>
      <Fact name="Last looked for">{at(book.lastCheckAt)}</Fact>
    </div>
  );
}

function BookActions({
  book,
  action,
  onAct,
}: {
  book: BookState;
  action: Action;
  onAct: (path: string) => void;
}) {
  return (
    <div class="toolbar">
      {book.urls.length === 0 ? (
        <p class="is-faint">
          No newer book is looked for: set <code>SPANLEDGER_PRICE_BOOK_URLS</code>, or update the package.
        </p>
      ) : (
        <>
          <button
            type="button"
            class="button is-primary"
            disabled={action.isBusy}
            onClick={() => onAct("prices/refresh")}
          >
            {action.isBusy ? "Looking…" : "Check now"}
          </button>
          {book.source === "refreshed" && (
            <ConfirmButton
              text="Roll back"
              confirm="Back to the book before"
              onConfirm={() => onAct("prices/rollback")}
            />
          )}
          <p class="toolbar-note">Looked for every 6 hours at {book.urls.join(", ")}</p>
        </>
      )}
      {book.lastError !== null && <p class="notice">Last problem: {book.lastError}</p>}
    </div>
  );
}

const RESULTS: Readonly<Record<RefreshResult["status"], string>> = {
  applied: "in force now",
  held: "in force, except for prices that wait for approval",
  unchanged: "nothing new",
  refused: "refused",
  failed: "could not be read",
};

function Results({ results }: { results: readonly RefreshResult[] }) {
  if (results.length === 0) return null;
  return (
    <section class="card detail-card done-card" role="status">
      {results.map(({ url, status, message }) => (
        <p key={url}>
          <strong class="rows-url">{url}</strong>: {RESULTS[status]}
          {message !== null && ` (${message})`}
        </p>
      ))}
    </section>
  );
}

const STATUS: Readonly<Record<BookFile["status"], string>> = {
  active: "in force",
  held: "in force, prices waiting",
  previous: "replaced",
  refused: "refused",
  rolled_back: "rolled back",
};
const STATUS_CLASS: Readonly<Record<BookFile["status"], string>> = {
  active: "is-done",
  held: "is-warn",
  previous: "",
  refused: "is-failed",
  rolled_back: "",
};

/** What a book brought, in words. */
function changesText({ changes, message }: BookFile): string {
  const counts: readonly (readonly [count: number | undefined, words: string])[] = [
    [changes.addedModels, "new models"],
    [changes.addedRates, "new prices"],
    [changes.changedRates, "changed"],
    [changes.heldRates?.length, "waiting"],
    [changes.rejectedRates?.length, "rejected"],
  ];
  const words = counts.flatMap(([count, text]) =>
    count === undefined || count === 0 ? [] : [`${count} ${count === 1 ? text.replace(/s$/, "") : text}`],
  );
  if (words.length === 0) return message ?? "nothing";
  return words.join(", ");
}

const COLUMNS: readonly Column<BookFile>[] = [
  { name: "Version", cell: (file) => <strong>{file.version ?? "unknown"}</strong> },
  {
    name: "State",
    cell: (file) => <span class={`badge ${STATUS_CLASS[file.status]}`}>{STATUS[file.status]}</span>,
  },
  { name: "Brought", title: changesText, cell: changesText },
  { name: "Read", cell: (file) => at(file.fetchedAt) },
  { name: "From", title: (file) => file.url, cell: (file) => file.url },
  { name: "Signed", cell: (file) => (file.signed ? "yes" : "no") },
  { name: "Decided by", cell: (file) => file.decidedBy },
];
