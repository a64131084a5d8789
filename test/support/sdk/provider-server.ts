import { createServer } from "node:http";
import type { IncomingHttpHeaders, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One scripted answer of the stand-in server. */
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  /** JSON body. */
  json?: unknown;
  /** Pieces written one by one, each after the one before was flushed. */
  chunks?: readonly string[];
  /** Milliseconds before the headers. */
  delayMs?: number;
  /** Milliseconds between pieces. */
  gapMs?: number;
  /** After the pieces: end normally, destroy the socket, or keep it open. */
  after?: "end" | "destroy" | "hang";
}

export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A real HTTP server that gives the scripted answers in order, the last one again and again. */
export class ProviderServer {
  readonly seen: SeenRequest[] = [];
  /** Pieces that were written to the current answers, and answers whose peer went away early. */
  written = 0;
  closedEarly = 0;
  private answers: Answer[] = [];
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        this.seen.push({
          method: request.method ?? "",
          path: request.url ?? "",
          headers: request.headers,
          body: Buffer.concat(parts).toString("utf8"),
        });
        const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
        void this.reply(response, answer ?? { status: 500, json: {} });
      });
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  script(...answers: Answer[]): void {
    this.answers = answers;
    this.seen.length = 0;
    this.written = 0;
    this.closedEarly = 0;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async reply(response: ServerResponse, answer: Answer): Promise<void> {
    const { delayMs } = answer;
    if (delayMs !== undefined) await new Promise((done) => setTimeout(done, delayMs).unref());
    // Some clients hand the headers out with the result; two answers must not differ by the second they fell in.
    response.sendDate = false;
    const streamed = answer.chunks !== undefined;
    response.writeHead(answer.status ?? 200, {
      "content-type": streamed ? "text/event-stream" : "application/json",
      ...answer.headers,
    });
    if (answer.chunks === undefined) {
      response.end(JSON.stringify(answer.json ?? {}));
      return;
    }
    response.on("close", () => {
      if (!response.writableFinished) this.closedEarly += 1;
    });
    response.flushHeaders();
    for (const chunk of answer.chunks) {
      if (response.destroyed) return;
      if (answer.gapMs !== undefined) await new Promise((done) => setTimeout(done, answer.gapMs));
      if (!response.write(chunk))
        await new Promise<void>((done) => {
          response.once("drain", done);
          response.once("close", done);
        });
      this.written += 1;
    }
    if (answer.after === "destroy") response.destroy();
    else if (answer.after !== "hang") response.end();
  }
}

/** Server-sent events of JSON payloads; a string payload is sent as it is. */
export function sse(...payloads: unknown[]): string[] {
  return payloads.map((payload) =>
    typeof payload === "string" ? `data: ${payload}\n\n` : `data: ${JSON.stringify(payload)}\n\n`,
  );
}

/** Anthropic's framing: the event's type stands in front as well. */
export function namedSse(...payloads: (Record<string, unknown> & { type: string })[]): string[] {
  return payloads.map((payload) => `event: ${payload.type}\ndata: ${JSON.stringify(payload)}\n\n`);
}
