import { trace } from "@opentelemetry/api";
import type { Tracer, TracerProvider } from "@opentelemetry/api";
import { OwnExport } from "./own-export.js";
import { SDK_NAME, SDK_VERSION } from "./version.js";

const own = new OwnExport();
/** Providers that were passed as an option, to be flushed as well. */
const givenProviders = new Set<TracerProvider>();
const MAX_GIVEN = 64;

/**
 * The tracer for a call that ends now: of the given provider, else of the globally registered one, else of our own exporter.
 * Null when the wrapper is switched off.
 */
export function tracerFor(given: TracerProvider | undefined): Tracer | null {
  if (given !== undefined) {
    if (givenProviders.size < MAX_GIVEN) givenProviders.add(given);
    return given.getTracer(SDK_NAME, SDK_VERSION);
  }
  return globalTracer() ?? own.tracer();
}

/** The registered provider's tracer; null while only the API's no-op stands there. */
function globalTracer(): Tracer | null {
  const provider = trace.getTracerProvider();
  const delegate = (provider as { getDelegateTracer?: TracerProvider["getTracer"] }).getDelegateTracer;
  if (typeof delegate !== "function") return provider.getTracer(SDK_NAME, SDK_VERSION);
  return (delegate.call(provider, SDK_NAME, SDK_VERSION) as Tracer | undefined) ?? null;
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
