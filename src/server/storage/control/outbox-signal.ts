import { Injectable } from "@nestjs/common";

/**
 * Tells the worker of this process that the outbox has new rows. Only a wake-up: rows of other processes, or of a
 * process that died in between, are found by polling.
 */
@Injectable()
export class OutboxSignal {
  #listener: (() => void) | null = null;

  /** Sets the one listener, or removes it with null. */
  onWake(listener: (() => void) | null): void {
    this.#listener = listener;
  }

  /** To be called after the commit that wrote the rows. */
  wake(): void {
    this.#listener?.();
  }
}
