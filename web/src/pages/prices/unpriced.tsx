import { useState } from "preact/hooks";
import { post } from "../../api/client.js";
import type { Repricing, UnpricedGroup } from "../../api/price-types.js";
import { formatValue, localDateTime } from "../../format/units.js";
import { Dialog } from "../../ui/dialog.js";
import { PageHead } from "../../ui/page-head.js";
import { Await, Empty } from "../../ui/states.js";
import { useAction, useLoaded } from "../../ui/use-loaded.js";
import { reasonText } from "../call-words.js";
import "../../styles/pages.css";
import { FixForm } from "./fix-form.js";
import { actionsOf, type Fix, groupBody, groupName } from "./fixes.js";
import { JobProgress } from "./job-progress.js";

interface Queue {
  data: UnpricedGroup[];
  truncated: boolean;
}

interface FixAnswer {
  repricing: Repricing | null;
}

interface Done {
  text: string;
  job: Repricing | null;
}

/** What has no price, most calls first, with the step that gives it one. */
export function UnpricedPage() {
  const queue = useLoaded<Queue>("unpriced");
  const [done, setDone] = useState<Done | null>(null);
  return (
    <>
      <PageHead
        title="Without a price"
        description="Calls whose cost is unknown or only partly known. They are counted beside every total, never as zero."
      >
        <button type="button" class="button" onClick={queue.reload}>
          Refresh
        </button>
      </PageHead>
      {done !== null && (
        <section class="card detail-card done-card" role="status">
          <p>{done.text}</p>
          {done.job === null ? (
            <p class="is-faint">No stored call had to be priced again.</p>
          ) : (
            <JobProgress key={done.job.id} job={done.job} withCause onSettled={queue.reload} />
          )}
        </section>
      )}
      <Await of={queue}>
        {({ data, truncated }) =>
          data.length === 0 ? (
            <Empty title="Every call has a price">
              <p>New models show up here by themselves when the price book does not know them.</p>
            </Empty>
          ) : (
            <>
              <ul class="card rows">
                {data.map((group) => (
                  <GroupRow
                    key={JSON.stringify(groupBody(group)) + group.reason + group.serviceTier + group.status}
                    group={group}
                    onDone={(text, job) => {
                      setDone({ text, job });
                      queue.reload();
                    }}
                  />
                ))}
              </ul>
              {truncated && <p class="page-note">There are more groups; fix these first.</p>}
            </>
          )
        }
      </Await>
    </>
  );
}

const count = (value: number | null): string => (value === null ? "unknown" : formatValue(value, "short"));

function GroupRow({
  group,
  onDone,
}: {
  group: UnpricedGroup;
  onDone: (text: string, job: Repricing | null) => void;
}) {
  const [isFixing, setFixing] = useState(false);
  const action = useAction();
  const actions = actionsOf(group);
  const fix = async (chosen: Fix, text: string): Promise<void> => {
    const answer = await post<FixAnswer>("unpriced/fix", { ...groupBody(group), ...chosen });
    setFixing(false);
    onDone(text, answer.repricing);
  };
  const suggestion = actions.includes("alias") ? group.suggestions?.[0] : undefined;
  const short = suggestion?.slice(suggestion.indexOf("/") + 1);
  return (
    <li class="rows-item queue-item">
      <div class="rows-text">
        <p class="queue-name">
          {groupName(group)} <span class="is-faint">{group.provider}</span>
          {group.host !== null && <span class="is-faint"> at {group.host}</span>}
        </p>
        <p class="is-faint">
          {group.status === "partial" ? "Partly priced: " : ""}
          {reasonText(group.reason ?? "unknown")}
          {group.lastSeen !== null && `, last seen ${localDateTime(Date.parse(group.lastSeen))}`}
        </p>
        {action.problem !== null && (
          <p class="field-problem" role="alert">
            {action.problem}
          </p>
        )}
      </div>
      <span class="queue-number">
        {formatValue(group.calls, "locale", 0)} calls
        <span class="is-faint">
          {" "}
          {count(group.inputTokens)} in, {count(group.outputTokens)} out
        </span>
      </span>
      <span class="queue-actions">
        {suggestion !== undefined && short !== undefined && (
          <button
            type="button"
            class="button is-small is-primary"
            disabled={action.isBusy}
            onClick={() =>
              void action.run(() =>
                fix({ action: "alias", model: suggestion }, `${groupName(group)} is priced as ${short} now.`),
              )
            }
          >
            Price as {short}
          </button>
        )}
        {actions.length > 0 ? (
          <button
            type="button"
            class="button is-small"
            aria-label={`${suggestion === undefined ? "Fix" : "Other fix"}: ${groupName(group)}`}
            onClick={() => setFixing(true)}
          >
            {suggestion === undefined ? "Fix" : "Other fix"}
          </button>
        ) : (
          <a class="button is-small" href={callsLink(group)}>
            See the calls
          </a>
        )}
      </span>
      {isFixing && (
        <Dialog title={`A price for ${groupName(group)}`} onClose={() => setFixing(false)}>
          <FixForm group={group} onFix={fix} />
        </Dialog>
      )}
    </li>
  );
}

function callsLink(group: UnpricedGroup): string {
  const query = new URLSearchParams({ costStatus: group.status });
  if (group.requestModel !== null) query.set("requestModel", group.requestModel);
  return `/calls?${query.toString()}`;
}
