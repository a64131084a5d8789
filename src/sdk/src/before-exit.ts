import { guard } from "./guard.js";
import { flushTracers } from "./tracer.js";

const tasks = new Set<() => void>();

/** Runs `task` when the process has nothing left to do, and sends what it records. The same task is run once. */
export function beforeExit(task: () => void): void {
  if (tasks.size === 0) {
    process.once("beforeExit", () => {
      for (const each of tasks) guard(each);
      void flushTracers();
    });
  }
  tasks.add(task);
}
