import type { StandInClock, WaitPhase } from "./providers/index.js";

/**
 * The demo's time: it stands still until something waits, and then jumps. One call at a time uses it, so that what the wrapper
 * measures (time to first token, durations, waits between attempts) is what the plan says, in the past, without real waiting.
 */
export class VirtualClock implements StandInClock {
  private ms = 0;
  private call = 0;
  private piecesSeen = 0;
  private wake: (() => void) | null = null;
  private readonly exchanges = new WeakMap<AbortSignal, { call: number; piecesNeeded: number }>();

  nowMs(): number {
    return this.ms;
  }

  /** Begin a call at `ms` since the epoch. */
  startAt(ms: number): void {
    this.ms = ms;
    this.call += 1;
    this.piecesSeen = 0;
  }

  advance(ms: number): void {
    this.ms += ms;
  }

  /** The client has read one more piece of a stream. */
  sawPiece(): void {
    this.piecesSeen += 1;
    this.wake?.();
  }

  /**
   * Between the pieces of a stream the clock jumps only after the client has read what was sent. An exchange that its client has left
   * may wait once more when the next call is already under way: it must not move that call's time.
   */
  async wait(ms: number, phase: WaitPhase, signal: AbortSignal): Promise<void> {
    const exchange = this.exchanges.get(signal) ?? { call: this.call, piecesNeeded: 0 };
    this.exchanges.set(signal, exchange);
    if (phase === "chunk") {
      exchange.piecesNeeded += 1;
      while (this.piecesSeen < exchange.piecesNeeded && exchange.call === this.call && !signal.aborted) {
        await this.nextPiece(signal);
      }
    }
    if (exchange.call === this.call && !signal.aborted) this.ms += ms;
  }

  private async nextPiece(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}

const DEFAULT_RETRY_MS = 600;

/**
 * Makes an OpenAI or Anthropic client wait between attempts in the clock's time: the clock jumps by what the provider asked, and
 * the client continues after a millisecond. Both clients have the same internal `retryRequest`; a client without it waits for real.
 */
export function retryInVirtualTime(client: object, clock: VirtualClock): void {
  const original: unknown = Reflect.get(client, "retryRequest");
  if (typeof original !== "function") return;
  const retry = function (this: unknown, ...args: unknown[]): unknown {
    const headers = args.find((value) => value instanceof Headers);
    clock.advance(askedWait(headers));
    const hurried = args.map((value) => (value === headers ? new Headers({ "retry-after-ms": "1" }) : value));
    return Reflect.apply(original, this, hurried);
  };
  Object.defineProperty(client, "retryRequest", { value: retry, configurable: true, writable: true });
}

function askedWait(headers: Headers | undefined): number {
  const ms = Number(headers?.get("retry-after-ms") ?? Number.NaN);
  if (Number.isFinite(ms)) return ms;
  const seconds = Number(headers?.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : DEFAULT_RETRY_MS;
}
