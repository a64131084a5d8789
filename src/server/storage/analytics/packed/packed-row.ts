import type { LedgerRow } from "../../../domain/ledger-row.js";
import { type PackedAttempts, packAttempts } from "./packed-attempts.js";
import { factsText } from "./packed-facts.js";
import { type PackedLimits, packLimits } from "./packed-limits.js";
import { packLines } from "./packed-lines.js";
import { restText } from "./packed-rest.js";
import { rareUsage } from "./rare-usage.js";

/** A ledger record with the texts and lists that it is stored as. */
export interface PackedRow {
  row: LedgerRow;
  facts: string;
  rates: string;
  rest: string;
  attempts: PackedAttempts;
  limits: PackedLimits;
}

/** The record in the form of its table. @throws AppError `invalid_request` naming a field whose value cannot be stored. */
export function packRow(row: LedgerRow): PackedRow {
  const { call } = row;
  const attempts = packAttempts(call);
  const limits = packLimits(call);
  const lines = packLines(call.cost.lines, call.usage);
  const { zeros, members } = rareUsage(call.usage);
  return {
    row,
    facts: factsText({ row, tries: attempts.facts, zeros }),
    rates: lines.rates,
    rest: restText(row, [members, attempts.rest, limits.rest, lines.rest]),
    attempts,
    limits,
  };
}
