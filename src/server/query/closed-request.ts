import type { Socket } from "node:net";

/** The part of a Fastify request that tells when its sender has gone. */
export interface ClosableRequest {
  raw: { socket: Socket };
}

/** The result of `work`, whose signal aborts when the connection closes before it is done. */
export async function untilClosed<Result>(
  request: ClosableRequest,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const { socket } = request.raw;
  socket.once("close", abort);
  try {
    return await work(controller.signal);
  } finally {
    socket.off("close", abort);
  }
}
