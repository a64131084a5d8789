import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";

/** A tracer provider that keeps what it was given, with an await for the n-th span. */
export class SpanProbe {
  private readonly exporter = new InMemorySpanExporter();
  readonly provider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(this.exporter)],
  });

  get spans(): ReadableSpan[] {
    return this.exporter.getFinishedSpans();
  }

  reset(): void {
    this.exporter.reset();
  }

  /** The spans, once there are at least `count`; fails after `withinMs`. */
  async atLeast(count: number, withinMs = 3000): Promise<ReadableSpan[]> {
    const deadline = Date.now() + withinMs;
    while (this.spans.length < count) {
      if (Date.now() > deadline) throw new Error(`only ${this.spans.length} of ${count} spans`);
      await new Promise((done) => setTimeout(done, 5));
    }
    return this.spans;
  }

  /** The only span; fails when there is none or another. */
  async one(): Promise<ReadableSpan> {
    const [span, ...others] = await this.atLeast(1);
    if (span === undefined || others.length > 0) throw new Error(`${others.length + 1} spans`);
    return span;
  }
}

/** Attempt events as plain rows, without the times. */
export function attemptsOf(span: ReadableSpan): Record<string, unknown>[] {
  return span.events
    .filter((event) => event.name === "spanledger.attempt")
    .map(({ attributes }) => {
      const { "spanledger.attempt.duration_ms": duration, ...rest } = attributes ?? {};
      if (typeof duration !== "number" || duration < 0) throw new Error("attempt without duration");
      return rest;
    });
}

export function startMs(span: ReadableSpan): number {
  return span.startTime[0] * 1000 + span.startTime[1] / 1e6;
}

export function endMs(span: ReadableSpan): number {
  return span.endTime[0] * 1000 + span.endTime[1] / 1e6;
}
