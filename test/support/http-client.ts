import { type IncomingHttpHeaders, request } from "node:http";

export interface HttpAnswer {
  statusCode: number;
  headers: IncomingHttpHeaders;
  body: string;
  json<T = Record<string, never>>(): T;
}

export interface HttpCall {
  method?: string;
  headers?: Record<string, string>;
  /** An object is sent as JSON, text as it is. */
  body?: object | string;
}

/** One plain HTTP/1.1 request with exactly these headers: `fetch` would not let a test choose Host or Sec-Fetch-Site. */
export function send(
  url: string,
  { method = "GET", headers = {}, body }: HttpCall = {},
): Promise<HttpAnswer> {
  const text = typeof body === "object" ? JSON.stringify(body) : body;
  const type = typeof body === "object" ? { "content-type": "application/json" } : {};
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers: { ...type, ...headers }, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const answer = Buffer.concat(chunks).toString("utf8");
        resolve({
          statusCode: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: answer,
          json: <T>() => JSON.parse(answer) as T,
        });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(text);
  });
}
