/** Passed to a waiter that will never be served. */
export class GateClosedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "GateClosedError";
  }
}

interface Waiter {
  owner: object;
  resolve: () => void;
  reject: (error: Error) => void;
}

/**
 * First come, first served access to an engine that has one session. An owner keeps the gate from its first statement
 * until its transaction ends; acquiring again while holding is immediate.
 */
export class EngineGate {
  readonly #waiters: Waiter[] = [];
  #holder: object | null = null;
  #closed = false;

  /** @param maxWaiters owners that may queue; one more is refused. */
  constructor(private readonly maxWaiters: number = 1000) {}

  get waiting(): number {
    return this.#waiters.length;
  }

  /** Whether this owner holds the gate. */
  isHeldBy(owner: object): boolean {
    return this.#holder === owner;
  }

  /**
   * Resolves when `owner` holds the gate.
   * @throws GateClosedError when the gate is closed, the queue is full, or the owner withdrew.
   */
  acquire(owner: object): Promise<void> {
    if (this.#holder === owner) return Promise.resolve();
    if (this.#closed) return Promise.reject(new GateClosedError("The embedded database is closed."));
    if (this.#holder === null) {
      this.#holder = owner;
      return Promise.resolve();
    }
    if (this.#waiters.length >= this.maxWaiters) {
      return Promise.reject(
        new GateClosedError("Too many statements are waiting for the embedded database."),
      );
    }
    return new Promise((resolve, reject) => this.#waiters.push({ owner, resolve, reject }));
  }

  /** Hands the gate to the next waiter. Without effect unless `owner` holds it. */
  release(owner: object): void {
    if (this.#holder !== owner) return;
    const next = this.#waiters.shift();
    this.#holder = next?.owner ?? null;
    next?.resolve();
  }

  /** Takes an owner out of the queue; its `acquire` rejects. Without effect unless it waits. */
  withdraw(owner: object): void {
    const index = this.#waiters.findIndex((waiter) => waiter.owner === owner);
    if (index === -1) return;
    const [waiter] = this.#waiters.splice(index, 1);
    waiter?.reject(new GateClosedError("The connection was closed while it waited."));
  }

  /** Refuses everybody who waits or comes later; the holder keeps the gate until it releases. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiters.splice(0)) {
      waiter.reject(new GateClosedError("The embedded database is closed."));
    }
  }
}
