import type { ChangeEntry } from "../../api/book-types.js";
import { localDateTime } from "../../format/units.js";
import { PageHead } from "../../ui/page-head.js";
import { Await, Empty, ShowMore } from "../../ui/states.js";
import { usePages } from "../../ui/use-pages.js";
import "../../styles/pages.css";

const ACTIONS: Readonly<Record<string, string>> = {
  "book.activate": "took a new price book",
  "book.approve": "approved waiting prices of a book",
  "book.reject": "rejected waiting prices of a book",
  "book.rollback": "went back to the price book before",
  "currency.create": "stated what a currency is worth",
  "currency.remove": "took a currency entry back",
  "endpoint.map": "mapped an endpoint or deployment",
  "endpoint.remove": "removed a mapping",
  "override.create": "stated a price",
  "override.end": "ended a price",
  "override.void": "voided a price",
  "override.supersede": "replaced a price",
  "period.close": "closed a period",
  "period.reopen": "reopened a period",
  "reprice.apply": "re-priced calls",
  "reprice.rollback": "rolled a re-pricing back",
};

/** Who changed what about prices, mappings and periods, when and why. Nothing can be edited or deleted here. */
export function ChangesPage() {
  const changes = usePages<ChangeEntry>("prices/audit?limit=100");
  return (
    <>
      <PageHead
        title="Change log"
        description="Who changed what about prices, mappings, currencies and closed periods, when, and why."
      >
        <button type="button" class="button" onClick={changes.reload}>
          Refresh
        </button>
      </PageHead>
      <Await of={changes}>
        {() =>
          changes.rows.length === 0 ? (
            <Empty title="Nothing was changed">
              <p>Every change of prices is noted here with its author.</p>
            </Empty>
          ) : (
            <ul class="card rows">
              {changes.rows.map((entry) => (
                <Entry key={entry.id} entry={entry} />
              ))}
            </ul>
          )
        }
      </Await>
      <ShowMore of={changes} />
    </>
  );
}

function Entry({ entry }: { entry: ChangeEntry }) {
  const details = Object.entries(entry.details).filter(([, value]) => value !== null && value !== "");
  return (
    <li class="rows-item">
      <span class="rows-text">
        <strong>{entry.author}</strong> {ACTIONS[entry.action] ?? entry.action.replaceAll(/[._]/g, " ")}
        {entry.reason !== null && <span class="line-origin">“{entry.reason}”</span>}
        {details.length > 0 && (
          <details class="entry-details">
            <summary>Details</summary>
            <dl class="pairs">
              <div>
                <dt>about</dt>
                <dd>{entry.subject}</dd>
              </div>
              {details.map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
                </div>
              ))}
            </dl>
          </details>
        )}
      </span>
      {entry.project === null && <span class="badge">every project</span>}
      <time class="is-faint" dateTime={entry.createdAt}>
        {localDateTime(Date.parse(entry.createdAt))}
      </time>
    </li>
  );
}
