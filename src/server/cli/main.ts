import { runCli } from "./cli.js";

// A reader that stops early (`spanledger export | head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  columns: process.stdout.isTTY ? process.stdout.columns : null,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  nowMs: () => Date.now(),
});
