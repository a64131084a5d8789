import { Client, credentials } from "@grpc/grpc-js";
import { Agent, request } from "node:http";
import { gzipSync } from "node:zlib";
import { encode } from "../unit/otlp/oracle.js";
import { spanIdOf, traceIdOf } from "./otlp-json.js";

/** gpt-4o-mini: 0.15 and 0.60 USD for a million tokens, in 1e-9 USD for one. */
const NANO_PER_INPUT = 150n;
const NANO_PER_OUTPUT = 600n;
const EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/** One export request and what its calls cost, in 1e-9 USD by span id. */
export interface Export {
  body: Buffer;
  costs: Map<string, bigint>;
}

function numberOf(key: string): number {
  let sum = 7;
  for (const character of key) sum = (sum * 31 + character.charCodeAt(0)) % 99_991;
  return sum;
}

function text(key: string, value: string): object {
  return { key, value: { stringValue: value } };
}

function callSpan(key: string, startMs: number, costs: Map<string, bigint>): object {
  const input = 1000 + (numberOf(key) % 977);
  const output = 10 + (numberOf(`${key}!`) % 311);
  costs.set(spanIdOf(key), BigInt(input) * NANO_PER_INPUT + BigInt(output) * NANO_PER_OUTPUT);
  return {
    traceId: Buffer.from(traceIdOf(key), "hex"),
    spanId: Buffer.from(spanIdOf(key), "hex"),
    name: "chat gpt-4o-mini",
    kind: 3,
    startTimeUnixNano: String(BigInt(startMs) * 1_000_000n),
    endTimeUnixNano: String(BigInt(startMs + 400) * 1_000_000n),
    attributes: [
      text("gen_ai.operation.name", "chat"),
      text("gen_ai.provider.name", "openai"),
      text("server.address", "api.openai.com"),
      text("gen_ai.request.model", "gpt-4o-mini"),
      text("gen_ai.response.model", "gpt-4o-mini"),
      text("gen_ai.response.id", `chatcmpl-${key}`),
      text("spanledger.feature", `feature-${input % 7}`),
      { key: "gen_ai.usage.input_tokens", value: { intValue: String(input) } },
      { key: "gen_ai.usage.cache_read.input_tokens", value: { intValue: "0" } },
      { key: "gen_ai.usage.output_tokens", value: { intValue: String(output) } },
    ],
  };
}

/** An export of `count` fresh calls; their ids and numbers come from the key. */
export function freshExport(key: string, count: number): Export {
  const costs = new Map<string, bigint>();
  const now = Date.now();
  const spans = Array.from({ length: count }, (_, index) => callSpan(`${key}.${index}`, now, costs));
  const resource = { attributes: [text("service.name", "shop")] };
  const scopeSpans = [{ scope: { name: "steady", version: "1" }, spans }];
  return { body: encode("ExportTraceServiceRequest", { resourceSpans: [{ resource, scopeSpans }] }), costs };
}

/** Hands over one body; true when it was acknowledged, false when the sender was told to come back. Rejects when the connection broke. */
export type Post = (body: Buffer) => Promise<boolean>;

/** Over a kept HTTP connection, gzip. */
export function httpPost(url: string): { post: Post; close: () => void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const post: Post = (body) =>
    new Promise((resolve, reject) => {
      const packed = gzipSync(body, { level: 1 });
      const headers = { "content-type": "application/x-protobuf", "content-encoding": "gzip" };
      const sent = request(`${url}/v1/traces`, { method: "POST", agent, headers }, (response) => {
        response.resume();
        response.on("end", () => {
          if (response.statusCode === 200) resolve(true);
          else if (response.statusCode === 503 || response.statusCode === 429) resolve(false);
          else reject(new Error(`the server answered ${response.statusCode}`));
        });
        response.on("error", reject);
        response.on("aborted", () => reject(new Error("the answer broke off")));
      });
      sent.on("error", reject).end(packed);
    });
  return { post, close: () => agent.destroy() };
}

/** Over a gRPC channel. */
export function grpcPost(port: number): { post: Post; close: () => void } {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const same = (bytes: Buffer): Buffer => bytes;
  const post: Post = (body) =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(EXPORT, same, same, body, (error) => {
        if (error === null) resolve(true);
        else if (error.code === 14 && /overload|later|busy/i.test(error.details)) resolve(false);
        else reject(error);
      });
    });
  return { post, close: () => client.close() };
}
