import type { Alert } from "../api/budget-types.js";
import { localDateTime } from "../format/units.js";
import { Icon } from "../ui/icon.js";
import { amountText } from "./budget-words.js";

/** What fired, in one line. */
function headline(alert: Alert): string {
  const name = alert.budget?.name ?? "A rule";
  if (alert.threshold === undefined) return `${name}: ${alert.type}`;
  const { kind, percent } = alert.threshold;
  const words = kind === "forecast" ? "is forecast to reach" : "reached";
  const spent =
    alert.spent !== undefined && alert.budget !== undefined
      ? `, ${amountText(alert.spent, alert.budget.unit)} of ${amountText(alert.budget.limit, alert.budget.unit)}`
      : "";
  return `${name} ${words} ${percent}%${spent}`;
}

/** Where it was sent, and how that went. */
function deliveryText(alert: Alert): string {
  return alert.deliveries.map((one) => `${one.channel.name}: ${one.status}`).join(", ");
}

interface Props {
  alerts: readonly Alert[];
  onAcknowledge: (alert: Alert) => void;
}

/** Alerts, newest first; an open one can be acknowledged. */
export function AlertList({ alerts, onAcknowledge }: Props) {
  return (
    <section class="page-part" aria-labelledby="alerts-title">
      <h2 id="alerts-title">Alerts</h2>
      {alerts.length === 0 ? (
        <p class="is-faint">Nothing has fired.</p>
      ) : (
        <ul class="card rows">
          {alerts.map((alert) => (
            <li key={alert.id} class={alert.acknowledgedAt === null ? "rows-item is-open" : "rows-item"}>
              <Icon name="bell" />
              <span class="rows-text">{headline(alert)}</span>
              <span class="is-faint">{deliveryText(alert)}</span>
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
