import type { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import {
  DataSource,
  type DataSourceOptions,
  type EntityManager,
  type EntityTarget,
  type ObjectLiteral,
  type Repository,
} from "typeorm";
import { AppError } from "../../domain/errors.js";
import { asControlError } from "./control-errors.js";
import { CONTROL_ENTITIES } from "./control-entities.js";
import { EngineGate } from "./engine-gate.js";
import { loadMigrations, migrationsDirectory } from "./migration-files.js";
import { openPglite } from "./pglite-engine.js";
import { PgliteStream } from "./pglite-stream.js";

export interface ControlDatabaseOptions {
  /** Postgres server; undefined: embedded PGlite. */
  postgresUrl?: string | undefined;
  /** Directory of PGlite; null: in memory. Ignored with a server. */
  directory: string | null;
  /** Template of a fresh PGlite directory, when not the one beside the module. */
  templatePath?: string;
  /** Connections of the pool. Default 4 embedded, 10 on a server. */
  poolSize?: number;
}

/** The one session of the embedded engine, and the order in which connections take turns at it. */
interface EmbeddedEngine {
  engine: PGlite;
  gate: EngineGate;
}

/** The control store: projects, keys, budgets, alerts, settings. The only owner of the Postgres connection. */
export class ControlDatabase {
  #closing: Promise<void> | null = null;

  private constructor(
    readonly mode: "pglite" | "postgres",
    readonly dataSource: DataSource,
    private readonly connection: () => DataSourceOptions,
    /** The engine to close with this object; null when there is none or another object owns it. */
    private readonly owned: EmbeddedEngine | null,
  ) {}

  /**
   * Opens the store and brings its schema up to date.
   * @throws AppError `unavailable` when the engine or the server cannot be reached or a migration fails.
   */
  static async open(options: ControlDatabaseOptions): Promise<ControlDatabase> {
    const { postgresUrl } = options;
    if (postgresUrl !== undefined) {
      const connection = (): DataSourceOptions => serverOptions(postgresUrl, options.poolSize ?? 10);
      return new ControlDatabase("postgres", await initialize(connection(), true), connection, null);
    }
    const engine = await openPglite(options.directory, options.templatePath);
    const embedded = { engine, gate: new EngineGate() };
    const connection = (): DataSourceOptions => embeddedOptions(embedded, options.poolSize ?? 4);
    try {
      return new ControlDatabase("pglite", await initialize(connection(), false), connection, embedded);
    } catch (error) {
      await engine.close();
      throw error;
    }
  }

  /** A further pool on the same store, as another replica would open. With the embedded engine, close it first. */
  async share(): Promise<ControlDatabase> {
    const dataSource = await initialize(this.connection(), this.mode === "postgres");
    return new ControlDatabase(this.mode, dataSource, this.connection, null);
  }

  repository<T extends ObjectLiteral>(entity: EntityTarget<T>): Repository<T> {
    return this.dataSource.getRepository(entity);
  }

  /**
   * Runs statements that need no common transaction.
   * @throws AppError `unavailable` when the store does not answer; other errors as they are.
   */
  async run<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await work(this.dataSource.manager);
    } catch (error) {
      throw asControlError(error);
    }
  }

  /**
   * Runs `work` in one transaction. Use the given manager only: with the embedded engine any other query waits for the
   * end of this transaction, and would wait for ever when awaited inside it.
   * @throws AppError `unavailable` when the store does not answer; other errors as they are.
   */
  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.run((manager) => manager.transaction(work));
  }

  /** @throws AppError `unavailable` when the store does not answer. */
  async ping(): Promise<void> {
    try {
      await this.dataSource.query("SELECT 1");
    } catch (error) {
      throw new AppError("unavailable", "The control store does not answer.", {}, { cause: error });
    }
  }

  /** Ends the pool, waits for running statements, closes the embedded engine. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
    if (this.owned === null) return;
    this.owned.gate.close();
    await this.owned.engine.close();
  }
}

/** Any fixed number: replicas that start together on one server take turns at the migrations. */
const MIGRATION_LOCK = 727_465_001;

async function migrate(dataSource: DataSource, isServer: boolean): Promise<void> {
  if (!isServer) {
    await dataSource.runMigrations();
    return;
  }
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query("SELECT pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await dataSource.runMigrations();
  } finally {
    await lock.query("SELECT pg_advisory_unlock($1)", [MIGRATION_LOCK]);
    await lock.release();
  }
}

async function initialize(options: DataSourceOptions, isServer: boolean): Promise<DataSource> {
  const dataSource = new DataSource(options);
  try {
    await dataSource.initialize();
    await migrate(dataSource, isServer);
    return dataSource;
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    const reason = error instanceof Error ? error.message : "unknown reason";
    throw new AppError("unavailable", `The control store cannot be opened: ${reason}`, {}, { cause: error });
  }
}

function commonOptions(poolSize: number): DataSourceOptions {
  return {
    type: "postgres",
    driver: pg,
    poolSize,
    entities: CONTROL_ENTITIES,
    migrations: loadMigrations(migrationsDirectory()),
    migrationsTableName: "schema_migration",
    migrationsTransactionMode: "all",
    migrationsRun: false,
    synchronize: false,
    logging: false,
    installExtensions: false,
    uuidExtension: "pgcrypto",
  };
}

function serverOptions(url: string, poolSize: number): DataSourceOptions {
  return {
    ...commonOptions(poolSize),
    url,
    extra: {
      connectionTimeoutMillis: 10_000,
      statement_timeout: 30_000,
      idle_in_transaction_session_timeout: 30_000,
    },
  } as DataSourceOptions;
}

function embeddedOptions({ engine, gate }: EmbeddedEngine, poolSize: number): DataSourceOptions {
  return {
    ...commonOptions(poolSize),
    username: "postgres",
    database: "postgres",
    extra: { stream: () => new PgliteStream(engine, gate) },
  } as DataSourceOptions;
}
