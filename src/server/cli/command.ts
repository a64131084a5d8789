import type { ParseArgsConfig } from "node:util";
import type { ApiClient } from "./api-client.js";

export type OptionsConfig = NonNullable<ParseArgsConfig["options"]>;

/** Where a command reads and writes; tests pass their own. */
export interface CliIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Columns of the terminal, or null when the output is not one. */
  readonly columns: number | null;
  out(text: string): void;
  err(text: string): void;
  nowMs(): number;
}

export type OptionValues = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

export interface CommandContext {
  readonly io: CliIo;
  readonly values: OptionValues;
  readonly positionals: readonly string[];
  readonly api: ApiClient;
  readonly json: boolean;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What `--help` prints after the first line: usage, options, examples. */
  readonly help: string;
  readonly options: OptionsConfig;
  /** Resolves with the exit code. @throws UsageError (exit 2), AppError or ApiError (exit 1) */
  run(context: CommandContext): Promise<number>;
}

/** The command line was wrong: exit code 2, and a hint where to read more. */
export class UsageError extends Error {}

/** An option's text, or undefined when it was not given. */
export function textOption(values: OptionValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

/** Every text given for an option that may be repeated, in order. */
export function listOption(values: OptionValues, name: string): string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/**
 * A whole number option, or undefined when it was not given.
 * @throws UsageError when it is no integer in [min, max]
 */
export function integerOption(
  values: OptionValues,
  name: string,
  range: { min: number; max: number },
): number | undefined {
  const text = textOption(values, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < range.min || value > range.max) {
    throw new UsageError(`--${name} must be a whole number from ${range.min} to ${range.max}, not "${text}"`);
  }
  return value;
}

/** The positional at `index`. @throws UsageError naming what is missing */
export function requiredPositional(context: CommandContext, index: number, what: string): string {
  const value = context.positionals[index];
  if (value === undefined) throw new UsageError(`missing ${what}`);
  return value;
}
