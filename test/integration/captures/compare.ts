import type { LogEntry, Tokens } from "../../../src/demo/providers/index.js";
import { systemClock } from "../../../src/server/domain/clock.js";
import type { Call } from "../../../src/server/domain/call.js";
import type { LedgerRow } from "../../../src/server/domain/ledger-row.js";
import type { Span } from "../../../src/server/domain/span.js";
import type { Usage } from "../../../src/server/domain/usage.js";
import { IngestMetrics } from "../../../src/server/ingest/ingest-metrics.js";
import { LedgerWriter } from "../../../src/server/ingest/ledger-writer.js";
import { PricingContextHolder } from "../../../src/server/ingest/pricing-context.js";
import { fingerprint } from "../../../src/server/ledger/record.js";
import { priceCall } from "../../../src/server/pricing/price-call.js";
import { recordsOf } from "../ingest/captures.js";
import { MemoryLedger } from "../ingest/memory-ledger.js";
import type { Captured } from "./capture-lab.js";

const pricing = new PricingContextHolder();

/** The ledger after these export requests, each settled and priced on its own as the server does it. */
export async function ledgerAfter(requests: readonly (readonly Span[])[]): Promise<LedgerRow[]> {
  const ledger = new MemoryLedger();
  const writer = new LedgerWriter({
    calls: ledger,
    traces: ledger,
    neighbours: ledger,
    soleWriter: true,
    clock: systemClock,
    pricing,
    metrics: new IngestMetrics(),
    listeners: [],
  });
  for (const spans of requests) await writer.write([{ project: "default", ...recordsOf(spans) }]);
  return [...ledger.rows.values()];
}

/** Everything in force, without what remembers the order of arrival. */
export function stateOf(rows: readonly LedgerRow[]): string[] {
  return rows
    .map(({ role, roleReason, otherSpanIds, call }) =>
      [role, roleReason, otherSpanIds.join(), fingerprint(call), call.cost.total].join(" "),
    )
    .sort();
}

export function callsOf(rows: readonly LedgerRow[]): LedgerRow[] {
  return rows.filter(({ role }) => role === "call");
}

/** What the servers gave, in the ledger's classes. */
function trueUsage(tokens: Required<Tokens>): Record<string, number> {
  const writes = tokens.cacheWrite5m + tokens.cacheWrite1h + tokens.cacheWriteOther;
  const modal = tokens.inputAudio + tokens.inputImage + tokens.inputTool;
  return {
    inputUncached: tokens.input,
    cacheRead: tokens.cacheRead,
    cacheWrite: writes,
    output: tokens.output,
    outputReasoning: tokens.reasoning,
    inputTotal: tokens.input + tokens.cacheRead + writes + modal,
    outputTotal: tokens.output + tokens.reasoning + tokens.outputAudio + tokens.outputImage,
  };
}

function ledgerUsage(usage: Usage): Record<string, number | null> {
  const writes = [usage.cacheWrite5m, usage.cacheWrite1h, usage.cacheWriteOther].filter(
    (one) => one !== null,
  );
  return {
    inputUncached: usage.inputUncached,
    cacheRead: usage.cacheRead,
    cacheWrite: writes.length === 0 ? null : writes.reduce((sum, one) => sum + one, 0),
    output: usage.output,
    outputReasoning: usage.outputReasoning,
    inputTotal: usage.inputTotal,
    outputTotal: usage.outputTotal,
  };
}

/** The answer that a row reports: by id where the row has one and the servers gave it once, else by what is left in order of time. */
function pairUp(
  rows: readonly LedgerRow[],
  answers: readonly LogEntry[],
): [LedgerRow, LogEntry | undefined][] {
  const left = [...answers];
  const byStart = [...rows].sort((a, b) => (a.call.startTimeUnixNano < b.call.startTimeUnixNano ? -1 : 1));
  const known = new Map<LedgerRow, LogEntry>();
  for (const row of byStart) {
    const index = left.findIndex(
      ({ responseId }) => responseId !== null && responseId === row.call.responseId,
    );
    if (index >= 0) known.set(row, ...(left.splice(index, 1) as [LogEntry]));
  }
  return byStart.map((row) => [row, known.get(row) ?? left.shift()]);
}

/** What priced usage costs, had the call gone to the vendor itself. */
function costOf(call: Call, usage: Usage): string | null {
  return priceCall({ ...call, host: null, usage }, pricing.of("default")).cost.total;
}

function trueCost({ call }: LedgerRow, tokens: Required<Tokens>): string | null {
  const { cacheWrite5m, cacheWrite1h, cacheWriteOther, input, cacheRead, output, reasoning } = tokens;
  const split = { cacheWrite5m, cacheWrite1h, cacheWriteOther };
  return costOf(call, {
    ...call.usage,
    ...split,
    inputUncached: input,
    cacheRead,
    output,
    outputReasoning: reasoning,
  });
}

function wrongNumbers(row: LedgerRow, tokens: Required<Tokens>): string[] {
  const { call } = row;
  // The sender counted for itself, or is known to write what is not true: then the row says so, and its numbers prove nothing.
  if (call.usageSource === "estimated" || call.usageQuality === "conflict") return [];
  const problems: string[] = [];
  const truth = trueUsage(tokens);
  // Where reasoning was lost, the output class holds it too: nobody can take it out.
  if (call.usage.outputReasoning === null) truth["output"] = truth["outputTotal"] ?? 0;
  for (const [name, value] of Object.entries(ledgerUsage(call.usage))) {
    if (value === null ? call.usageQuality === "exact" && truth[name] !== 0 : value !== truth[name])
      problems.push(`${name} ${String(value)} instead of ${String(truth[name])} (${call.usageRule})`);
  }
  const splitKnown = call.usage.cacheWriteOther === tokens.cacheWriteOther;
  if (call.usageQuality === "exact" && splitKnown) {
    const [cost, wanted] = [costOf(call, call.usage), trueCost(row, tokens)];
    // Who bills for a model whose vendor no source names is not guessed: those calls have no price.
    const priceable = call.provider !== "unknown";
    if (cost !== wanted || (cost !== null) !== priceable)
      problems.push(`cost ${String(cost)} instead of ${String(wanted)}`);
  }
  return problems;
}

/** Everything in a row that the servers' log contradicts; a class that the ledger does not know contradicts nothing. */
function contradictions(row: LedgerRow, answer: LogEntry | undefined): string[] {
  const { call } = row;
  if (answer === undefined || answer.tokens === null)
    return [`a billable row (${call.spanId}) that no answer accounts for`];
  const problems: string[] = [];
  if (call.provider !== "unknown" && !answer.family.startsWith(FAMILIES[call.provider] ?? "?"))
    problems.push(`provider ${call.provider} for an answer of ${answer.family}`);
  if (call.responseId !== null && call.responseId !== answer.responseId)
    problems.push(`response id ${call.responseId} instead of ${String(answer.responseId)}`);
  for (const model of [call.requestModel, call.responseModel])
    if (model !== null && model !== answer.requestModel) problems.push(`model ${model}`);
  return [
    ...problems,
    ...(answer.end === "complete" && !answer.errorEventSent ? wrongNumbers(row, answer.tokens) : []),
  ];
}

const FAMILIES: Readonly<Record<string, string>> = {
  openai: "openai",
  anthropic: "anthropic",
  "aws.bedrock": "bedrock",
  mistral_ai: "mistral",
};

/** What the ledger says about a situation in one line, and everything in which it contradicts the servers' log. */
export function judge(
  rows: readonly LedgerRow[],
  captured: Captured,
): { summary: string; problems: string[] } {
  const calls = callsOf(rows);
  const billable = calls.filter(({ call }) => call.billable);
  const answers = captured.log.filter(({ tokens }) => tokens !== null);
  const problems = pairUp(billable, answers).flatMap(([row, answer]) => contradictions(row, answer));
  const refusals = calls.length - billable.length;
  if (refusals > captured.log.length - answers.length)
    problems.push(`${refusals} failed calls, but ${captured.log.length - answers.length} refusals`);
  for (const row of rows) {
    if (row.role !== "call" && row.call.billable) problems.push(`${row.role} ${row.call.spanId} is billable`);
  }
  const words = calls.map(({ call }) =>
    call.billable ? (call.usageSource === "estimated" ? "estimated" : call.usageQuality) : "refused",
  );
  return { summary: words.sort().join(" ") || "nothing", problems };
}
