import { refused, type SqlToken, sqlTokens } from "./sql-tokens.js";

/** Words that never stand in a reading SELECT, or that change how it runs (SETTINGS could lift the project's filter). */
const FORBIDDEN_WORDS = new Set(
  (
    "settings into outfile infile format insert update delete alter create drop truncate rename attach detach grant revoke " +
    "kill set use system optimize exchange backup restore move describe show explain exists_table check watch execute " +
    "prepare begin commit rollback copy undrop parallel apply"
  ).split(" "),
);

/** Functions that read beside the given tables, tell about the machine, or only cost time. Prefixes end with `*`. */
const FORBIDDEN_FUNCTIONS = (
  "dict* joinget* file filesystem* getsetting* getserversetting getmacro getclienthttpheader getserverport getmergetreesetting " +
  "hascolumnintable executable* catboost* addressto* demangle sleep* throwif url* evalml* merge* tcpport hostname fqdn " +
  "serveruuid servertimezone currentuser user initialuser currentroles enabledroles defaultroles currentprofiles enabledprofiles " +
  "currentdatabase currentschemas uptime version revision displayname buildid querystring queryid initialqueryid " +
  "initialquerystarttime connectionid transaction* oldesttransaction* zookeeper* keeper* generateserialid structureto* " +
  "showcertificate ai_* ai* llm* embed* remote* cluster* s3* hdfs* azure* gcs* mysql* postgresql* mongodb* redis* sqlite* odbc* " +
  "jdbc* iceberg* delta* hudi* input loop view* null* values generaterandom* fuzz* icebergbucket* partitionid nonnegative* " +
  "randomstring* randomfixedstring randomprintableascii fuzzbits blocknumber blocksize getoskernelversion " +
  "getsubcolumn runningaccumulate arrowflight* ytsaurus* prometheus* timeseries* mergetree* paimon*"
).split(" ");

/** Functions of the language that a forbidden prefix would hit by accident. */
const ALLOWED_FUNCTIONS = new Set(["nullif", "urlhash", "values_", "mergestate"]);

/** Table functions that make rows out of nothing. */
const ALLOWED_TABLE_FUNCTIONS = new Set(["numbers"]);

/** A second net below the table check, which already refuses any table with a database before it. */
const FORBIDDEN_DATABASES = new Set(["system", "information_schema", "default", "spanledger"]);

/** Words that end a FROM list. None of them can be an alias without AS. */
const CLAUSE_WORDS = new Set(
  "where prewhere group having order limit offset union intersect except window qualify".split(" "),
);

/**
 * Lets one SELECT (or WITH … SELECT) over the given tables through (`name`, or `database.name`): no other table, no table
 * function but `numbers`, no function that reaches beyond the rows, no SETTINGS, FORMAT or second statement, no parameter but those
 * in `params` (the engine's session still knows the last query's). What is not surely understood is refused. Reads tokens, not
 * the engine's grammar, and so refuses some harmless SQL.
 * @throws AppError `invalid_request` saying what is not allowed.
 */
export function assertReadOnlySelect(
  sql: string,
  tables: readonly string[],
  params: readonly string[] = [],
): void {
  const tokens = withoutFinalSemicolon(sqlTokens(sql));
  for (const token of tokens) if (token.kind === "parameter") assertParameter(token.text, params);
  const first = tokens.find((token) => !(token.kind === "symbol" && token.text === "("));
  if (first === undefined || !["select", "with"].includes(wordOf(first))) throw refused("only SELECT is");
  const guard = new Guard(tokens, new Set([...tables, ...commonTableNames(tokens, tables)]));
  guard.check();
}

function assertParameter(text: string, params: readonly string[]): void {
  const name = /[A-Za-z_]\w*/.exec(text)?.[0] ?? "";
  if (/identifier/i.test(text)) throw refused("a name given as a parameter");
  if (!params.includes(name)) throw refused(`the parameter ${name}, which has no value`);
}

function withoutFinalSemicolon(tokens: SqlToken[]): SqlToken[] {
  const last = tokens.at(-1);
  const kept = last?.kind === "symbol" && last.text === ";" ? tokens.slice(0, -1) : tokens;
  if (kept.some((token) => token.kind === "symbol" && token.text === ";"))
    throw refused("more than one statement");
  return kept;
}

/** Names defined as `name AS (SELECT …)`. They may not hide a table: elsewhere in the text the name would mean the table. */
function commonTableNames(tokens: readonly SqlToken[], tables: readonly string[]): string[] {
  const names: string[] = [];
  for (const [index, token] of tokens.entries()) {
    const isDefinition =
      isName(token) &&
      wordOf(tokens[index + 1]) === "as" &&
      isSymbol(tokens[index + 2], "(") &&
      ["select", "with"].includes(wordOf(tokens[index + 3]));
    if (!isDefinition) continue;
    if (tables.includes(token.text) || /^(calls|span|schema|budget)_/.test(token.text))
      throw refused(`a WITH that hides ${token.text}`);
    names.push(token.text);
  }
  return names;
}

class Guard {
  /** Depth of each FROM list we are in, innermost last: there a comma is followed by a table. */
  private readonly fromDepths: number[] = [];
  private arrayJoinDepth: number | null = null;

  constructor(
    private readonly tokens: readonly SqlToken[],
    private readonly tables: ReadonlySet<string>,
  ) {}

  check(): void {
    for (const [index, token] of this.tokens.entries()) {
      this.leaveClosedLists(index, token);
      this.checkWord(index, token);
      this.checkTablePosition(index, token);
    }
  }

  private leaveClosedLists(index: number, token: SqlToken): void {
    const depth = token.depth;
    while ((this.fromDepths.at(-1) ?? -1) > depth) this.fromDepths.pop();
    if (this.arrayJoinDepth !== null && this.arrayJoinDepth > depth) this.arrayJoinDepth = null;
    if (!CLAUSE_WORDS.has(wordOf(token)) || this.isGivenName(index)) return;
    if (this.fromDepths.at(-1) === depth) this.fromDepths.pop();
    if (this.arrayJoinDepth === depth) this.arrayJoinDepth = null;
  }

  /** After AS or a dot any word is a name, keywords too: it does not end a FROM list. */
  private isGivenName(index: number): boolean {
    const before = this.tokens[index - 1];
    return wordOf(before) === "as" || isSymbol(before, ".");
  }

  private checkWord(index: number, token: SqlToken): void {
    if (!isName(token)) return;
    const word = token.text.toLowerCase();
    const qualified = this.qualifiedName(index);
    const isAllowedTable = qualified !== null && this.tables.has(qualified);
    const isColumn = isSymbol(this.tokens[index - 1], ".");
    if (token.kind === "word" && FORBIDDEN_WORDS.has(word) && !isColumn && !isAllowedTable)
      throw refused(`the word ${token.text}`);
    if (qualified !== null && FORBIDDEN_DATABASES.has(word) && !isAllowedTable)
      throw refused(`the database ${token.text}`);
    if (isSymbol(this.tokens[index + 1], "(") && isForbiddenFunction(word))
      throw refused(`the function ${token.text}`);
  }

  private checkTablePosition(index: number, token: SqlToken): void {
    const word = token.kind === "word" ? wordOf(token) : "";
    const depth = token.depth;
    if (word === "from") {
      this.fromDepths.push(depth);
      this.arrayJoinDepth = null;
      this.expectTable(index + 1);
    } else if (word === "join") {
      if (wordOf(this.tokens[index - 1]) === "array") this.arrayJoinDepth = depth;
      else this.expectTable(index + 1);
    } else if (isSymbol(token, ",") && this.fromDepths.at(-1) === depth && this.arrayJoinDepth !== depth) {
      this.expectTable(index + 1);
    } else if (word === "in") {
      this.expectSetOrTable(index + 1);
    }
  }

  /** `IN name` reads the table of that name. */
  private expectSetOrTable(index: number): void {
    const token = this.tokens[index];
    if (token !== undefined && isName(token) && !isSymbol(this.tokens[index + 1], "("))
      this.expectTable(index);
  }

  /** `a.b` when a dot follows the token, else null. */
  private qualifiedName(index: number): string | null {
    if (!isSymbol(this.tokens[index + 1], ".")) return null;
    return `${this.tokens[index]?.text ?? ""}.${this.tokens[index + 2]?.text ?? ""}`;
  }

  private expectTable(index: number): void {
    const token = this.tokens[index];
    const next = this.tokens[index + 1];
    if (isSymbol(token, "(")) {
      if (!["select", "with"].includes(wordOf(next)) && !isSymbol(next, "("))
        throw refused("a FROM that is no SELECT");
      return;
    }
    if (token === undefined || !isName(token)) throw refused("a FROM without a table name");
    const qualified = this.qualifiedName(index);
    if (qualified !== null) {
      const beyond = this.tokens[index + 3];
      if (this.tables.has(qualified) && !isSymbol(beyond, ".") && !isSymbol(beyond, "(")) return;
      throw refused(`the table ${qualified}`);
    }
    if (isSymbol(next, "(")) {
      if (ALLOWED_TABLE_FUNCTIONS.has(token.text.toLowerCase())) return;
      throw refused(`the table function ${token.text}`);
    }
    if (!this.tables.has(token.text)) throw refused(`the table ${token.text}`);
  }
}

function isForbiddenFunction(name: string): boolean {
  if (ALLOWED_FUNCTIONS.has(name)) return false;
  return FORBIDDEN_FUNCTIONS.some((pattern) =>
    pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
}

function isName(token: SqlToken): boolean {
  return token.kind === "word" || token.kind === "quoted";
}

function isSymbol(token: SqlToken | undefined, text: string): boolean {
  return token?.kind === "symbol" && token.text === text;
}

function wordOf(token: SqlToken | undefined): string {
  return token?.kind === "word" ? token.text.toLowerCase() : "";
}
