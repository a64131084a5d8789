import { AppError, OverloadedError } from "../../domain/errors.js";

interface Waiter<Item> {
  resolve: (item: Item) => void;
  reject: (error: Error) => void;
}

/** Hands out a fixed set of items, first come, first served, with a bounded queue. */
export class SessionPool<Item> {
  private readonly free: Item[];
  private readonly waiting: Waiter<Item>[] = [];
  private closed = false;

  constructor(
    readonly items: readonly Item[],
    private readonly maxWaiting: number,
  ) {
    this.free = [...items];
  }

  /**
   * A free item, in turn. Give it back with `release`.
   * @throws OverloadedError when too many wait already; AppError `timeout` when `signal` aborts first; `unavailable` when closed.
   */
  acquire(signal?: AbortSignal): Promise<Item> {
    if (this.closed) return Promise.reject(closedError());
    if (signal?.aborted) return Promise.reject(cancelledError());
    const item = this.free.pop();
    if (item !== undefined) return Promise.resolve(item);
    if (this.waiting.length >= this.maxWaiting) {
      return Promise.reject(new OverloadedError("Too many queries are waiting"));
    }
    return this.wait(signal);
  }

  /** Takes an item back and passes it to the next in line. */
  release(item: Item): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free.push(item);
    else next.resolve(item);
  }

  /** Refuses everyone who waits or comes later. Idempotent. */
  close(): void {
    this.closed = true;
    for (const waiter of this.waiting.splice(0)) waiter.reject(closedError());
  }

  private wait(signal?: AbortSignal): Promise<Item> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        const index = this.waiting.indexOf(waiter);
        if (index >= 0) this.waiting.splice(index, 1);
        waiter.reject(cancelledError());
      };
      const waiter: Waiter<Item> = {
        resolve: (item) => {
          signal?.removeEventListener("abort", leave);
          resolve(item);
        },
        reject: (error) => {
          signal?.removeEventListener("abort", leave);
          reject(error);
        },
      };
      signal?.addEventListener("abort", leave, { once: true });
      this.waiting.push(waiter);
    });
  }
}

/** The error of a query whose caller gave up. */
export function cancelledError(): AppError {
  return new AppError("timeout", "The query was cancelled", { cancelled: true });
}

/** The error of any use after close. */
export function closedError(): AppError {
  return new AppError("unavailable", "The analytics store is closed");
}
