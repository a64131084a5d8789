import { createServer as createHttp1, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** The part of a response that both protocol versions share. */
export type AnyResponse = Pick<ServerResponse, "headersSent" | "flushHeaders"> & {
  writeHead(status: number, headers: Record<string, string>): unknown;
  write(chunk: string | Buffer): boolean;
  end(chunk?: string): unknown;
  destroy(): unknown;
  on(event: "close" | "finish", listener: () => void): unknown;
  once(event: "drain", listener: () => void): unknown;
};

export type Handler = (request: IncomingMessage, response: AnyResponse) => Promise<void>;

const HTTP2_PREFACE = "PRI * HTTP/2.0";

/**
 * Listens on loopback for HTTP/1.1 and for HTTP/2 without TLS on the same port: the Bedrock client speaks the second by default, every
 * other client the first. `close` ends every connection.
 * @throws the listen error when the port is taken
 */
export async function listenBoth(
  port: number,
  handler: Handler,
): Promise<{ url: string; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const http1 = createHttp1((request, response) => void handler(request, response));
  const http2 = createHttp2((request, response) => void handler(asHttp1(request), asAny(response)));
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // A client that resets a connection is a scripted event here, not a fault.
    socket.on("error", () => socket.destroy());
    socket.once("readable", () => {
      const first = socket.read() as Buffer | null;
      if (first === null) return;
      socket.unshift(first);
      const isHttp2 = first.toString("latin1", 0, HTTP2_PREFACE.length) === HTTP2_PREFACE;
      (isHttp2 ? http2 : http1).emit("connection", socket);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Node's compatibility layer: method, url, headers and the body's async iterator are those of HTTP/1. */
function asHttp1(request: Http2ServerRequest): IncomingMessage {
  return request as unknown as IncomingMessage;
}

function asAny(response: Http2ServerResponse): AnyResponse {
  return response as unknown as AnyResponse;
}
