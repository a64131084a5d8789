/** Index after the quoted text or comment that starts at `start`, or `start` when none starts there. Unclosed text ends at the end. */
export function skipOpaque(sql: string, start: number): number {
  const char = sql[start];
  if (char === "'" || char === '"' || char === "`") return endOfQuoted(sql, start, char);
  if (sql.startsWith("--", start)) return endOf(sql, "\n", start);
  if (sql.startsWith("/*", start)) return endOf(sql, "*/", start + 2);
  return start;
}

function endOfQuoted(sql: string, start: number, quote: string): number {
  let at = start + 1;
  while (at < sql.length) {
    if (sql[at] === "\\") at += 2;
    else if (sql[at] !== quote) at += 1;
    else if (sql[at + 1] === quote) at += 2;
    else return at + 1;
  }
  return sql.length;
}

function endOf(sql: string, mark: string, from: number): number {
  const found = sql.indexOf(mark, from);
  return found === -1 ? sql.length : found + mark.length;
}

/**
 * The arguments of a call whose opening parenthesis is at `open`, split at its own commas, and the index after its closing one;
 * null when it never closes.
 */
export function readArguments(sql: string, open: number): { args: string[]; end: number } | null {
  const args: string[] = [];
  let depth = 0;
  let from = open + 1;
  let at = open;
  while (at < sql.length) {
    const after = skipOpaque(sql, at);
    if (after > at) {
      at = after;
      continue;
    }
    const char = sql[at];
    if (char === "(" || char === "[") depth += 1;
    if (char === ")" || char === "]") depth -= 1;
    if (depth === 0) {
      args.push(sql.slice(from, at).trim());
      return { args: args.length === 1 && args[0] === "" ? [] : args, end: at + 1 };
    }
    if (char === "," && depth === 1) {
      args.push(sql.slice(from, at).trim());
      from = at + 1;
    }
    at += 1;
  }
  return null;
}
