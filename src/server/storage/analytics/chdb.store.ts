import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ChdbResult } from "chdb";
import { AppError } from "../../domain/errors.js";
import type {
  AnalyticsStore,
  QueryOptions,
  QueryParams,
  QueryResult,
  RawQueryOptions,
  RawQueryStore,
  RawResult,
} from "./analytics-store.js";
import { type ChdbOptions, type OpenEngine, openEngine } from "./chdb.engine.js";
import type { ChdbSession } from "./chdb.session.js";
import { toAppError } from "./engine-error.js";
import { frameJsonRows, tableName } from "./json-rows.js";
import { columnList, type NativeBlock } from "./native-block.js";
import { projectFilters } from "./project-tables.js";
import { assignment, paramAssignments, stringLiteral } from "./query-params.js";
import { rowsAsObjects } from "./query-result.js";
import { cancelledError, closedError } from "./session-pool.js";

const DEFAULT_MAX_SECONDS = 60;
const DEFAULT_MAX_ROWS = 1_000_000;
const MAX_RESULT_BYTES = 256 * 1024 * 1024;
const KILL_RETRY_MS = 100;
/** How long close waits for statements that do not react to being killed. */
const CLOSE_DEADLINE_MS = 3_000;

/** The directory the one engine of this process has open, or null. */
let openDirectory: string | null = null;

/** ClickHouse in this process: one writing session, a pool of read-only sessions, and one that only stops queries. */
export class ChdbStore implements AnalyticsStore, RawQueryStore {
  readonly mode = "chdb";
  private readonly running = new Set<string>();
  private queryCount = 0;
  private blockCount = 0;
  private closing: Promise<void> | null = null;
  /** The sessions are closed: nothing can be stopped any more. */
  private isShut = false;

  private constructor(private readonly engine: OpenEngine) {}

  /**
   * An open store whose database exists.
   * @throws AppError `conflict` when the directory is in use, or this process has another one open.
   */
  static async open(options: ChdbOptions): Promise<ChdbStore> {
    if (openDirectory !== null) {
      throw new AppError("conflict", `This process already has ${openDirectory} open`);
    }
    openDirectory = options.directory;
    try {
      return new ChdbStore(await openEngine(options));
    } catch (error) {
      openDirectory = null;
      throw toAppError(error, "Opening the embedded database", true);
    }
  }

  async insertJsonRows(table: string, rows: readonly string[]): Promise<void> {
    this.assertOpen();
    if (rows.length === 0) return;
    const body = frameJsonRows(rows);
    try {
      const written = await this.engine.writer.insert(tableName(table), body);
      assertAllWritten(table, written, rows.length);
    } catch (error) {
      throw toAppError(error, `Insert into ${table}`, false);
    }
  }

  /** Through a file: inline binary data is cut at its first blank line (measured on chDB 3.4), a file is read as it is. */
  async insertBlock(table: string, block: NativeBlock): Promise<void> {
    this.assertOpen();
    if (block.rows === 0) return;
    const path = join(this.engine.inbox, `${(this.blockCount += 1)}.native`);
    const columns = columnList(block);
    try {
      await writeFile(path, block.bytes);
      await this.engine.writer.query(
        `INSERT INTO ${tableName(table)} (${columns}) SELECT ${columns} FROM file(${stringLiteral(path)}, 'Native')`,
        "Null",
      );
    } catch (error) {
      throw toAppError(error, `Insert into ${table}`, false);
    } finally {
      await rm(path, { force: true });
    }
  }

  async query(sql: string, options: QueryOptions = {}): Promise<QueryResult> {
    this.assertOpen();
    const statement = prepared(sql, options, paramAssignments(options.params ?? {}));
    const onWriter = options.lane === "ingest";
    const result = await (onWriter ? this.run(this.engine.writer, statement) : this.runOnReader(statement));
    return parseResult(result.text());
  }

  async queryRaw(sql: string, format: string, options: RawQueryOptions): Promise<RawResult> {
    this.assertOpen();
    const params = Object.entries(options.rawParams).map(([name, text]) => assignment(`param_${name}`, text));
    const settings = Object.entries(options.settings).map(([name, value]) => assignment(name, value));
    const statement = prepared(sql, options, [...params, ...settings]);
    const result = await this.runOnReader({ ...statement, format, changesSession: settings.length > 0 });
    const bytes = result.bytes();
    // The engine counts a constant column once, however many rows repeat it.
    if (bytes.length > (options.maxBytes ?? MAX_RESULT_BYTES)) {
      throw new AppError("invalid_request", "The result is too large", {
        engineCode: 396,
        engineError: "TOO_MANY_ROWS_OR_BYTES",
      });
    }
    return { bytes, rowsRead: result.rowsRead, bytesRead: result.bytesRead };
  }

  async select<Row>(sql: string, options: QueryOptions = {}): Promise<Row[]> {
    return rowsAsObjects<Row>(await this.query(sql, options));
  }

  async command(sql: string, params: QueryParams = {}, lane: "ingest" | "upkeep" = "ingest"): Promise<void> {
    this.assertOpen();
    const assignments = paramAssignments(params);
    const prefix = assignments.length === 0 ? "" : `SET ${assignments.join(", ")};\n`;
    try {
      const session = lane === "upkeep" ? this.engine.keeper : this.engine.writer;
      await session.query(prefix + sql, "TabSeparated");
    } catch (error) {
      throw toAppError(error, "Statement failed", true);
    }
  }

  async ping(): Promise<void> {
    await this.query("SELECT 1", { maxSeconds: 5 });
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private assertOpen(): void {
    if (this.closing !== null) throw closedError();
  }

  private async runOnReader(statement: Prepared): Promise<ChdbResult> {
    const session = await this.engine.readers.acquire(statement.signal);
    const result = this.run(session, statement);
    // The session is busy until the engine is done, even when the caller has long been told that the query was cancelled.
    void session.idle().then(() => this.engine.readers.release(session));
    return result;
  }

  private async run(session: ChdbSession, statement: Prepared): Promise<ChdbResult> {
    const id = `spanledger-${process.pid}-${(this.queryCount += 1)}`;
    this.running.add(id);
    const text = `SET ${assignment("log_comment", id)}, ${statement.settings};\n${statement.sql}`;
    const engine = statement.changesSession
      ? session.queryOnce(text, statement.format)
      : session.query(text, statement.format);
    const finished = engine.then(
      () => this.running.delete(id),
      () => this.running.delete(id),
    );
    try {
      return await (statement.signal === undefined
        ? engine
        : this.orAborted(engine, statement.signal, id, finished));
    } catch (error) {
      throw toAppError(error, "Query failed", true);
    }
  }

  /** The engine's answer, or an error at once when the caller gives up; the engine is then told to stop. */
  private orAborted(
    engine: Promise<ChdbResult>,
    signal: AbortSignal,
    id: string,
    finished: Promise<unknown>,
  ): Promise<ChdbResult> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        void this.kill(id);
        reject(cancelledError());
      };
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort, { once: true });
      engine.then(resolve, reject);
      void finished.then(() => signal.removeEventListener("abort", abort));
    });
  }

  /** Repeats until the query has ended: a kill that comes before the engine has registered the query finds nothing. */
  private async kill(id: string): Promise<void> {
    while (this.running.has(id) && !this.isShut) {
      try {
        // Never SYNC: in chDB 3.4 it hangs and wedges the process.
        await this.engine.killer.query(
          `KILL QUERY WHERE Settings['log_comment'] = ${stringLiteral(id)} ASYNC`,
          "Null",
        );
      } catch {
        // Nothing to stop any more, or the engine is going down: the loop's condition decides.
      }
      await new Promise((resolve) => setTimeout(resolve, KILL_RETRY_MS));
    }
  }

  private async shutDown(): Promise<void> {
    this.engine.readers.close();
    const sessions = [this.engine.writer, this.engine.keeper, ...this.engine.readers.items];
    const idle = sessions.map((session) => session.idle());
    const stopped = [...this.running].map((id) => this.kill(id));
    await within(CLOSE_DEADLINE_MS, Promise.all([...idle, ...stopped]));
    this.isShut = true;
    for (const session of [...sessions, this.engine.killer]) session.close();
    const { drainPending } = await import("chdb");
    await within(CLOSE_DEADLINE_MS, drainPending());
    openDirectory = null;
  }
}

interface Prepared {
  sql: string;
  format: string;
  /** Comma-separated assignments. */
  settings: string;
  /** The settings hold more than what every query sets anew. */
  changesSession: boolean;
  signal: AbortSignal | undefined;
}

/** With every limit set anew: a session keeps what its last query set. */
function prepared(
  sql: string,
  options: Omit<QueryOptions, "params">,
  assignments: readonly string[],
): Prepared {
  const filters = options.onlyProject === undefined ? {} : projectFilters(options.onlyProject);
  const pairs = Object.entries(filters).map(
    ([table, filter]) => `${stringLiteral(table)}:${stringLiteral(filter)}`,
  );
  const settings = [
    `max_execution_time=${Math.max(1, Math.ceil(options.maxSeconds ?? DEFAULT_MAX_SECONDS))}`,
    `max_result_rows=${options.maxRows ?? DEFAULT_MAX_ROWS}`,
    `max_result_bytes=${options.maxBytes ?? MAX_RESULT_BYTES}`,
    "result_overflow_mode='throw'",
    `additional_table_filters={${pairs.join(",")}}`,
    ...assignments,
  ];
  const { signal } = options;
  return { sql, format: "JSONCompact", settings: settings.join(", "), changesSession: false, signal };
}

/** Resolves with the work, or without it when the time is over. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, deadline]);
  clearTimeout(timer);
}

/** The engine's count tells whether it took all of a text insert. */
function assertAllWritten(table: string, written: number, sent: number): void {
  if (written >= sent) return;
  throw new AppError("internal", `Insert into ${table} wrote fewer rows than sent`, { written, sent });
}

function parseResult(text: string): QueryResult {
  const parsed = JSON.parse(text) as { meta: { name: string; type: string }[]; data: unknown[][] };
  return { columns: parsed.meta, rows: parsed.data };
}
