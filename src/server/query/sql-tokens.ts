import { AppError } from "../domain/errors.js";

export interface SqlToken {
  kind: "word" | "quoted" | "string" | "number" | "symbol" | "parameter";
  /** A word or symbol as written; the name inside of a quoted identifier. */
  text: string;
  /** Parentheses, brackets and braces open at this token. */
  depth: number;
  /** Where it stands in the text: first character, and the one after its last. */
  start: number;
  end: number;
}

const BLANK = /\s+/y;
const LINE_COMMENT = /(?:--|#!|# )[^\n]*/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /(?:0x[0-9a-fA-F]+|(?:\d[\d_]*)?\.?\d[\d_]*(?:[eE][+-]?\d+)?)/y;
const STRING = /'(?:[^'\\]|\\[\s\S]|'')*'/y;
const BACKTICKED = /`(?:[^`\\]|\\[\s\S]|``)*`/y;
const DOUBLE_QUOTED = /"(?:[^"\\]|\\[\s\S]|"")*"/y;
const PARAMETER = /\{\s*[A-Za-z_][A-Za-z0-9_]*\s*:\s*[A-Za-z][A-Za-z0-9_(), ']*\}/y;
const SYMBOL = /::|->|<=>|<=|>=|<>|!=|==|\|\||[-+*/%=<>(),.[\]{}:?;]/y;

/**
 * The tokens of a SQL text in order, comments left out.
 * @throws AppError `invalid_request` for anything that is not surely understood: open quotes or comments, heredocs, odd characters.
 */
export function sqlTokens(sql: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  let position = 0;
  let depth = 0;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = position;
    const text = pattern.exec(sql)?.[0] ?? null;
    if (text !== null) position += text.length;
    return text;
  };
  while (position < sql.length) {
    if (take(BLANK) !== null || take(LINE_COMMENT) !== null || skipBlockComment()) continue;
    const start = position;
    const token = takeToken(take);
    if (token === null) throw refused("a character or quote that is not understood");
    if (isOneOf(token, ")]}")) depth -= 1;
    if (depth < 0) throw refused("a closing bracket without its opening");
    tokens.push({ ...token, depth, start, end: position });
    if (isOneOf(token, "([{")) depth += 1;
  }
  if (depth !== 0) throw refused("a bracket that is not closed");
  return tokens;

  function skipBlockComment(): boolean {
    if (!sql.startsWith("/*", position)) return false;
    const end = sql.indexOf("*/", position + 2);
    // Engines differ on whether comments nest, so a comment inside a comment is refused.
    if (end < 0 || sql.slice(position + 2, end).includes("/*"))
      throw refused("a comment that is not closed, or nested");
    position = end + 2;
    return true;
  }
}

type BareToken = Pick<SqlToken, "kind" | "text">;

function takeToken(take: (pattern: RegExp) => string | null): BareToken | null {
  const string = take(STRING);
  if (string !== null) return { kind: "string", text: string };
  const quoted = take(BACKTICKED) ?? take(DOUBLE_QUOTED);
  if (quoted !== null) return { kind: "quoted", text: unquote(quoted) };
  const parameter = take(PARAMETER);
  if (parameter !== null) return { kind: "parameter", text: parameter };
  const word = take(WORD);
  if (word !== null) return { kind: "word", text: word };
  const number = take(NUMBER);
  if (number !== null) return { kind: "number", text: number };
  const symbol = take(SYMBOL);
  return symbol === null ? null : { kind: "symbol", text: symbol };
}

/** An escaped identifier could name something else than it seems to: only plain ones are understood. */
function unquote(text: string): string {
  const name = text.slice(1, -1);
  if (/[`"\\]/.test(name)) throw refused("a quoted name with quotes or backslashes in it");
  return name;
}

function isOneOf(token: BareToken, symbols: string): boolean {
  return token.kind === "symbol" && token.text.length === 1 && symbols.includes(token.text);
}

/** The error of a statement that is not let through. */
export function refused(what: string): AppError {
  return new AppError("invalid_request", `This SQL is not allowed: ${what}`, { refused: what });
}
