import type {
  Metadata,
  sendUnaryData,
  Server,
  ServerInterceptingCall,
  ServerInterceptingCallInterface,
  ServerInterceptor,
  ServerUnaryCall,
} from "@grpc/grpc-js";
import { Inject, Injectable, Logger } from "@nestjs/common";
import { isIP } from "node:net";
import type { AuthContext } from "../auth/auth-context.js";
import { AuthService } from "../auth/auth.service.js";
import { APP_CONFIG, type AppConfig } from "../config/app-config.js";
import { ExportReceiver } from "./export-receiver.js";
import { exportService } from "./grpc-exporter-services.js";
import { GRPC_CANCELLED } from "./grpc-code.js";
import { grpcFailure } from "./grpc-failure.js";
import { InflightBytes } from "./inflight-bytes.js";
import { exportResponse } from "./otlp-response.js";
import { persistently } from "./persistently.js";
import { type Signal, SIGNALS } from "./signal.js";

type Grpc = typeof import("@grpc/grpc-js");
type ExportCall = ServerUnaryCall<Buffer, Buffer>;

/** Below the 10 s that exporters wait for an answer. */
const PATIENCE_MS = 5_000;
const STATUS_DETAILS = "grpc-status-details-bin";

/** OTLP/gRPC (https://opentelemetry.io/docs/specs/otlp/#otlpgrpc, read 2026-11-22): the same receiver as HTTP. */
@Injectable()
export class OtlpGrpcServer {
  readonly #logger = new Logger("OtlpGrpc");
  /** Who sent a call, found before its message was read. */
  readonly #senders = new WeakMap<Metadata, AuthContext>();
  #grpc: Grpc | null = null;
  #server: Server | null = null;

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(AuthService) private readonly auth: AuthService,
    private readonly receiver: ExportReceiver,
    private readonly inflight: InflightBytes,
  ) {}

  /** Listens; the port, or null when turned off (0) or when the port is taken, which is only a warning. Never throws for that. */
  async start(): Promise<{ port: number } | null> {
    if (this.config.grpcPort === 0) return null;
    const grpc = await import("@grpc/grpc-js");
    // It writes to the console by itself; what matters is logged here.
    grpc.setLogVerbosity(grpc.logVerbosity.NONE);
    const server = new grpc.Server({
      "grpc.max_receive_message_length": this.config.maxBodyBytes,
      "grpc.max_concurrent_streams": 64,
      interceptors: [this.#interceptor(grpc)],
    });
    for (const signal of SIGNALS) {
      server.addService(exportService(signal), {
        Export: (call: ExportCall, done: sendUnaryData<Buffer>) => void this.#export(signal, call, done),
      });
    }
    this.#grpc = grpc;
    return this.#listen(grpc, server);
  }

  /** Lets running exports end for at most `deadlineMs`, then cuts them. Resolves when nothing is open any more. */
  async stop(deadlineMs: number): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        server.forceShutdown();
        resolve();
      }, deadlineMs);
      server.tryShutdown(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #listen(grpc: Grpc, server: Server): Promise<{ port: number } | null> {
    const { host, grpcPort } = this.config;
    const address = `${isIP(host) === 6 ? `[${host}]` : host}:${grpcPort}`;
    return new Promise((resolve) => {
      server.bindAsync(address, grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error !== null) {
          this.#logger.warn(
            `OTLP/gRPC is off: port ${grpcPort} cannot be bound. Set SPANLEDGER_GRPC_PORT to another port, or to 0.`,
          );
          server.forceShutdown();
          return resolve(null);
        }
        this.#server = server;
        resolve({ port });
      });
    });
  }

  /** Checks the key as soon as the headers are in, so that strangers send no messages. */
  #interceptor(grpc: Grpc): ServerInterceptor {
    return (_method, call): ServerInterceptingCall =>
      new grpc.ServerInterceptingCall(call, {
        start: (next) =>
          next({
            onReceiveMetadata: (metadata, proceed) => void this.#admit(call, metadata, proceed),
          }),
      });
  }

  async #admit(
    call: ServerInterceptingCallInterface,
    metadata: Metadata,
    proceed: (metadata: Metadata) => void,
  ): Promise<void> {
    try {
      const credentials = {
        key: header(metadata, "x-spanledger-key"),
        authorization: header(metadata, "authorization"),
        cookie: undefined,
        project: undefined,
        remoteAddress: addressOf(call.getPeer()),
      };
      this.#senders.set(metadata, await this.auth.authorize(credentials, "ingest"));
    } catch (error) {
      call.sendStatus(this.#statusOf(error));
      return;
    }
    proceed(metadata);
  }

  async #export(signal: Signal, call: ExportCall, done: sendUnaryData<Buffer>): Promise<void> {
    const lease = this.inflight.lease();
    const gone = new AbortController();
    call.on("cancelled", () => gone.abort());
    try {
      const sender = this.#senders.get(call.metadata);
      if (sender === undefined) throw new Error("a call without a sender passed the interceptor");
      const body = call.request;
      const request = { signal, encoding: "protobuf", body, project: sender.project } as const;
      const outcome = await persistently(
        async () => {
          lease.grow(lease.bytes === 0 ? body.length : 0);
          return this.receiver.receive(request);
        },
        PATIENCE_MS,
        gone.signal,
      );
      done(null, exportResponse("protobuf", signal, outcome));
    } catch (error) {
      done(gone.signal.aborted ? { code: GRPC_CANCELLED } : this.#statusOf(error));
    } finally {
      lease.release();
    }
  }

  #statusOf(error: unknown): { code: number; details: string; metadata?: Metadata } {
    const failure = grpcFailure(error);
    if (failure.unexpected) {
      this.#logger.error(`export failed: ${error instanceof Error ? error.name : typeof error}`);
    }
    const { code, details, statusDetails } = failure;
    if (statusDetails === null || this.#grpc === null) return { code, details };
    const metadata = new this.#grpc.Metadata();
    metadata.set(STATUS_DETAILS, statusDetails);
    return { code, details, metadata };
  }
}

function header(metadata: Metadata, name: string): string | undefined {
  const [value] = metadata.get(name);
  return typeof value === "string" ? value : undefined;
}

/** "address:port" or "[address]:port" without the port. */
function addressOf(peer: string): string {
  return peer.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
}
