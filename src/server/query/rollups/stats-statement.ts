import { columnsOf, STATS_VIEWS, type StatsView } from "../../storage/analytics/rollups/grains.js";
import { type SqlToken, sqlTokens } from "../sql-tokens.js";

/** What a statement over one view whose rows add up asks of it. */
export interface StatsStatement {
  view: StatsView;
  /** Where the view's name stands after FROM: first character, and the one after its last. */
  reads: { start: number; end: number }[];
  columns: ReadonlySet<string>;
  /** SQL of the instants that the start of a row is compared with. */
  instants: readonly string[];
  /** Length of the time buckets in seconds, all of them; empty without buckets. */
  buckets: readonly number[];
  /** Time zones whose days the start of a row is put into. */
  zones: readonly string[];
}

const COMPARISONS = new Set([">=", "<=", ">", "<"]);
const END_OF_COMPARISON = new Set("and or group order having limit union then when else as".split(" "));

/**
 * What a statement needs of a view whose rows add up; null when it reads no such view, several, or uses the start of a row for anything but
 * comparing it with instants, `$__timeInterval` and `toDate(start_time, 'Zone')`. It names columns that are elsewhere called the same too:
 * never too few.
 * @throws AppError `invalid_request` for text that is no SQL.
 */
export function statsStatement(sql: string): StatsStatement | null {
  const tokens = sqlTokens(sql);
  const mentions = tokens.filter((token) => isName(token) && isStatsView(token.text));
  const reads = tokens.filter(
    (token, index) => mentions.includes(token) && word(tokens[index - 1]) === "from",
  );
  const [view, other] = [...new Set(reads.map((token) => token.text))];
  if (view === undefined || !isStatsView(view) || other !== undefined || reads.length < mentions.length)
    return null;
  const known = columnsOf(view);
  const uses = tokens.flatMap((token, index) =>
    token.text === "start_time" ? [useOfStart(sql, tokens, index)] : [],
  );
  if (uses.includes(null)) return null;
  const understood = uses.filter((use) => use !== null);
  return {
    view,
    reads: reads.map(({ start, end }) => ({ start, end })),
    columns: new Set(tokens.filter((token) => isName(token) && known.has(token.text)).map(textOf)),
    instants: understood.flatMap((use) => ("instant" in use ? [use.instant] : [])),
    buckets: understood.flatMap((use) => ("bucket" in use ? [use.bucket] : [])),
    zones: understood.flatMap((use) => ("zone" in use ? [use.zone] : [])),
  };
}

type UseOfStart = { instant: string } | { bucket: number } | { zone: string };

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
function instantAfter(sql: string, tokens: readonly SqlToken[], at: number): { instant: string } | null {
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
  const isBound = tokens.slice(at + 2, end).some((token) => token.kind === "parameter");
  return isBound ? null : { instant: sql.slice(first.start, last.end) };
}

const textOf = (token: SqlToken): string => token.text;
const isName = (token: SqlToken): boolean => token.kind === "word" || token.kind === "quoted";
const word = (token: SqlToken | undefined): string =>
  token?.kind === "word" ? token.text.toLowerCase() : "";

function isStatsView(name: string): name is StatsView {
  return STATS_VIEWS.some((view) => view === name);
}
