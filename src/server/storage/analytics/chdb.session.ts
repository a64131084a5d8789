import type { ChdbResult, Session } from "chdb";
import { AppError } from "../../domain/errors.js";

/** Opens and prepares one engine session. */
export type SessionFactory = () => Promise<Session>;

/**
 * The part of a chDB session that the store uses. One session runs one statement at a time.
 *
 * After a failed or killed query, chDB 3.4 gives that query's half-written output as the beginning of the next result of the
 * same session (measured; it would show one project's rows to another). So a session that failed is replaced before its next use.
 */
export class ChdbSession {
  private tail: Promise<unknown> = Promise.resolve();
  /** Failed or given up: to be replaced before the next statement. */
  private isSpent = false;

  private constructor(
    private session: Session,
    private readonly factory: SessionFactory,
  ) {}

  /** A session made by `factory`, which is called again whenever a statement has failed. */
  static async open(factory: SessionFactory): Promise<ChdbSession> {
    return new ChdbSession(await factory(), factory);
  }

  /** Result of the last statement in `sql`. Engine errors are passed on as they are. */
  query(sql: string, format: string): Promise<ChdbResult> {
    return this.enqueue((session) => session.queryAsync(sql, { format }));
  }

  /** The same, on a session that is given up afterwards, because `sql` sets what a later query must not meet. */
  queryOnce(sql: string, format: string): Promise<ChdbResult> {
    return this.enqueue(async (session) => {
      const result = await session.queryAsync(sql, { format });
      this.isSpent = true;
      return result;
    });
  }

  /**
   * Rows the engine took from `body`, which must be framed by `frameJsonRows`.
   * Engine errors are passed on as they are.
   */
  insert(table: string, body: string): Promise<number> {
    return this.enqueue(async (session) => {
      const values = Buffer.from(body, "utf8");
      return (await session.insert({ table, values, format: "JSONEachRow" })).rowsWritten;
    });
  }

  /** Resolves when every statement given so far has ended, in success or not. Never throws. */
  async idle(): Promise<void> {
    await this.tail;
  }

  /** Releases the engine's side. The session must be idle. Idempotent, never throws. */
  close(): void {
    this.session.close();
  }

  private enqueue<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    const result = this.tail.then(async () => {
      if (this.isSpent) await this.replace();
      try {
        return await work(this.session);
      } catch (error) {
        this.isSpent = true;
        throw error;
      }
    });
    // The next statement must run whatever became of this one; its caller has the error.
    this.tail = result.catch(() => undefined);
    return result;
  }

  private async replace(): Promise<void> {
    const fresh = await this.factory();
    this.session.close();
    this.session = fresh;
    this.isSpent = false;
  }
}

/**
 * A new engine session on `directory` on which `prepare` has run.
 * @throws AppError `conflict` when another process has the directory open.
 */
export async function openSession(directory: string, configPath: string, prepare: string): Promise<Session> {
  const { Session } = await import("chdb");
  try {
    const session = new Session(directory, { connectionArgs: [`--config-file=${configPath}`] });
    await session.queryAsync(prepare, { format: "Null" });
    return session;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (/Cannot lock file/i.test(text)) {
      throw new AppError(
        "conflict",
        `The data directory ${directory} is in use by another process`,
        {},
        { cause: error },
      );
    }
    throw error;
  }
}
