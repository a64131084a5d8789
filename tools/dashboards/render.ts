import type { Dashboard as GrafanaDashboard } from "@grafana/schema";
import { stringify } from "yaml";
import { ALERT_RULES } from "../../dashboards/source/alert-rules.js";
import type { Dashboard } from "../../dashboards/source/schema.js";

/** The same shape without interfaces, so that it can be held against Grafana's own types. */
type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { [Key in keyof T]: Plain<T[Key]> }
    : T;

/** Grafana's type with the texts and numbers of its enums, which is what JSON holds. */
type Written<T> = T extends string
  ? `${T}`
  : T extends number
    ? number
    : T extends readonly (infer Item)[]
      ? Written<Item>[]
      : T extends object
        ? { [Key in keyof T]: Written<T[Key]> }
        : T;

/** Compiles only while every board fits Grafana's published type of a dashboard. */
const asGrafana = (board: Plain<Dashboard>): Written<GrafanaDashboard> => board;

/** The committed text of a board, ending in one line break. */
export function boardText(board: Dashboard): string {
  return `${JSON.stringify(asGrafana(board), null, 2)}\n`;
}

/** File name of a board in `dashboards/`. */
export function boardFile(board: Dashboard): string {
  return `${board.uid}.json`;
}

const ALERT_HEAD = `# Written by "npm run dashboards" from dashboards/source/alert-rules.ts. Budgets are watched by Spanledger itself.
`;

/** Where Grafana's alert rules are, seen from `dashboards/`. */
export const ALERT_FILE = "provisioning/alerting/spanledger.yaml";

/** The committed text of Grafana's alert rules. */
export function alertText(): string {
  return ALERT_HEAD + stringify(ALERT_RULES, { lineWidth: 0 });
}
