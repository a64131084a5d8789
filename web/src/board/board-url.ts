/** What of a board is in its URL, named as Grafana names it: from, to, refresh, var-*, viewPanel. */
export interface BoardState {
  from: string;
  to: string;
  /** `off`, `30s`, `1m`, ... */
  refresh: string;
  /** Chosen values by variable; absent: the board's default. */
  variables: Readonly<Record<string, readonly string[]>>;
  viewPanel: number | null;
}

export const ALL_VALUE = "$__all";

/** The state of a URL, with the board's defaults where it says nothing. */
export function readState(
  query: URLSearchParams,
  defaults: { from: string; to: string; refresh: string },
): BoardState {
  const variables: Record<string, string[]> = {};
  for (const [key, value] of query) {
    if (!key.startsWith("var-")) continue;
    (variables[key.slice(4)] ??= []).push(value);
  }
  const viewPanel = /^(?:panel-)?(\d{1,9})$/.exec(query.get("viewPanel") ?? "")?.[1];
  return {
    from: query.get("from") ?? defaults.from,
    to: query.get("to") ?? defaults.to,
    refresh: query.get("refresh") ?? defaults.refresh,
    variables,
    viewPanel: viewPanel === undefined ? null : Number(viewPanel),
  };
}

/** The query of a state, without the question mark; everything is written out, so that a shared link does not depend on defaults. */
export function writeState(state: BoardState): string {
  const query = new URLSearchParams({ from: state.from, to: state.to });
  if (state.refresh !== "") query.set("refresh", state.refresh);
  for (const [name, values] of Object.entries(state.variables)) {
    for (const value of values) query.append(`var-${name}`, value);
  }
  if (state.viewPanel !== null) query.set("viewPanel", String(state.viewPanel));
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

function variablesQuery(state: BoardState): string {
  const query = new URLSearchParams();
  for (const [name, values] of Object.entries(state.variables)) {
    for (const value of values) query.append(`var-${name}`, value);
  }
  return query.toString();
}
