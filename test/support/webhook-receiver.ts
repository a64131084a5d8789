import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedHook {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** Milliseconds since the Unix epoch. */
  atMs: number;
  json<T>(): T;
}

/** What the receiver answers: a status, headers, or `hang` to never answer. */
export interface HookAnswer {
  status: number;
  headers?: Record<string, string>;
  hang?: boolean;
}

/** A real HTTP server on loopback that records webhooks and answers as it is told, 204 otherwise. */
export class WebhookReceiver {
  readonly received: ReceivedHook[] = [];
  readonly #planned: HookAnswer[] = [];
  readonly #waiting: { count: number; resolve: () => void }[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const receiver = new WebhookReceiver(server, `http://127.0.0.1:${port}/hook`);
    server.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const body = Buffer.concat(chunks).toString("utf8");
        receiver.#record({
          path: request.url ?? "",
          headers: request.headers,
          body,
          atMs: Date.now(),
          json: <T>() => JSON.parse(body) as T,
        });
        const answer = receiver.#planned.shift() ?? { status: 204 };
        if (answer.hang !== true) response.writeHead(answer.status, answer.headers).end();
      });
    });
    return receiver;
  }

  /** The next requests are answered with these, in order. */
  plan(...answers: HookAnswer[]): void {
    this.#planned.push(...answers);
  }

  /** Resolves as soon as `count` requests have arrived in all. @throws Error after `withinMs`. */
  async arrived(count: number, withinMs: number): Promise<ReceivedHook[]> {
    if (this.received.length < count) {
      await new Promise<void>((resolve, reject) => {
        const message = `${this.received.length} of ${count} webhooks arrived within ${withinMs} ms`;
        const timer = setTimeout(() => reject(new Error(message)), withinMs);
        this.#waiting.push({
          count,
          resolve: () => {
            clearTimeout(timer);
            resolve();
          },
        });
      });
    }
    return this.received;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  #record(hook: ReceivedHook): void {
    this.received.push(hook);
    for (const waiting of this.#waiting.filter(({ count }) => count <= this.received.length))
      waiting.resolve();
  }
}

/** Checks a signature the way a receiver would: by header, body and secret alone. */
export function isSignatureValid(hook: ReceivedHook, secret: string): boolean {
  const match = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(hook.headers["x-spanledger-signature"]));
  if (match === null) return false;
  const expected = createHmac("sha256", secret).update(`${match[1]}.${hook.body}`).digest();
  return timingSafeEqual(expected, Buffer.from(match[2] ?? "", "hex"));
}
