import { spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { type LogEntry, startStandInProviders } from "../../../src/demo/providers/index.js";
import type { Span } from "../../../src/server/domain/span.js";
import { decodeTraces } from "../../../src/server/otlp/traces-decoder.js";
import { decodeTracesJson } from "../../../src/server/otlp/traces-json-decoder.js";
import { SITUATIONS } from "./situations.js";

/** One situation of a capture: what was exported while it lasted, and what the servers say they answered. */
export interface Captured {
  situation: string;
  /** One list per export request, in order. */
  exports: Span[][];
  log: LogEntry[];
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  return request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
}

class Lab {
  readonly captured: Captured[] = [];

  constructor(private readonly providers: Awaited<ReturnType<typeof startStandInProviders>>) {}

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    const body = await bodyOf(request);
    if (path.startsWith("/begin/")) this.begin(path.slice("/begin/".length));
    else if (path.startsWith("/end/")) this.end();
    else if (path.endsWith("/v1/traces")) this.take(request.headers["content-type"] ?? "", body);
    response.writeHead(200, { "content-type": request.headers["content-type"] ?? "application/json" });
    response.end(request.headers["content-type"] === "application/json" ? "{}" : "");
  }

  private begin(situation: string): void {
    const replies = SITUATIONS[situation.replace(/\..*$/, "")];
    if (replies === undefined) throw new Error(`There is no situation ${situation}`);
    let next = 0;
    this.providers.setScript(() => replies[Math.min(next++, replies.length - 1)] ?? {});
    this.captured.push({ situation, exports: [], log: [] });
    this.#from = this.providers.log.length;
  }

  private end(): void {
    this.captured.at(-1)?.log.push(...this.providers.log.slice(this.#from));
  }

  private take(contentType: string, body: Buffer): void {
    const { items } = contentType.startsWith("application/json")
      ? decodeTracesJson(body)
      : decodeTraces(body);
    this.captured.at(-1)?.exports.push([...items]);
  }

  #from = 0;
}

/**
 * Runs one of `programs/*.ts`: real clients and instrumentations in a process of their own, against stand-in servers, exporting to us.
 * @throws when the program fails, with what it wrote
 */
export async function capture(program: string, ...args: string[]): Promise<Captured[]> {
  const providers = await startStandInProviders();
  const lab = new Lab(providers);
  const server = createServer((request, response) => {
    lab.handle(request, response).catch((error: unknown) => {
      response.writeHead(500);
      response.end(String(error));
    });
  });
  // On a busy machine a client may use a connection again just as it is closed for idling: that would be a failure of the test alone.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await runProgram(program, args, { LAB: url, STAND_IN: providers.url, MISTRAL_SDK_TELEMETRY: "global" });
    return lab.captured;
  } finally {
    server.closeAllConnections();
    server.close();
    await providers.close();
  }
}

async function runProgram(program: string, args: string[], env: Record<string, string>): Promise<void> {
  const file = fileURLToPath(new URL(`./programs/${program}.ts`, import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", file, ...args], {
    env: { PATH: process.env["PATH"], NO_PROXY: "127.0.0.1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (part: Buffer) => (output += part.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", resolve);
  });
  if (code !== 0) throw new Error(`${program} ended with ${code}\n${output}`);
}
