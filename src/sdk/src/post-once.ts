import * as http from "node:http";
import * as https from "node:https";
import type { OwnEndpoint } from "./environment.js";

const TIMEOUT_MS = 5000;
const agents = {
  "http:": new http.Agent({ keepAlive: true, maxSockets: 2 }),
  "https:": new https.Agent({ keepAlive: true, maxSockets: 2 }),
};

/** `sent`: taken; `refused`: it never will be; `later`: unreachable or overloaded. */
export type PostOutcome = "sent" | "refused" | "later";

/** One OTLP/HTTP request. The socket does not keep the process alive. Never rejects. */
export function postOnce(endpoint: OwnEndpoint, body: Buffer): Promise<PostOutcome> {
  return new Promise((resolve) => {
    if (!URL.canParse(endpoint.url)) {
      resolve("refused");
      return;
    }
    const url = new URL(endpoint.url);
    const secure = url.protocol === "https:";
    if (!secure && url.protocol !== "http:") {
      resolve("refused");
      return;
    }
    const request = (secure ? https : http).request(url, {
      method: "POST",
      agent: agents[secure ? "https:" : "http:"],
      timeout: TIMEOUT_MS,
      headers: {
        ...endpoint.headers,
        "content-type": "application/x-protobuf",
        "content-length": body.byteLength,
      },
    });
    const deadline = setTimeout(() => request.destroy(), TIMEOUT_MS);
    deadline.unref();
    const settle = (outcome: PostOutcome): void => {
      clearTimeout(deadline);
      resolve(outcome);
    };
    request.on("socket", (socket) => socket.unref());
    request.on("timeout", () => request.destroy());
    request.on("error", () => settle("later"));
    request.on("close", () => settle("later"));
    request.on("response", (response) => {
      response.resume();
      response.on("error", () => settle("later"));
      response.on("end", () => settle(outcomeOf(response.statusCode ?? 0)));
    });
    request.end(body);
  });
}

/** As the OTLP specification says: 429, 502, 503 and 504 may be sent again, other failures may not. */
function outcomeOf(status: number): PostOutcome {
  if (status >= 200 && status < 300) return "sent";
  return status === 429 || status === 502 || status === 503 || status === 504 ? "later" : "refused";
}
