import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { postOnce } from "../../../src/sdk/src/post-once.js";

let server: Server;
afterEach(async () => {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

async function start(onRequest: (count: number, socket: Socket) => number): Promise<string> {
  let count = 0;
  server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      const status = onRequest((count += 1), request.socket);
      if (status > 0) response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
}
const post = (url: string): ReturnType<typeof postOnce> =>
  postOnce({ url, headers: {} }, [Buffer.from("x"), Buffer.from("y")]);

describe("one request to the ledger", () => {
  it.each([
    [200, "sent"],
    [204, "sent"],
    [400, "refused"],
    [401, "refused"],
    [413, "refused"],
    [429, "later"],
    [503, "later"],
    [500, "refused"],
  ])("answered by %d is %s", async (status, outcome) => {
    expect(await post(await start(() => status))).toBe(outcome);
  });

  it("goes out again at once when the kept connection was closed meanwhile", async () => {
    const url = await start((count, socket) => {
      if (count === 2) socket.destroy();
      return count === 2 ? 0 : 200;
    });
    expect(await post(url)).toBe("sent");
    expect(await post(url)).toBe("sent");
  });

  it("that a fresh connection drops is for later", async () => {
    const url = await start((_count, socket) => {
      socket.destroy();
      return 0;
    });
    expect(await post(url)).toBe("later");
  });

  it.each(["nonsense", "ftp://127.0.0.1/x", ""])("to %j is refused", async (url) => {
    await start(() => 200);
    expect(await post(url)).toBe("refused");
  });
});
