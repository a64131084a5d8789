import { isIP } from "node:net";
import { resolve } from "node:path";
import { AppError } from "../domain/errors.js";
import { envSchema } from "./env.schema.js";
import { parseBookSource } from "./price-book-source.js";

/** The server's settings, parsed once at start and frozen. */
export interface AppConfig {
  readonly host: string;
  readonly port: number;
  readonly grpcPort: number;
  readonly facadePort: number;
  readonly dataDir: string;
  readonly clickhouseUrl: string | undefined;
  readonly clickhouseCluster: string | undefined;
  readonly postgresUrl: string | undefined;
  readonly adminPassword: string | undefined;
  readonly retentionDays: number;
  readonly priceBookUrls: readonly string[];
  readonly priceBookKey: string | undefined;
  readonly webhookAllow: readonly string[];
  readonly logLevel: "silent" | "error" | "warn" | "info" | "debug";
  readonly maxBodyBytes: number;
  readonly maxInflightBytes: number;
  /** Bound to loopback without an admin password: no key is needed and all data goes to project `default`. */
  readonly openMode: boolean;
}

export const APP_CONFIG = Symbol("APP_CONFIG");
export const CLOCK = Symbol("CLOCK");

/** Whether a bind address reaches this machine only. Host names other than `localhost` count as not loopback. */
export function isLoopbackAddress(host: string): boolean {
  if (host === "localhost" || host === "::1") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}

/**
 * The frozen settings of an environment.
 * @throws AppError `invalid_request` naming every problem at once, one line per variable.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): AppConfig {
  const parsed = envSchema.safeParse(environment);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  const host = environment["SPANLEDGER_HOST"] || "127.0.0.1";
  if (!isLoopbackAddress(host) && !environment["SPANLEDGER_ADMIN_PASSWORD"]) {
    problems.push(
      `SPANLEDGER_ADMIN_PASSWORD: required because SPANLEDGER_HOST=${host} is reachable from other machines`,
    );
  }
  for (const entry of parsed.success ? parsed.data.SPANLEDGER_PRICE_BOOK_URLS : []) {
    const source = parseBookSource(entry);
    if ("problem" in source) problems.push(`SPANLEDGER_PRICE_BOOK_URLS: ${source.problem}`);
  }
  if (!parsed.success || problems.length > 0) {
    throw new AppError("invalid_request", `Invalid configuration:\n  ${problems.join("\n  ")}`, { problems });
  }
  const env = parsed.data;
  return Object.freeze({
    host: env.SPANLEDGER_HOST,
    port: env.SPANLEDGER_PORT,
    grpcPort: env.SPANLEDGER_GRPC_PORT,
    facadePort: env.SPANLEDGER_FACADE_PORT,
    dataDir: resolve(env.SPANLEDGER_DATA_DIR),
    clickhouseUrl: env.SPANLEDGER_CLICKHOUSE_URL,
    clickhouseCluster: env.SPANLEDGER_CLICKHOUSE_CLUSTER,
    postgresUrl: env.SPANLEDGER_POSTGRES_URL,
    adminPassword: env.SPANLEDGER_ADMIN_PASSWORD,
    retentionDays: env.SPANLEDGER_RETENTION_DAYS,
    priceBookUrls: Object.freeze(env.SPANLEDGER_PRICE_BOOK_URLS),
    priceBookKey: env.SPANLEDGER_PRICE_BOOK_KEY,
    webhookAllow: Object.freeze(env.SPANLEDGER_WEBHOOK_ALLOW),
    logLevel: env.SPANLEDGER_LOG_LEVEL,
    maxBodyBytes: env.SPANLEDGER_MAX_BODY_BYTES,
    maxInflightBytes: env.SPANLEDGER_MAX_INFLIGHT_BYTES,
    openMode: isLoopbackAddress(env.SPANLEDGER_HOST) && env.SPANLEDGER_ADMIN_PASSWORD === undefined,
  });
}
