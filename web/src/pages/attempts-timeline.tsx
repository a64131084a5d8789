import type { CallAttempt, LedgerCall } from "../api/types.js";
import { formatValue } from "../format/units.js";

interface Bar {
  attempt: CallAttempt;
  startMs: number;
  widthMs: number;
}

/** Where each attempt lies within the call; attempts without times are listed without a bar. */
function barsOf(call: LedgerCall): Bar[] {
  const callStart = Date.parse(call.startTime);
  return call.attempts.map((attempt) => ({
    attempt,
    startMs: attempt.startTime === null ? 0 : Math.max(0, Date.parse(attempt.startTime) - callStart),
    widthMs: attempt.durationMs ?? 0,
  }));
}

function toneOf(attempt: CallAttempt): string {
  if (attempt.errorType !== null || (attempt.httpStatus ?? 200) >= 500) return "is-bad";
  return (attempt.httpStatus ?? 200) >= 400 ? "is-warn" : "is-good";
}

/** Every HTTP attempt of a call on one time line, with the waits between them. */
export function AttemptsTimeline({ call }: { call: LedgerCall }) {
  if (call.attempts.length === 0) return <p class="is-faint">No attempts were recorded.</p>;
  const bars = barsOf(call);
  const total = Math.max(1, call.durationMs, ...bars.map((bar) => bar.startMs + bar.widthMs));
  return (
    <ol class="timeline">
      {bars.map(({ attempt, startMs, widthMs }) => (
        <li key={attempt.index}>
          <div class="bars-head">
            <span>
              {attempt.index + 1}. {attempt.httpStatus ?? attempt.errorType ?? "no answer"}
            </span>
            <span class="is-faint">
              {attempt.durationMs === null ? "?" : formatValue(attempt.durationMs, "ms")}
              {attempt.retryAfterMs !== null && `, told to wait ${formatValue(attempt.retryAfterMs, "ms")}`}
            </span>
          </div>
          <div class="timeline-track">
            <div
              class={`timeline-bar ${toneOf(attempt)}`}
              style={{
                left: `${(startMs / total) * 100}%`,
                width: `${Math.max(0.6, (widthMs / total) * 100)}%`,
              }}
            />
          </div>
        </li>
      ))}
    </ol>
  );
}
