import type { Alert, AlertDelivery } from "../api/budget-types.js";
import { localDateTime } from "../format/units.js";
import { Icon } from "../ui/icon.js";
import { amountText } from "./budget-words.js";

/** What fired, in one line. */
function headline(alert: Alert): string {
  if (alert.book !== undefined)
    return `The price book ${alert.book.version} is ${alert.book.ageDays} days old: prices that changed since are not known`;
  const name = alert.budget?.name ?? "A rule";
  if (alert.threshold === undefined) return `${name}: ${alert.type.replaceAll(/[._]/g, " ")}`;
  const { kind, percent } = alert.threshold;
  const words = kind === "forecast" ? "is forecast to reach" : "reached";
  const spent =
    alert.spent !== undefined && alert.budget !== undefined
      ? `, ${amountText(alert.spent, alert.budget.unit)} of ${amountText(alert.budget.limit, alert.budget.unit)}`
      : "";
  return `${name} ${words} ${percent}%${spent}`;
}

/** Where one message was sent, and how that went. */
function deliveryText({ channel, status, attempts, lastError }: AlertDelivery): string {
  const tries = attempts > 1 ? ` after ${attempts} attempts` : "";
  const why = status === "delivered" || lastError === null ? "" : `: ${lastError}`;
  return `${channel.name}: ${status === "dead" ? "given up" : status}${tries}${why}`;
}

interface Props {
  alerts: readonly Alert[];
  onAcknowledge: (alert: Alert) => void;
}

/** Alerts, newest first; an open one can be acknowledged. */
export function AlertList({ alerts, onAcknowledge }: Props) {
  return (
    <ul class="card rows">
      {alerts.map((alert) => (
        <li key={alert.id} class={alert.acknowledgedAt === null ? "rows-item is-open" : "rows-item"}>
          <Icon name="bell" />
          <span class="rows-text">
            {headline(alert)}
            {alert.deliveries.map((delivery) => (
              <span
                key={delivery.id}
                class={delivery.status === "dead" ? "line-origin is-bad" : "line-origin"}
              >
                {deliveryText(delivery)}
              </span>
            ))}
          </span>
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
  );
}
