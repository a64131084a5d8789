import { useEffect, useRef, useState } from "preact/hooks";
import { get, post } from "../../api/client.js";
import type { Repricing } from "../../api/price-types.js";
import { formatValue } from "../../format/units.js";
import { ConfirmButton } from "../../ui/confirm-button.js";
import { useAction } from "../../ui/use-loaded.js";
import { differenceText, moneyText } from "./money-words.js";

const POLL_MS = 700;
const RUNNING: ReadonlySet<string> = new Set(["running", "rolling_back"]);

const STATUS: Readonly<Record<Repricing["status"], string>> = {
  running: "running",
  done: "done",
  failed: "failed",
  rolling_back: "rolling back",
  rolled_back: "rolled back",
};

const count = (value: number): string => formatValue(value, "locale", 0);

/** A re-pricing as it goes on: how far it is, what it changed, and the way back. `onSettled` is called once it stands still. */
export function JobProgress({
  job,
  withCause = false,
  onSettled,
}: {
  job: Repricing;
  /** Rolling back also takes back the price or mapping that caused the job. */
  withCause?: boolean;
  onSettled?: () => void;
}) {
  const [state, setState] = useState(job);
  const action = useAction();
  const isRunning = RUNNING.has(state.status);
  useEffect(() => {
    if (!isRunning) return undefined;
    const controller = new AbortController();
    const timer = setInterval(() => {
      get<Repricing>(`reprice/${state.id}`, controller.signal).then(setState, () => {
        // Asked for again at the next tick.
      });
    }, POLL_MS);
    return () => {
      controller.abort();
      clearInterval(timer);
    };
  }, [isRunning, state.id]);
  const wasRunning = useRef(isRunning);
  useEffect(() => {
    if (wasRunning.current && !isRunning) onSettled?.();
    wasRunning.current = isRunning;
  }, [isRunning]);
  const rollBack = (): void => {
    void action.run(async () => {
      const next = await post<Repricing>(`reprice/${state.id}/rollback`, withCause ? { withCause } : {});
      setState(next);
      if (!RUNNING.has(next.status)) onSettled?.();
    });
  };
  const share = state.total === 0 ? 1 : state.calls / state.total;
  return (
    <div class="job" data-job={state.id}>
      <div class="job-head">
        <span class={`badge is-${state.status}`} role="status">
          {STATUS[state.status]}
        </span>
        <span>
          {count(state.changed)} of {count(state.total)} calls changed, {moneyText(state.before)} became{" "}
          {moneyText(state.after)} ({differenceText(state.before, state.after)})
          {state.kept > 0 && `, ${count(state.kept)} kept a newer price`}
        </span>
        {state.status === "done" && (
          <ConfirmButton text="Roll back" confirm="Really roll back" onConfirm={rollBack} />
        )}
      </div>
      {isRunning && (
        <div
          class="bars-track"
          role="progressbar"
          aria-label="Progress"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(share * 100)}
        >
          <div class="bars-fill is-plain" style={{ width: `${share * 100}%` }} />
        </div>
      )}
      {state.error !== null && <p class="field-problem">{state.error}</p>}
      {action.problem !== null && (
        <p class="field-problem" role="alert">
          {action.problem}
        </p>
      )}
    </div>
  );
}
