import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../../domain/errors.js";
import { ApiError } from "../api-client.js";
import { type ImportedSpan, spanOfCall } from "../call-span.js";
import { type Command, type CommandContext, requiredPositional } from "../command.js";
import { formatCount } from "../table.js";

const BATCH = 500;
const MAX_TRIES = 30;
const MAX_WAIT_SECONDS = 30;

export const importCommand: Command = {
  name: "import",
  summary: "Read calls from a JSONL export back in",
  help: `Usage: spanledger import <file.jsonl>

Sends every call of an export to the server over OTLP, with its own ids: importing a file twice counts nothing twice.
The importing server prices the calls with the rates in force when they started. Lines that are no call are reported and skipped.`,
  options: {},
  run: importCalls,
};

interface Progress {
  sent: number;
  rejected: number;
  skipped: number;
}

async function importCalls(context: CommandContext): Promise<number> {
  const path = requiredPositional(context, 0, "the file to import");
  const progress: Progress = { sent: 0, rejected: 0, skipped: 0 };
  let batch: ImportedSpan[] = [];
  for await (const line of linesOf(path)) {
    if (line.text.trim() === "") continue;
    const span = parse(line, context, progress);
    if (span) batch.push(span);
    if (batch.length >= BATCH) {
      await send(context, batch, progress);
      batch = [];
    }
  }
  if (batch.length > 0) await send(context, batch, progress);
  const { sent, rejected, skipped } = progress;
  if (context.json) context.io.out(`${JSON.stringify(progress)}\n`);
  else {
    context.io.out(`${formatCount(sent)} calls imported`);
    context.io.out(
      `${rejected > 0 ? `, ${rejected} rejected` : ""}${skipped > 0 ? `, ${skipped} lines skipped` : ""}\n`,
    );
  }
  return rejected + skipped > 0 ? 1 : 0;
}

interface Line {
  number: number;
  text: string;
}

async function* linesOf(path: string): AsyncGenerator<Line> {
  const stream = createReadStream(path);
  let number = 0;
  try {
    for await (const text of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      yield { number, text };
    }
  } catch (error) {
    const reason =
      error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);
    throw new AppError("invalid_request", `cannot read ${path}: ${reason}`, {}, { cause: error });
  }
}

function parse(line: Line, { io }: CommandContext, progress: Progress): ImportedSpan | null {
  try {
    const value: unknown = JSON.parse(line.text);
    if (typeof value !== "object" || value === null) throw new RangeError("no JSON object");
    return spanOfCall(value as Record<string, unknown>);
  } catch (error) {
    progress.skipped += 1;
    const reason = error instanceof RangeError ? error.message : "no JSON";
    if (progress.skipped <= 20) io.err(`line ${line.number} skipped: ${reason}\n`);
    return null;
  }
}

async function send(
  context: CommandContext,
  batch: readonly ImportedSpan[],
  progress: Progress,
): Promise<void> {
  const body = JSON.stringify(traceRequest(batch));
  for (let attempt = 1; ; attempt += 1) {
    const response = await context.api.raw("POST", "/v1/traces", body);
    const text = await response.text();
    if (response.ok) {
      const rejected = rejectedSpans(text);
      progress.sent += batch.length - rejected;
      progress.rejected += rejected;
      return;
    }
    const isBusy = response.status === 429 || response.status === 503;
    if (!isBusy || attempt >= MAX_TRIES) {
      throw new ApiError(`http_${response.status}`, `the server refused a batch of calls`, response.status);
    }
    const seconds = Number(response.headers.get("retry-after") ?? "1");
    await sleep(Math.min(Number.isFinite(seconds) ? seconds : 1, MAX_WAIT_SECONDS) * 1000);
  }
}

function rejectedSpans(text: string): number {
  try {
    const answer = JSON.parse(text) as { partialSuccess?: { rejectedSpans?: string | number } };
    return Number(answer.partialSuccess?.rejectedSpans ?? 0);
  } catch {
    // An empty body is a full success by the OTLP specification.
    return 0;
  }
}

function traceRequest(batch: readonly ImportedSpan[]): unknown {
  const groups = new Map<string, ImportedSpan[]>();
  for (const item of batch) {
    const key = JSON.stringify([item.service, item.environment]);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return { resourceSpans: [...groups.values()].map(resourceSpans) };
}

function resourceSpans(items: readonly ImportedSpan[]): unknown {
  const text = (key: string, value: string | null | undefined) =>
    value ? [{ key, value: { stringValue: value } }] : [];
  const attributes = [
    ...text("service.name", items[0]?.service),
    ...text("deployment.environment.name", items[0]?.environment),
  ];
  return {
    resource: { attributes },
    scopeSpans: [{ scope: { name: "spanledger-import" }, spans: items.map((item) => item.span) }],
  };
}
