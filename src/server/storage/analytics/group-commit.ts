import { AppError, OverloadedError } from "../../domain/errors.js";

/** Time as the group commit needs it; tests pass their own. */
export interface GroupCommitTimer {
  nowMs(): number;
  /** Runs `work` once after `delayMs`; the result cancels it. */
  after(delayMs: number, work: () => void): () => void;
}

export interface GroupCommitOptions<Item> {
  /** Makes the items durable, all or none. Must be idempotent: after an error, parts of a group are flushed again. */
  flush: (items: readonly Item[]) => Promise<void>;
  /** Largest group in bytes as given to `submit`; one larger item forms its own group. Default 16 MiB. */
  maxGroupBytes?: number;
  /** Bytes that may wait or be in flight before `submit` refuses. Default 128 MiB. */
  maxPendingBytes?: number;
  /** Shortest time a group gathers, in milliseconds. Default 15. */
  minWindowMs?: number;
  /** Longest time a group gathers, in milliseconds. Default 200. */
  maxWindowMs?: number;
  /** Longest time from `submit` to its answer, in milliseconds. Default 30,000. */
  deadlineMs?: number;
  timer?: GroupCommitTimer;
}

/** Counters for the metrics page. */
export interface GroupCommitStats {
  pendingBytes: number;
  pendingItems: number;
  flushes: number;
  failedFlushes: number;
  lastFlushMs: number;
  windowMs: number;
}

interface Entry<Item> {
  item: Item;
  bytes: number;
  submittedMs: number;
  settled: boolean;
  resolve: () => void;
  reject: (error: Error) => void;
  cancelDeadline: () => void;
}

const MIB = 1024 * 1024;

const systemTimer: GroupCommitTimer = {
  nowMs: () => performance.now(),
  after: (delayMs, work) => {
    const handle = setTimeout(work, delayMs);
    return () => clearTimeout(handle);
  },
};

/**
 * Gathers items of many callers into one flush and answers each caller when its item is durable. One flush runs at a time; the
 * gathering window follows the duration of the last one. A group that fails for a reason of its own is split until the bad item
 * stands alone, so it never fails its neighbours; a group that fails because storage is unavailable fails as a whole, to be sent again.
 */
export class GroupCommit<Item> {
  private readonly flush: (items: readonly Item[]) => Promise<void>;
  private readonly maxGroupBytes: number;
  private readonly maxPendingBytes: number;
  private readonly minWindowMs: number;
  private readonly maxWindowMs: number;
  private readonly deadlineMs: number;
  private readonly timer: GroupCommitTimer;

  private readonly queue: Entry<Item>[] = [];
  private queuedBytes = 0;
  private inFlightBytes = 0;
  private inFlightItems = 0;
  private windowMs: number;
  private cancelWindow: (() => void) | null = null;
  private flushing = false;
  private closed = false;
  private drained: (() => void) | null = null;
  private closing: Promise<void> | null = null;
  private flushes = 0;
  private failedFlushes = 0;
  private lastFlushMs = 0;

  constructor(options: GroupCommitOptions<Item>) {
    this.flush = options.flush;
    this.maxGroupBytes = options.maxGroupBytes ?? 16 * MIB;
    this.maxPendingBytes = options.maxPendingBytes ?? 128 * MIB;
    this.minWindowMs = options.minWindowMs ?? 15;
    this.maxWindowMs = options.maxWindowMs ?? 200;
    this.deadlineMs = options.deadlineMs ?? 30_000;
    this.timer = options.timer ?? systemTimer;
    this.windowMs = this.minWindowMs;
  }

  /**
   * Resolves when the item is durable. `bytes` is what it holds in memory, for the bounds.
   * @throws OverloadedError when full, past the deadline (the item may still become durable), or when storage is unavailable;
   *   AppError `unavailable` after close; otherwise the item's own flush error.
   */
  submit(item: Item, bytes: number): Promise<void> {
    if (this.closed) return Promise.reject(new AppError("unavailable", "The ledger is shutting down"));
    if (!this.hasRoom(bytes)) {
      return Promise.reject(new OverloadedError("Too much is waiting to be stored"));
    }
    return new Promise((resolve, reject) => {
      const submittedMs = this.timer.nowMs();
      const entry: Entry<Item> = {
        item,
        bytes,
        submittedMs,
        settled: false,
        resolve,
        reject,
        cancelDeadline: () => {},
      };
      entry.cancelDeadline = this.timer.after(this.deadlineMs, () => this.expire(entry));
      this.queue.push(entry);
      this.queuedBytes += bytes;
      this.schedule();
    });
  }

  /** Whether `submit` would take an item of this size now: something larger than the bound may pass alone. */
  hasRoom(bytes: number): boolean {
    return this.pendingBytes === 0 || this.pendingBytes + bytes <= this.maxPendingBytes;
  }

  /** Flushes what was submitted and refuses what comes later. Resolves when nothing is left. Idempotent. */
  close(): Promise<void> {
    this.closed = true;
    this.closing ??= new Promise((resolve) => {
      this.drained = resolve;
      this.startFlush();
      this.signalDrained();
    });
    return this.closing;
  }

  stats(): GroupCommitStats {
    return {
      pendingBytes: this.pendingBytes,
      pendingItems: this.queue.length + this.inFlightItems,
      flushes: this.flushes,
      failedFlushes: this.failedFlushes,
      lastFlushMs: this.lastFlushMs,
      windowMs: this.windowMs,
    };
  }

  private get pendingBytes(): number {
    return this.queuedBytes + this.inFlightBytes;
  }

  /** The window opens with the oldest waiting item; time spent behind a running flush counts. */
  private schedule(): void {
    const oldest = this.queue[0];
    if (this.flushing || oldest === undefined) return;
    const waitedMs = this.timer.nowMs() - oldest.submittedMs;
    if (this.closed || this.queuedBytes >= this.maxGroupBytes || waitedMs >= this.windowMs) {
      this.startFlush();
      return;
    }
    this.cancelWindow ??= this.timer.after(this.windowMs - waitedMs, () => this.startFlush());
  }

  private startFlush(): void {
    this.cancelWindow?.();
    this.cancelWindow = null;
    if (this.flushing || this.queue.length === 0) return;
    const group = this.takeGroup();
    this.flushing = true;
    void this.runFlush(group);
  }

  private takeGroup(): Entry<Item>[] {
    const group: Entry<Item>[] = [];
    let bytes = 0;
    for (const entry of this.queue) {
      if (group.length > 0 && bytes + entry.bytes > this.maxGroupBytes) break;
      group.push(entry);
      bytes += entry.bytes;
    }
    this.queue.splice(0, group.length);
    this.queuedBytes -= bytes;
    this.inFlightBytes += bytes;
    this.inFlightItems += group.length;
    return group;
  }

  private async runFlush(group: readonly Entry<Item>[]): Promise<void> {
    const startedMs = this.timer.nowMs();
    await this.flushOrSplit(group);
    this.lastFlushMs = this.timer.nowMs() - startedMs;
    this.windowMs = Math.min(this.maxWindowMs, Math.max(this.minWindowMs, this.lastFlushMs));
    for (const entry of group) this.inFlightBytes -= entry.bytes;
    this.inFlightItems -= group.length;
    this.flushing = false;
    this.schedule();
    this.signalDrained();
  }

  private async flushOrSplit(group: readonly Entry<Item>[]): Promise<void> {
    this.flushes += 1;
    try {
      await this.flush(group.map((entry) => entry.item));
      for (const entry of group) settle(entry, null);
    } catch (error) {
      this.failedFlushes += 1;
      if (isStorageDown(error)) {
        const overloaded = new OverloadedError("Storage cannot take data now", 1, { cause: error });
        for (const entry of group) settle(entry, overloaded);
      } else if (group.length === 1) {
        for (const entry of group) settle(entry, asError(error));
      } else {
        const half = Math.ceil(group.length / 2);
        await this.flushOrSplit(group.slice(0, half));
        await this.flushOrSplit(group.slice(half));
      }
    }
  }

  private expire(entry: Entry<Item>): void {
    const index = this.queue.indexOf(entry);
    if (index >= 0) {
      this.queue.splice(index, 1);
      this.queuedBytes -= entry.bytes;
    }
    settle(entry, new OverloadedError("Storing took too long"));
    this.signalDrained();
  }

  private signalDrained(): void {
    if (this.closed && !this.flushing && this.queue.length === 0) this.drained?.();
  }
}

function settle<Item>(entry: Entry<Item>, error: Error | null): void {
  if (entry.settled) return;
  entry.settled = true;
  entry.cancelDeadline();
  if (error === null) entry.resolve();
  else entry.reject(error);
}

/** Splitting cannot help when the engine is away or full: each half would fail alike and cost another round. */
export function isStorageDown(error: unknown): boolean {
  return error instanceof AppError && ["unavailable", "overloaded", "timeout"].includes(error.code);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new AppError("internal", "Storing failed", {}, { cause: error });
}
