import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Attributes, AttributeValue, Context, Tracer, TracerProvider } from "@opentelemetry/api";
import { hrTime } from "./clock.js";
import { OwnExport } from "./own-export.js";
import type { SpanData } from "./span-data.js";
import { SDK_NAME, SDK_VERSION } from "./version.js";

const own = new OwnExport();
/** Providers that were passed as an option, to be flushed as well. */
const givenProviders = new Set<TracerProvider>();
const MAX_GIVEN = 64;

/** Hands a finished span to the given provider, else to the globally registered one, else to our own exporter. */
export function deliver(span: SpanData, parent: Context, given: TracerProvider | undefined): void {
  const tracer = given === undefined ? globalTracer() : tracerOf(given);
  if (tracer === null) own.add(span, parent);
  else replay(tracer, span, parent);
}

const tracers = new WeakMap<TracerProvider, Tracer>();

function tracerOf(given: TracerProvider): Tracer {
  const known = tracers.get(given);
  if (known !== undefined) return known;
  if (givenProviders.size < MAX_GIVEN) givenProviders.add(given);
  const tracer = given.getTracer(SDK_NAME, SDK_VERSION);
  tracers.set(given, tracer);
  return tracer;
}

/** The registered provider's tracer; null while only the API's no-op stands there. */
function globalTracer(): Tracer | null {
  const provider = trace.getTracerProvider();
  const delegate = (provider as { getDelegateTracer?: TracerProvider["getTracer"] }).getDelegateTracer;
  if (typeof delegate !== "function") return provider.getTracer(SDK_NAME, SDK_VERSION);
  return (delegate.call(provider, SDK_NAME, SDK_VERSION) as Tracer | undefined) ?? null;
}

function replay(tracer: Tracer, data: SpanData, parent: Context): void {
  const options = { kind: SpanKind.CLIENT, startTime: hrTime(data.startMs), attributes: data.first() };
  const span = tracer.startSpan(data.name, options, parent);
  if (!span.isRecording()) return;
  data.describe({
    put(name, value) {
      if (value !== null && value !== undefined) span.setAttribute(name, value as AttributeValue);
    },
  });
  for (const event of data.events) {
    const attributes: Attributes = {};
    event.describe({
      put(name, value) {
        if (value !== null && value !== undefined) attributes[name] = value as AttributeValue;
      },
    });
    span.addEvent(event.name, attributes, hrTime(event.timeMs));
  }
  if (data.failed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(hrTime(data.endMs));
}

/** Asks the given and global providers, and our own exporter, to send what they hold. Never rejects. */
export async function flushTracers(): Promise<void> {
  await Promise.all([own.flush(), ...applicationProviders().map(flushProvider)]);
}

/** As `flushTracers`, and stops our own exporter; the application's providers are its own to stop. */
export async function shutdownTracers(): Promise<void> {
  await Promise.all([own.shutdown(), ...applicationProviders().map(flushProvider)]);
}

interface Flushable {
  forceFlush?: () => Promise<void>;
  getDelegate?: () => Flushable;
}

function applicationProviders(): Flushable[] {
  return [trace.getTracerProvider() as Flushable, ...(givenProviders as Set<Flushable>)];
}

async function flushProvider(provider: Flushable): Promise<void> {
  try {
    const real = provider.getDelegate?.() ?? provider;
    await real.forceFlush?.();
  } catch {
    // The application's provider reports its own failures.
  }
}
