import { beforeExit } from "./before-exit.js";
import { guard } from "./guard.js";
import { once } from "./once.js";

/** How long the total of a finished batch job waits whether its result lines are read, which tell more. */
const WAIT_MS = 1000;
const MAX_WAITING = 1000;

interface Waiting {
  emit: () => void;
  timer: NodeJS.Timeout;
}

/** By result file: totals that wait, and whether lines or the total were recorded. */
const waiting = new Map<string, Waiting>();
const recorded = new Map<string, "lines" | "total">();

/**
 * Records the total of a finished batch job by `emit`, once, unless the lines of its result `file` are read before or soon: never both.
 */
export function offerTotal(file: string, emit: () => void): void {
  if (recorded.has(file) || waiting.has(file) || waiting.size >= MAX_WAITING) return;
  const timer = setTimeout(() => settle(file), WAIT_MS);
  timer.unref();
  beforeExit(settleTotals);
  waiting.set(file, { emit, timer });
}

function settle(file: string): void {
  const found = waiting.get(file);
  if (found === undefined) return;
  clearTimeout(found.timer);
  waiting.delete(file);
  note(file, "total");
  guard(found.emit);
}

function note(file: string, what: "lines" | "total"): void {
  recorded.set(file, what);
  if (recorded.size <= MAX_WAITING * 10) return;
  const [oldest] = recorded.keys();
  if (oldest !== undefined) recorded.delete(oldest);
}

/** Whether the lines of a result file are to be recorded; from then on its total is not. */
export function takeLines(file: string): boolean {
  if (recorded.get(file) === "total") return false;
  const found = waiting.get(file);
  if (found !== undefined) clearTimeout(found.timer);
  waiting.delete(file);
  note(file, "lines");
  return true;
}

/** Records every total that still waits. */
export function settleTotals(): void {
  for (const file of waiting.keys()) settle(file);
}

/** Whether a line of a result file is new to this process. */
export function isNewLine(host: string, id: string | null): boolean {
  return id === null || once(`${host} ${id}`);
}
