import { columnsOf, STATS_VIEWS, type StatsView } from "../../storage/analytics/rollups/grains.js";
import { PUBLIC_VIEWS } from "../../storage/analytics/project-tables.js";
import { type SqlToken, sqlTokens } from "../sql-tokens.js";

/** What the start of a row is compared with. */
export interface ComparedWith {
  /** SQL of the instant. */
  instant: string;
  /** Rows of the instant itself belong to the ones before it. */
  isAfter: boolean;
}

/** What a statement over one view whose rows add up asks of it. */
export interface StatsStatement {
  view: StatsView;
  /** Where the view's name stands after FROM: first character, and the one after its last. */
  reads: { start: number; end: number }[];
  columns: ReadonlySet<string>;
  instants: readonly ComparedWith[];
  /** Only rows between the first and the last instant can change the answer. */
  isBounded: boolean;
  /** Length of the time buckets in seconds, all of them; empty without buckets. */
  buckets: readonly number[];
  /** Time zones whose days the start of a row is put into. */
  zones: readonly string[];
}

const COMPARISONS = new Set([">=", "<=", ">", "<"]);
const END_OF_COMPARISON = new Set("and or group order having limit union then when else as".split(" "));

/**
 * What a statement needs of a view whose rows add up; null when it reads no such view, several, or uses the start of a row for anything but
 * comparing it with instants, `$__timeInterval` and `toDate(start_time, 'Zone')`. Subqueries over other views are left as they are. It
 * names columns that are elsewhere called the same too: never too few.
 * @throws AppError `invalid_request` for text that is no SQL.
 */
export function statsStatement(sql: string): StatsStatement | null {
  const all = sqlTokens(sql);
  const mentions = all.filter((token) => isName(token) && isStatsView(token.text));
  const reads = all.filter((token, index) => mentions.includes(token) && word(all[index - 1]) === "from");
  const [view, other] = [...new Set(reads.map((token) => token.text))];
  if (view === undefined || !isStatsView(view) || other !== undefined || reads.length < mentions.length)
    return null;
  const foreign = tokensOfOtherViews(all);
  const known = columnsOf(view);
  const uses = all.flatMap((token, index) =>
    token.text === "start_time" && !foreign.has(token) ? [useOfStart(sql, all, index)] : [],
  );
  if (uses.includes(null)) return null;
  const understood = uses.filter((use) => use !== null);
  const compared = understood.flatMap((use) => ("instant" in use ? [use] : []));
  return {
    view,
    reads: reads.map(({ start, end }) => ({ start, end })),
    columns: new Set(
      all.filter((token) => isName(token) && known.has(token.text) && !foreign.has(token)).map(textOf),
    ),
    instants: compared.map(({ instant, comparison }) => ({
      instant,
      isAfter: comparison === "<=" || comparison === ">",
    })),
    isBounded:
      foreign.size === 0 &&
      [">", "<"].every((side) => compared.some(({ comparison }) => comparison.startsWith(side))),
    buckets: understood.flatMap((use) => ("bucket" in use ? [use.bucket] : [])),
    zones: understood.flatMap((use) => ("zone" in use ? [use.zone] : [])),
  };
}

/** The tokens of each SELECT that reads other public views and none whose rows add up; those of SELECTs within it are apart. */
function tokensOfOtherViews(tokens: readonly SqlToken[]): ReadonlySet<SqlToken> {
  const open: SqlToken[][] = [[]];
  const selects = [...open];
  const brackets: boolean[] = [];
  for (const [index, token] of tokens.entries()) {
    const isSelect = token.text === "(" && ["select", "with"].includes(word(tokens[index + 1]));
    if (token.text === ")" && token.kind === "symbol" && brackets.pop() === true) open.pop();
    open.at(-1)?.push(token);
    if (token.text !== "(" || token.kind !== "symbol") continue;
    brackets.push(isSelect);
    if (!isSelect) continue;
    const own: SqlToken[] = [];
    open.push(own);
    selects.push(own);
  }
  return new Set(
    selects
      .filter((own) => {
        const names = own.filter(
          (token, index) => isName(token) && ["from", "join"].includes(word(own[index - 1])),
        );
        return (
          names.some(({ text }) => PUBLIC_VIEWS.some((one) => one === text)) &&
          !own.some((token) => isName(token) && isStatsView(token.text))
        );
      })
      .flat(),
  );
}

type UseOfStart = { instant: string; comparison: string } | { bucket: number } | { zone: string };

function useOfStart(sql: string, tokens: readonly SqlToken[], at: number): UseOfStart | null {
  if (COMPARISONS.has(tokens[at + 1]?.text ?? "")) return instantAfter(sql, tokens, at);
  const around = (from: number, to: number): string =>
    tokens
      .slice(Math.max(0, at + from), at + to + 1)
      .map(textOf)
      .join(" ");
  const width = /^toStartOfInterval \( toDateTime \( start_time \) , INTERVAL (\d+) second \)$/.exec(
    around(-4, 6),
  )?.[1];
  if (width !== undefined) return { bucket: Number(width) };
  const zone = /^toDate \( start_time , '([\w/+-]+)' \)$/.exec(around(-2, 3))?.[1];
  return zone === undefined ? null : { zone };
}

/** The expression that the start is compared with: up to the end of the condition. */
function instantAfter(sql: string, tokens: readonly SqlToken[], at: number): UseOfStart | null {
  const first = tokens[at + 2];
  const depth = tokens[at]?.depth ?? 0;
  let end = at + 2;
  const isInside = (token: SqlToken | undefined): boolean =>
    token !== undefined &&
    token.depth >= depth &&
    !(token.depth === depth && (token.text === "," || END_OF_COMPARISON.has(word(token))));
  while (isInside(tokens[end])) end += 1;
  const last = tokens[end - 1];
  if (first === undefined || last === undefined || end === at + 2) return null;
  const isOpen = tokens
    .slice(at + 2, end)
    .some((token) => token.kind === "parameter" || ["select", "with"].includes(word(token)));
  if (isOpen) return null;
  return { instant: sql.slice(first.start, last.end), comparison: tokens[at + 1]?.text ?? "" };
}

const textOf = (token: SqlToken): string => token.text;
const isName = (token: SqlToken): boolean => token.kind === "word" || token.kind === "quoted";
const word = (token: SqlToken | undefined): string =>
  token?.kind === "word" ? token.text.toLowerCase() : "";

function isStatsView(name: string): name is StatsView {
  return STATS_VIEWS.some((view) => view === name);
}
