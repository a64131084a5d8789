export const OPERATORS = ["=", "!=", "=|", "!=|", "=~", "!~"] as const;
export type Operator = (typeof OPERATORS)[number];

/** A condition beside the variables: all of them must hold, in every panel. */
export interface AdhocFilter {
  key: string;
  operator: Operator;
  value: string | readonly string[];
}

/** What of a board is in its URL, named as Grafana names it: from, to, refresh, var-*, viewPanel, kiosk. */
export interface BoardState {
  from: string;
  to: string;
  /** `off`, `30s`, `1m`, ... */
  refresh: string;
  /** Chosen values by variable; absent: the board's default. */
  variables: Readonly<Record<string, readonly string[]>>;
  filters: readonly AdhocFilter[];
  viewPanel: number | null;
  /** Without navigation and controls, for a screen on the wall. */
  isKiosk: boolean;
}

const FILTERS = "filters";
const PIPE = "__gfp__";

const isOperator = (text: string): text is Operator => (OPERATORS as readonly string[]).includes(text);

/** `key|operator|value`, with more values after further bars, as Grafana writes ad hoc filters. */
function filterText({ key, operator, value }: AdhocFilter): string {
  return [key, operator, ...[value].flat()].map((part) => part.replaceAll("|", PIPE)).join("|");
}

function readFilter(text: string): AdhocFilter[] {
  const [key = "", operator = "", ...values] = text.split("|").map((part) => part.replaceAll(PIPE, "|"));
  if (key === "" || !isOperator(operator) || values.length === 0) return [];
  return [{ key, operator, value: operator.endsWith("|") ? values : (values[0] ?? "") }];
}

export const ALL_VALUE = "$__all";

/** The state of a URL, with the board's defaults where it says nothing. */
export function readState(
  query: URLSearchParams,
  defaults: { from: string; to: string; refresh: string },
): BoardState {
  const variables: Record<string, string[]> = {};
  for (const [key, value] of query) {
    if (!key.startsWith("var-") || key === `var-${FILTERS}`) continue;
    (variables[key.slice(4)] ??= []).push(value);
  }
  const viewPanel = /^(?:panel-)?(\d{1,9})$/.exec(query.get("viewPanel") ?? "")?.[1];
  return {
    from: query.get("from") ?? defaults.from,
    to: query.get("to") ?? defaults.to,
    refresh: query.get("refresh") ?? defaults.refresh,
    variables,
    filters: query.getAll(`var-${FILTERS}`).flatMap(readFilter),
    isKiosk: query.has("kiosk"),
    viewPanel: viewPanel === undefined ? null : Number(viewPanel),
  };
}

/** The query of a state, without the question mark; everything is written out, so that a shared link does not depend on defaults. */
export function writeState(state: BoardState): string {
  const query = new URLSearchParams({ from: state.from, to: state.to });
  if (state.refresh !== "") query.set("refresh", state.refresh);
  addChoices(query, state);
  if (state.viewPanel !== null) query.set("viewPanel", String(state.viewPanel));
  if (state.isKiosk) query.set("kiosk", "");
  return query.toString();
}

/** A data link's URL with Grafana's placeholders filled in from the state and, for `__data.fields`, from a row. */
export function fillLink(
  url: string,
  state: BoardState,
  fields: Readonly<Record<string, string>> = {},
): string {
  return url
    .replaceAll("${__url_time_range}", new URLSearchParams({ from: state.from, to: state.to }).toString())
    .replaceAll("${__all_variables}", variablesQuery(state))
    .replaceAll(/\$\{__data\.fields\.([^}]+)\}/g, (_, name: string) => encodeURIComponent(fields[name] ?? ""))
    .replaceAll(/&(?=&|$)/g, "");
}

/** Chosen values and ad hoc filters as parameters. */
function addChoices(query: URLSearchParams, state: BoardState): void {
  for (const [name, values] of Object.entries(state.variables)) {
    for (const value of values) query.append(`var-${name}`, value);
  }
  for (const filter of state.filters) query.append(`var-${FILTERS}`, filterText(filter));
}

function variablesQuery(state: BoardState): string {
  const query = new URLSearchParams();
  addChoices(query, state);
  return query.toString();
}

/** A filter in words: `team = search`. */
export function filterWords({ key, operator, value }: AdhocFilter): string {
  const sign = operator.startsWith("!") ? (operator === "!~" ? "!~" : "≠") : operator === "=~" ? "~" : "=";
  return `${key} ${sign} ${[value].flat().join(" or ")}`;
}
