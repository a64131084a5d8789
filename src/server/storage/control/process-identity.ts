import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** What tells one run of one process from every other: pids are reused, and differ between containers. */
export interface ProcessIdentity {
  pid: number;
  /** Host name and boot id: pids of another host or boot say nothing. */
  host: string;
  /** Start time of the process in the kernel's words; null where the platform does not tell. */
  startedAt: string | null;
}

/** This process. Never throws. */
export function currentProcess(): ProcessIdentity {
  return { pid: process.pid, host: hostIdentity(), startedAt: startTimeOf(process.pid) };
}

/**
 * Whether the process of a lock still runs: `unknown` when it belongs to another host or container, or when the pid is
 * alive but its start time cannot be compared. Never throws.
 */
export function lifeOf(identity: ProcessIdentity): "alive" | "dead" | "unknown" {
  if (identity.host !== hostIdentity()) return "unknown";
  if (!isRunning(identity.pid)) return "dead";
  const startedAt = startTimeOf(identity.pid);
  if (startedAt === null || identity.startedAt === null) return "unknown";
  return startedAt === identity.startedAt ? "alive" : "dead";
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, under another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Field 22 of /proc/<pid>/stat, clock ticks after boot. The command name before it may hold spaces and parentheses. */
function startTimeOf(pid: number): string | null {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === null) return null;
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}

function hostIdentity(): string {
  return `${hostname()} ${readText("/proc/sys/kernel/random/boot_id")?.trim() ?? ""}`.trim();
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Not Linux, or the process has just ended: the caller treats it as not known.
    return null;
  }
}
