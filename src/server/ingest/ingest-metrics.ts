import type { GroupCommitStats } from "../storage/analytics/group-commit.js";

/** Counters of the ingest path since start, for `/metrics`. Plain numbers: reading them is free. */
export class IngestMetrics {
  /** Spans handed in. */
  received = 0;
  /** Spans that are durable, or needed no storing. */
  accepted = 0;
  /** By machine reason. */
  readonly rejected = new Map<string, number>();
  /** Records that were in the ledger already, unchanged. */
  duplicates = 0;
  /** Records that became part of a call another record stands for. */
  merged = 0;
  /** Records that only repeat their descendants. */
  aggregates = 0;
  /** Rows written for calls that cost money and have no price. */
  unpriced = 0;
  /** Spans that are no calls and of which nothing was kept. */
  ignored = 0;
  /** Spans of which only ids were kept. */
  links = 0;
  /** Rows written, all roles and versions. */
  rows = 0;
  /** Times that a sender was told to come back. */
  overloaded = 0;
  /** Spans by dialect. */
  readonly dialects = new Map<string, number>();
  /** Live numbers of the group commit. */
  commit: () => GroupCommitStats | null = () => null;

  reject(reason: string, count = 1): void {
    this.rejected.set(reason, (this.rejected.get(reason) ?? 0) + count);
  }

  countDialect(name: string): void {
    this.dialects.set(name, (this.dialects.get(name) ?? 0) + 1);
  }
}
