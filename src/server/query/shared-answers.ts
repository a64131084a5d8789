import { cancelledError } from "../storage/analytics/session-pool.js";

export interface SharedAnswersLimits<Answer> {
  maxKept: number;
  /** Weight of all kept answers, and of one that is kept. */
  maxWeight: number;
  maxWeightEach: number;
  weigh: (answer: Answer) => number;
}

interface Entry<Answer> {
  version: string | null;
  answer: Promise<Answer>;
  /** Who waits; the work stops when the last one leaves. */
  waiting: number;
  stop: AbortController;
  /** Null while it is worked on. */
  weight: number | null;
}

/**
 * Answers of questions: asked again in the same version it is answered from memory, asked while it is worked on it is not asked twice.
 * Bounded: the answers used longest ago are dropped.
 */
export class SharedAnswers<Answer> {
  private readonly entries = new Map<string, Entry<Answer>>();
  private weight = 0;

  constructor(private readonly limits: SharedAnswersLimits<Answer>) {}

  /**
   * The answer to a question in a version; without one it is shared while it is worked on and then dropped. `work` is told by its signal when nobody waits any more.
   * @throws AppError `timeout` when `signal` aborts, or what `work` throws; failures are not kept.
   */
  get(
    question: string,
    version: string | null,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer> {
    let entry = this.entries.get(question);
    if (entry === undefined || entry.version !== version || entry.stop.signal.aborted) {
      this.drop(question);
      entry = this.begin(question, version, work);
    } else {
      this.entries.delete(question);
      this.entries.set(question, entry);
    }
    return waitFor(entry, signal);
  }

  private begin(
    question: string,
    version: string | null,
    work: (signal: AbortSignal) => Promise<Answer>,
  ): Entry<Answer> {
    const stop = new AbortController();
    const entry: Entry<Answer> = { version, answer: work(stop.signal), waiting: 0, stop, weight: null };
    this.entries.set(question, entry);
    entry.answer.then(
      (answer) => this.keep(question, entry, this.limits.weigh(answer)),
      () => this.forget(question, entry),
    );
    return entry;
  }

  private keep(question: string, entry: Entry<Answer>, weight: number): void {
    if (this.entries.get(question) !== entry) return;
    if (entry.version === null) {
      this.forget(question, entry);
      return;
    }
    entry.weight = weight;
    this.weight += weight;
    if (weight > this.limits.maxWeightEach) this.forget(question, entry);
    for (const [oldest, { weight: kept }] of this.entries) {
      if (this.weight <= this.limits.maxWeight && this.entries.size <= this.limits.maxKept) break;
      if (kept !== null) this.drop(oldest);
    }
  }

  private forget(question: string, entry: Entry<Answer>): void {
    if (this.entries.get(question) === entry) this.drop(question);
  }

  private drop(question: string): void {
    this.weight -= this.entries.get(question)?.weight ?? 0;
    this.entries.delete(question);
  }
}

function waitFor<Answer>(entry: Entry<Answer>, signal: AbortSignal | undefined): Promise<Answer> {
  if (signal?.aborted === true) {
    if (entry.waiting === 0 && entry.weight === null) entry.stop.abort();
    return Promise.reject(cancelledError());
  }
  entry.waiting += 1;
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      entry.waiting -= 1;
      if (entry.waiting === 0 && entry.weight === null) entry.stop.abort();
      reject(cancelledError());
    };
    signal?.addEventListener("abort", leave, { once: true });
    entry.answer.then(resolve, reject).finally(() => {
      if (signal?.aborted !== true) entry.waiting -= 1;
      signal?.removeEventListener("abort", leave);
    });
  });
}
