import type { Alert } from "../api/budget-types.js";
import { localDateTime } from "../format/units.js";
import { Icon } from "../ui/icon.js";

const text = (value: unknown): string | null =>
  typeof value === "string" || typeof value === "number" ? String(value) : null;

/** What fired, in one line, from the facts the alert carries. */
function headline(alert: Alert): string {
  const payload = alert.payload ?? {};
  const budget = payload["budget"];
  const name = text(payload["budgetName"]) ?? (isRecord(budget) ? text(budget["name"]) : null) ?? "A budget";
  const threshold = payload["threshold"];
  const percent = text(payload["percent"]) ?? (isRecord(threshold) ? text(threshold["percent"]) : null);
  const kind = text(payload["kind"]) ?? (isRecord(threshold) ? text(threshold["kind"]) : null);
  if (percent === null) return name;
  return `${name} ${kind === "forecast" ? "is forecast to reach" : "reached"} ${percent}%`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Alerts, newest first; an open one can be acknowledged. */
export function AlertList({
  alerts,
  onAcknowledge,
}: {
  alerts: readonly Alert[];
  onAcknowledge: (alert: Alert) => void;
}) {
  return (
    <section class="alerts">
      <h2>Alerts</h2>
      {alerts.length === 0 ? (
        <p class="is-faint">Nothing has fired.</p>
      ) : (
        <ul class="card alert-list">
          {alerts.map((alert) => (
            <li key={alert.id} class={alert.acknowledgedAt === null ? "alert is-open" : "alert"}>
              <Icon name="bell" />
              <span class="alert-text">{headline(alert)}</span>
              <span class="is-faint">{localDateTime(Date.parse(alert.firedAt))}</span>
              {alert.acknowledgedAt === null ? (
                <button type="button" class="button is-small" onClick={() => onAcknowledge(alert)}>
                  Acknowledge
                </button>
              ) : (
                <span class="is-faint">acknowledged</span>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
