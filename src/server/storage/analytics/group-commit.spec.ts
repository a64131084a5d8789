import { describe, expect, it } from "@jest/globals";
import { AppError, OverloadedError } from "../../domain/errors.js";
import { GroupCommit, type GroupCommitOptions, type GroupCommitTimer } from "./group-commit.js";

/** Time that moves only when told. */
class FakeTimer implements GroupCommitTimer {
  private now = 0;
  private readonly jobs = new Set<{ at: number; work: () => void }>();

  nowMs(): number {
    return this.now;
  }

  after(delayMs: number, work: () => void): () => void {
    const job = { at: this.now + delayMs, work };
    this.jobs.add(job);
    return () => this.jobs.delete(job);
  }

  async advance(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      const next = [...this.jobs].filter((job) => job.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.jobs.delete(next);
      this.now = Math.max(this.now, next.at);
      next.work();
      await settled();
    }
    this.now = end;
    await settled();
  }

  get pending(): number {
    return this.jobs.size;
  }
}

/** Lets every promise that can settle do so. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A flush whose every run is ended by the test. */
class FakeFlush {
  readonly groups: string[][] = [];
  private readonly ends: { resolve: () => void; reject: (error: Error) => void }[] = [];

  readonly run = (items: readonly string[]): Promise<void> => {
    this.groups.push([...items]);
    return new Promise((resolve, reject) => this.ends.push({ resolve, reject }));
  };

  async succeed(): Promise<void> {
    this.next().resolve();
    await settled();
  }

  async fail(error: Error): Promise<void> {
    this.next().reject(error);
    await settled();
  }

  private next(): { resolve: () => void; reject: (error: Error) => void } {
    const end = this.ends.shift();
    if (end === undefined) throw new Error("no flush is running");
    return end;
  }
}

function setUp(options: Partial<GroupCommitOptions<string>> = {}) {
  const timer = new FakeTimer();
  const flush = new FakeFlush();
  const commit = new GroupCommit<string>({
    flush: flush.run,
    timer,
    minWindowMs: 15,
    maxWindowMs: 200,
    ...options,
  });
  const answers: Record<string, string> = {};
  const submit = (item: string, bytes = 1): void => {
    commit.submit(item, bytes).then(
      () => (answers[item] = "durable"),
      (error: unknown) => (answers[item] = error instanceof AppError ? error.code : String(error)),
    );
  };
  return { timer, flush, commit, answers, submit };
}

describe("GroupCommit", () => {
  it("gathers for a window, flushes once, and answers after the flush", async () => {
    const { timer, flush, answers, submit } = setUp();
    submit("a");
    await timer.advance(10);
    submit("b");
    await timer.advance(4);
    expect(flush.groups).toEqual([]);
    await timer.advance(1);
    expect(flush.groups).toEqual([["a", "b"]]);
    expect(answers).toEqual({});
    await flush.succeed();
    expect(answers).toEqual({ a: "durable", b: "durable" });
    expect(timer.pending).toBe(0);
  });

  it("runs one flush at a time; the window grows with its duration, up to the cap", async () => {
    const { timer, flush, commit, submit } = setUp();
    submit("a");
    await timer.advance(15);
    await timer.advance(60);
    submit("b");
    await timer.advance(40);
    submit("c");
    expect(flush.groups).toEqual([["a"]]);
    await flush.succeed();
    expect(commit.stats().windowMs).toBe(100);
    await timer.advance(59);
    expect(flush.groups).toHaveLength(1);
    await timer.advance(1);
    expect(flush.groups).toEqual([["a"], ["b", "c"]]);
    await timer.advance(10_000);
    await flush.succeed();
    expect(commit.stats().windowMs).toBe(200);
  });

  it("does not wait when a group is full, and never makes one larger than the cap", async () => {
    const { flush, submit } = setUp({ maxGroupBytes: 10 });
    submit("a", 6);
    submit("b", 6);
    await settled();
    expect(flush.groups).toEqual([["a"]]);
    submit("huge", 50);
    await flush.succeed();
    expect(flush.groups).toEqual([["a"], ["b"]]);
    await flush.succeed();
    expect(flush.groups).toEqual([["a"], ["b"], ["huge"]]);
  });

  it("refuses what exceeds the bound of waiting bytes, those in flight included, and takes more afterwards", async () => {
    const { timer, flush, commit, answers, submit } = setUp({ maxPendingBytes: 10 });
    submit("a", 8);
    await timer.advance(15);
    submit("b", 3);
    await settled();
    expect(answers).toEqual({ b: "overloaded" });
    await flush.succeed();
    submit("c", 10);
    expect(commit.stats().pendingBytes).toBe(10);
    await timer.advance(200);
    expect(flush.groups).toEqual([["a"], ["c"]]);
  });

  it("splits a failing group until the bad item stands alone", async () => {
    const seen: string[][] = [];
    const bad = new AppError("invalid_request", "bad row");
    const { timer, answers, submit } = setUp({
      flush: (items) => {
        seen.push([...items]);
        return items.includes("bad") ? Promise.reject(bad) : Promise.resolve();
      },
    });
    for (const item of ["a", "b", "bad", "d", "e"]) submit(item);
    await timer.advance(15);
    expect(answers).toEqual({
      a: "durable",
      b: "durable",
      bad: "invalid_request",
      d: "durable",
      e: "durable",
    });
    expect(seen).toEqual([["a", "b", "bad", "d", "e"], ["a", "b", "bad"], ["a", "b"], ["bad"], ["d", "e"]]);
  });

  it("does not split when storage is away: everyone is told to come back", async () => {
    const { timer, flush, answers, submit } = setUp();
    submit("a");
    submit("b");
    await timer.advance(15);
    await flush.fail(new AppError("unavailable", "gone"));
    expect(flush.groups).toHaveLength(1);
    expect(answers).toEqual({ a: "overloaded", b: "overloaded" });
  });

  it("answers overloaded at the deadline, waiting or in flight, and keeps counting what is in flight", async () => {
    const { timer, flush, commit, answers, submit } = setUp({ deadlineMs: 1000 });
    submit("a", 5);
    await timer.advance(15);
    submit("b", 7);
    await timer.advance(1000);
    expect(answers).toEqual({ a: "overloaded", b: "overloaded" });
    expect(commit.stats()).toMatchObject({ pendingBytes: 5, pendingItems: 1 });
    await flush.succeed();
    expect(commit.stats()).toMatchObject({ pendingBytes: 0, pendingItems: 0 });
    await timer.advance(1000);
    expect(flush.groups).toEqual([["a"]]);
  });

  it("drains at close, at once, and refuses what comes later", async () => {
    const { flush, commit, answers, submit } = setUp({ maxGroupBytes: 1 });
    submit("a");
    submit("b");
    let closed = false;
    const closing = commit.close().then(() => (closed = true));
    expect(commit.close()).toBe(commit.close());
    submit("late");
    await settled();
    expect(answers).toEqual({ late: "unavailable" });
    await flush.succeed();
    expect(closed).toBe(false);
    expect(flush.groups).toEqual([["a"], ["b"]]);
    await flush.succeed();
    await closing;
    expect(answers).toMatchObject({ a: "durable", b: "durable" });
  });

  it("closes at once when nothing waits", async () => {
    await setUp().commit.close();
  });

  it("gives a refused submit as an OverloadedError with a time to wait", async () => {
    const { commit } = setUp({ maxPendingBytes: 1 });
    const first = commit.submit("a", 1);
    const error: unknown = await commit.submit("b", 1).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(OverloadedError);
    expect((error as OverloadedError).retryAfterSeconds).toBe(1);
    void first;
  });
});
