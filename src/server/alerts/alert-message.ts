import type { BudgetAlertPayload } from "../budgets/budget-alert.js";
import type { BookAlertPayload } from "../domain/book-alert.js";

/** Sent by `POST channels/{id}/test`. */
export interface TestMessage {
  id: string;
  type: "channel.test";
  project: string;
  channel: { id: string; name: string };
  sentAt: string;
}

/** What channels deliver; told apart by `type`. */
export type AlertMessage = BudgetAlertPayload | BookAlertPayload | TestMessage;

export interface AlertText {
  title: string;
  lines: string[];
}

/** A message in words, for channels that people read. Never throws. */
export function alertText(message: AlertMessage): AlertText {
  if (message.type === "channel.test") {
    return { title: `Test from Spanledger: ${message.channel.name}`, lines: [`Project ${message.project}`] };
  }
  if (message.type === "price_book.stale") return bookText(message);
  const { budget, threshold, period, unpricedCalls } = message;
  const reached = threshold.kind === "forecast" ? "is forecast to reach" : "has reached";
  const lines = [
    `Spent ${amount(message.spent, budget.unit)} of ${amount(budget.limit, budget.unit)}`,
    ...(message.forecast === null ? [] : [`Forecast ${amount(message.forecast, budget.unit)}`]),
    `Period ${period.start} to ${period.end} (${budget.period}, ${budget.timezone})`,
    ...(unpricedCalls === 0 ? [] : [`${unpricedCalls} calls without a known price are not included`]),
    `Project ${message.project}`,
  ];
  return { title: `Budget ${budget.name} ${reached} ${threshold.percent} %`, lines };
}

function bookText({ book, lastError, project }: BookAlertPayload): AlertText {
  const lines = [
    `Released ${book.released}: prices that changed since are not known`,
    "Update the package, or set SPANLEDGER_PRICE_BOOK_URLS",
    ...(lastError === null ? [] : [`The last refresh failed: ${lastError}`]),
    `Project ${project}`,
  ];
  return { title: `The price book ${book.version} is ${book.ageDays} days old`, lines };
}

/** How urgent a message is, in words that PagerDuty and Alertmanager share. Never throws. */
export function alertSeverity(message: AlertMessage): "info" | "warning" | "critical" {
  if (message.type === "channel.test") return "info";
  if (message.type === "price_book.stale") return "warning";
  return message.threshold.kind === "actual" && message.threshold.percent >= 100 ? "critical" : "warning";
}

function amount(value: string, unit: string): string {
  return unit === "usd" ? `$${value}` : `${value} ${unit}`;
}
