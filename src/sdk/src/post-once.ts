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

/**
 * One OTLP/HTTP request with the parts of `body`, one after the other; a second one when the kept connection turns out to have been closed by the other side in the meantime. The socket
 * does not keep the process alive. Never rejects.
 */
export function postOnce(endpoint: OwnEndpoint, body: readonly Buffer[], again = true): Promise<PostOutcome> {
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
        "content-length": body.reduce((sum, part) => sum + part.byteLength, 0),
      },
    });
    let timedOut = false;
    const giveUp = (): void => {
      timedOut = true;
      request.destroy();
    };
    const deadline = setTimeout(giveUp, TIMEOUT_MS);
    deadline.unref();
    const settle = (outcome: PostOutcome): void => {
      clearTimeout(deadline);
      resolve(outcome);
    };
    request.on("socket", (socket) => socket.unref());
    request.on("timeout", giveUp);
    let retrying = false;
    request.on("error", (error: NodeJS.ErrnoException) => {
      retrying = again && request.reusedSocket && error.code === "ECONNRESET" && !timedOut;
      if (retrying) void postOnce(endpoint, body, false).then(settle);
      else settle("later");
    });
    request.on("close", () => {
      if (!retrying) settle("later");
    });
    request.on("response", (response) => {
      response.resume();
      response.on("error", () => settle("later"));
      response.on("end", () => settle(outcomeOf(response.statusCode ?? 0)));
    });
    for (const part of body) request.write(part);
    request.end();
  });
}

/** As the OTLP specification says: 429, 502, 503 and 504 may be sent again, other failures may not. */
function outcomeOf(status: number): PostOutcome {
  if (status >= 200 && status < 300) return "sent";
  return status === 429 || status === 502 || status === 503 || status === 504 ? "later" : "refused";
}
