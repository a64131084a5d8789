import type { Tracer } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { defaultResource, detectResources, envDetector } from "@opentelemetry/resources";
import { AlwaysOnSampler, BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { isDisabled, ownEndpoint } from "./environment.js";
import { guard } from "./guard.js";
import { SDK_NAME, SDK_VERSION } from "./version.js";

const QUEUE = 8192;
const BATCH = 512;
const SEND_TIMEOUT_MS = 5000;
/** How long spans wait for company before they are sent. */
const DELAY_MS = 500;

/** Our own way to the ledger, for applications without OpenTelemetry. Bounded, silent, and built at the first span. */
export class OwnExport {
  private provider: BasicTracerProvider | null = null;
  private current: Tracer | null = null;

  /** Null when `SPANLEDGER_DISABLED` or `OTEL_SDK_DISABLED` is set. */
  tracer(): Tracer | null {
    if (this.current !== null || isDisabled()) return this.current;
    this.provider = build();
    this.current = this.provider.getTracer(SDK_NAME, SDK_VERSION);
    // Runs when nothing else keeps the process alive; what it starts is bounded by the send timeout.
    process.once("beforeExit", () => void this.flush());
    return this.current;
  }

  async flush(): Promise<void> {
    await quietly(this.provider?.forceFlush());
  }

  /** Sends what is left and stops; a later call starts anew. */
  async shutdown(): Promise<void> {
    const provider = this.provider;
    this.provider = null;
    this.current = null;
    await quietly(provider?.shutdown());
  }
}

async function quietly(work: Promise<void> | undefined): Promise<void> {
  try {
    await work;
  } catch {
    // A collector that is down must not show in the application; OpenTelemetry's diag was told by the exporter.
  }
}

function build(): BasicTracerProvider {
  const { url, headers } = ownEndpoint();
  const exporter = new OTLPTraceExporter({
    ...(url === null ? {} : { url }),
    headers,
    timeoutMillis: SEND_TIMEOUT_MS,
  });
  const detected = guard(() => detectResources({ detectors: [envDetector] }));
  const resource = detected === undefined ? defaultResource() : defaultResource().merge(detected);
  return new BasicTracerProvider({
    resource,
    // A ledger that samples is wrong: every call is kept.
    sampler: new AlwaysOnSampler(),
    spanProcessors: [
      new BatchSpanProcessor(exporter, {
        maxQueueSize: QUEUE,
        maxExportBatchSize: BATCH,
        scheduledDelayMillis: DELAY_MS,
        exportTimeoutMillis: SEND_TIMEOUT_MS,
      }),
    ],
  });
}
