import {
  type Dashboard,
  DATASOURCE_TYPE,
  DATASOURCE_UID,
  type Panel,
  type Target,
  UNITS,
} from "../../dashboards/source/schema.js";

const GRID_COLUMNS = 24;
const MAX_UID_LENGTH = 40;

/** Macros both renderers expand alike; statement macros (`$__lttb`, `$__columns`, ...) are not among them. */
const MACROS = new Set([
  "$__timeFilter",
  "$__timeFilter_ms",
  "$__timeInterval",
  "$__timeInterval_ms",
  "$__fromTime",
  "$__toTime",
  "$__fromTime_ms",
  "$__toTime_ms",
  "$__interval_s",
  "$__conditionalAll",
  "$__timeGroup",
  "$__dateFilter",
]);

/** Every rule that a set of boards breaks, one line each with the board's uid; empty when all is well. Never throws. */
export function lintBoards(boards: readonly Dashboard[]): string[] {
  const problems = boards.flatMap((board) => lintBoard(board).map((problem) => `${board.uid}: ${problem}`));
  for (const uid of duplicates(boards.map((board) => board.uid))) problems.push(`uid ${uid} is used twice`);
  for (const title of duplicates(boards.map((board) => board.title)))
    problems.push(`title "${title}" is used twice`);
  const uids = new Set(boards.map((board) => board.uid));
  for (const board of boards) {
    for (const uid of linkedBoards(board)) {
      if (!uids.has(uid)) problems.push(`${board.uid}: links to unknown board ${uid}`);
    }
  }
  return problems;
}

/** Panels of a board in order, rows included. */
export function allPanels(board: Dashboard): Panel[] {
  return board.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
}

function lintBoard(board: Dashboard): string[] {
  const problems: string[] = [];
  const panels = allPanels(board);
  if (board.uid.length > MAX_UID_LENGTH) problems.push("uid is longer than 40 characters");
  if (board.description === "") problems.push("has no description");
  for (const id of duplicates(panels.map((panel) => String(panel.id))))
    problems.push(`panel id ${id} is used twice`);
  for (const name of duplicates(board.templating.list.map((variable) => variable.name)))
    problems.push(`variable ${name} is defined twice`);
  const variables = new Set(board.templating.list.map((variable) => variable.name));
  for (const panel of panels)
    problems.push(
      ...lintPanel(panel, variables).map((problem) => `panel ${panel.id} "${panel.title}": ${problem}`),
    );
  for (const variable of board.templating.list) {
    if (variable.type === "query")
      problems.push(
        ...lintSql(variable.query.rawSql, variables).map(
          (problem) => `variable ${variable.name}: ${problem}`,
        ),
      );
  }
  return [...problems, ...overlaps(panels)];
}

function lintPanel(panel: Panel, variables: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  const { x, w, h } = panel.gridPos;
  if (!Number.isInteger(panel.id) || panel.id < 1) problems.push("id is not a positive integer");
  if (panel.title === "") problems.push("has no title");
  if (x < 0 || w < 1 || h < 1 || x + w > GRID_COLUMNS) problems.push("leaves the 24 columns");
  if (panel.type === "row") return problems;
  if (panel.description === undefined || panel.description.length < 20) problems.push("has no description");
  if ("transformations" in panel) problems.push("uses transformations: shape the data in SQL");
  if (panel.type === "text") return problems;
  if (panel.targets === undefined || panel.targets.length === 0) problems.push("has no query");
  if (panel.fieldConfig?.defaults.noValue === undefined) problems.push("has no text for no data");
  problems.push(...lintUnits(panel));
  for (const target of panel.targets ?? []) problems.push(...lintTarget(panel, target, variables));
  return problems;
}

function lintUnits(panel: Panel): string[] {
  const known: readonly string[] = UNITS;
  const used = [
    panel.fieldConfig?.defaults.unit,
    ...(panel.fieldConfig?.overrides ?? []).flatMap((override) =>
      override.properties.filter((property) => property.id === "unit").map((property) => property.value),
    ),
  ].filter((unit) => unit !== undefined);
  return used.flatMap((unit) =>
    typeof unit === "string" && known.includes(unit) ? [] : [`unit ${JSON.stringify(unit)} is unknown`],
  );
}

const TIME_SERIES_TYPES = new Set(["timeseries", "heatmap"]);

function lintTarget(panel: Panel, target: Target, variables: ReadonlySet<string>): string[] {
  const problems = lintSql(target.rawSql, variables);
  if (target.datasource.uid !== DATASOURCE_UID || target.datasource.type !== DATASOURCE_TYPE)
    problems.push("uses another datasource");
  if (TIME_SERIES_TYPES.has(panel.type) !== (target.format === 0))
    problems.push("query format does not fit the panel");
  if (target.format === 0 && !/ORDER BY time\b/.test(target.rawSql))
    problems.push("time series is not ordered by time");
  if (target.format === 0 && / AS series\b/.test(target.rawSql) && !/ AS Value\b/.test(target.rawSql))
    problems.push("a labelled series must be called Value");
  return problems;
}

/** Rules of SQL that both renderers must read alike. */
export function lintSql(sql: string, variables: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  for (const [name] of sql.matchAll(/\$__\w+/g)) {
    if (!MACROS.has(name)) problems.push(`macro ${name} is not allowed`);
  }
  for (const [, argument] of sql.matchAll(/\$__time\w*\(([^()]*)/g)) {
    if (argument?.includes("$__") === true) problems.push("nests macros");
  }
  for (const [whole, name, format] of sql.matchAll(/\$\{(\w+)(?::(\w+))?\}/g)) {
    if (name === "__from" || name === "__to") continue;
    if (name === undefined || !variables.has(name)) problems.push(`variable ${whole} is not defined`);
    if (format !== "singlequote") problems.push(`variable ${whole} is not escaped with :singlequote`);
  }
  for (const [, name] of sql.matchAll(/\$(?!__)(\w+)/g)) {
    if (name === undefined || !variables.has(name)) problems.push(`variable $${name ?? ""} is not defined`);
  }
  const bare = sql.replaceAll(/,\s*\$\w+\)/g, "").match(/\$(?!__)[A-Za-z]\w*/);
  if (bare !== null) problems.push(`variable ${bare[0]} is used without :singlequote`);
  for (const [literal] of sql.matchAll(/'(?:[^'\\]|\\.|'')*'/g)) {
    if (literal.includes("$")) problems.push(`a variable stands inside quotes: ${literal}`);
  }
  if (/;\s*\S/.test(sql)) problems.push("has more than one statement");
  return problems;
}

function overlaps(panels: readonly Panel[]): string[] {
  const problems: string[] = [];
  panels.forEach((first, index) => {
    for (const second of panels.slice(index + 1)) {
      const a = first.gridPos;
      const b = second.gridPos;
      if (a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h)
        problems.push(`panels ${first.id} and ${second.id} overlap`);
    }
  });
  return problems;
}

function linkedBoards(board: Dashboard): string[] {
  return [...JSON.stringify(board).matchAll(/"\/d\/([\w-]+)/g)].flatMap(([, uid]) =>
    uid === undefined ? [] : [uid],
  );
}

function duplicates(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
