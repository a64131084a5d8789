import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { allCalls } from "../support/api.js";
import { chatAttributes, postTraces, tracesRequest } from "../support/otlp-json.js";
import {
  cleanUpServers,
  eventually,
  freePort,
  scratchDir,
  startServerProcess,
} from "../support/server-process.js";

describe("start and stop", () => {
  afterAll(cleanUpServers);

  it("prints its URLs, exits 0 within 5 s on SIGINT, and keeps all data", async () => {
    const first = await startServerProcess();
    expect(first.output()).toContain(first.url);
    await postTraces(
      first.url,
      tracesRequest([{ key: "kept", startMs: Date.now(), attributes: chatAttributes() }]),
    );
    const asked = Date.now();
    expect(await first.stop("SIGINT")).toBe(0);
    expect(Date.now() - asked).toBeLessThan(5000);

    const second = await startServerProcess({ dataDir: first.dataDir });
    expect(await allCalls(second.url)).toHaveLength(1);
    expect(await second.stop("SIGTERM")).toBe(0);
  }, 180_000);

  it("ends `npm start` with 0 on Ctrl-C, which reaches npm and the server alike", async () => {
    const dataDir = scratchDir();
    const [port, grpc, facade] = [await freePort(), await freePort(), await freePort()];
    const npm = spawn("npm", ["start"], {
      cwd: join(import.meta.dirname, "../.."),
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        NODE_OPTIONS: "",
        SPANLEDGER_PORT: String(port),
        SPANLEDGER_GRPC_PORT: String(grpc),
        SPANLEDGER_FACADE_PORT: String(facade),
        SPANLEDGER_DATA_DIR: dataDir,
      },
    });
    let output = "";
    npm.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const exited = once(npm, "exit");
    await eventually(async () => (output.includes("is ready") ? true : undefined), 120_000, "npm start");
    process.kill(-(npm.pid ?? 0), "SIGINT");
    expect(await exited).toEqual([0, null]);
  }, 180_000);

  it("refuses a data directory that another server holds, and a taken port, naming what to set", async () => {
    const holder = await startServerProcess();
    await expect(startServerProcess({ dataDir: holder.dataDir })).rejects.toThrow(
      /exited with 1[\s\S]*in use/i,
    );
    await expect(startServerProcess({ port: Number(new URL(holder.url).port) })).rejects.toThrow(
      /exited with 1[\s\S]*SPANLEDGER_PORT/,
    );
    await expect(startServerProcess({ env: { SPANLEDGER_HOST: "0.0.0.0" } })).rejects.toThrow(
      /SPANLEDGER_ADMIN_PASSWORD/,
    );
    expect(await allCalls(holder.url)).toEqual([]);
  }, 180_000);

  it("goes on when the gRPC port is taken", async () => {
    const holder = await startServerProcess();
    const other = await startServerProcess({ env: { SPANLEDGER_GRPC_PORT: String(holder.grpcPort) } });
    expect(other.output()).toMatch(/SPANLEDGER_GRPC_PORT/);
    expect(await other.stop()).toBe(0);
  }, 180_000);
});
