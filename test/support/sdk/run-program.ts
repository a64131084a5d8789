import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface ProgramResult {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Milliseconds from the program's own "done" line to its exit; NaN without such a line. */
  exitMs: number;
}

/** Runs one of `programs/*.ts` in a process of its own, with the garbage collector exposed and nothing inherited but PATH. */
export function runProgram(name: string, env: Record<string, string> = {}): Promise<ProgramResult> {
  const file = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, ["--expose-gc", "--import", "tsx", file], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  let doneAt = Number.NaN;
  child.stdout.on("data", (part: Buffer) => {
    stdout += part.toString();
    if (stdout.includes("done")) doneAt = performance.now();
  });
  child.stderr.on("data", (part: Buffer) => (stderr += part.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve({ code, stdout, stderr, exitMs: performance.now() - doneAt }));
  });
}
