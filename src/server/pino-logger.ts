import type { LoggerService } from "@nestjs/common";
import { type Logger, pino } from "pino";

type Level = "error" | "warn" | "info" | "debug";

/** The framework narrates every route it maps; that is of interest only when something is debugged. */
const FRAMEWORK_SCOPES: ReadonlySet<unknown> = new Set([
  "InstanceLoader",
  "NestApplication",
  "NestFactory",
  "RouterExplorer",
  "RoutesResolver",
]);

/** Nest's logger over pino: one JSON line per message on stderr, so that stdout stays for what people read. */
export class PinoLogger implements LoggerService {
  readonly #pino: Logger;

  constructor(level: Level | "silent") {
    this.#pino = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
  }

  log(message: unknown, ...context: unknown[]): void {
    this.#write(FRAMEWORK_SCOPES.has(context.at(-1)) ? "debug" : "info", message, context);
  }

  error(message: unknown, ...context: unknown[]): void {
    this.#write("error", message, context);
  }

  warn(message: unknown, ...context: unknown[]): void {
    this.#write("warn", message, context);
  }

  debug(message: unknown, ...context: unknown[]): void {
    this.#write("debug", message, context);
  }

  verbose(message: unknown, ...context: unknown[]): void {
    this.#write("debug", message, context);
  }

  #write(level: Level, message: unknown, context: unknown[]): void {
    if (!this.#pino.isLevelEnabled(level)) return;
    const scope = context.at(-1);
    const fields = typeof scope === "string" ? { scope } : {};
    if (message instanceof Error) this.#pino[level]({ ...fields, err: message }, message.message);
    else if (typeof message === "object" && message !== null) this.#pino[level]({ ...fields, ...message });
    else this.#pino[level](fields, String(message));
  }
}
