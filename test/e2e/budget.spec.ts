import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { requestJson } from "../support/api.js";
import { chatAttributes, postTraces, tracesRequest } from "../support/otlp-json.js";
import {
  cleanUpServers,
  eventually,
  type ServerProcess,
  startServerProcess,
} from "../support/server-process.js";

interface Delivery {
  body: string;
  signature: string;
  id: string;
  status: number;
}

describe("a budget crossed by ingested spend", () => {
  const secret = "a webhook secret";
  const deliveries: Delivery[] = [];
  /** Statuses answered to the next deliveries; 200 when empty. */
  const answers: number[] = [];
  let receiver: Server;
  let server: ServerProcess;
  const env = { SPANLEDGER_WEBHOOK_ALLOW: "127.0.0.1" };

  beforeAll(async () => {
    receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const status = answers.shift() ?? 200;
        deliveries.push({
          body: Buffer.concat(chunks).toString(),
          signature: String(request.headers["x-spanledger-signature"]),
          id: String(request.headers["x-spanledger-delivery"]),
          status,
        });
        response.writeHead(status).end();
      });
    });
    receiver.listen(0, "127.0.0.1");
    await once(receiver, "listening");
    server = await startServerProcess({ env });
  }, 120_000);

  afterAll(async () => {
    receiver.close();
    await cleanUpServers();
  });

  async function createBudget(name: string, feature: string): Promise<string> {
    const address = receiver.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const channel = await requestJson<{ id: string }>(`${server.url}/api/v1/channels`, {
      method: "POST",
      json: { name, type: "webhook", config: { url: `http://127.0.0.1:${port}/hook`, secret } },
    });
    const budget = await requestJson<{ id: string }>(`${server.url}/api/v1/budgets`, {
      method: "POST",
      json: {
        name,
        limit: "1.00",
        unit: "usd",
        period: "month",
        timezone: "Europe/Berlin",
        scope: { feature },
        thresholds: [{ kind: "actual", percent: 80 }],
        channels: [channel.id],
      },
    });
    return budget.id;
  }

  /** gpt-4o-mini costs 0.15 USD per million input tokens: 6,000,000 tokens are 0.90 USD. */
  const spend = (key: string, feature: string) =>
    postTraces(
      server.url,
      tracesRequest([
        {
          key,
          startMs: Date.now(),
          attributes: chatAttributes({ input: 6_000_000, output: 0, id: key, feature }),
        },
      ]),
    );

  it("calls the webhook within 5 s, once, signed, and not again after a restart", async () => {
    const id = await createBudget("monthly", "search");
    expect((await spend("below another scope", "other")).status).toBe(200);
    expect((await spend("crossing", "search")).status).toBe(200);
    const delivery = await eventually(async () => deliveries[0], 5000, "webhook");

    const [, timestamp, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(delivery.signature) ?? [];
    expect(signature).toBe(
      createHmac("sha256", secret).update(`${timestamp}.${delivery.body}`).digest("hex"),
    );
    expect(JSON.parse(delivery.body)).toMatchObject({
      budget: { id, name: "monthly" },
      threshold: { percent: 80 },
    });

    const status = await requestJson<{ spent: string; limit: string }>(
      `${server.url}/api/v1/budgets/${id}/status`,
    );
    expect(status.spent).toBe("0.9");

    await spend("more", "search");
    expect(await server.stop()).toBe(0);
    server = await startServerProcess({ dataDir: server.dataDir, env });
    await spend("and more", "search");
    await eventually(async () => {
      const now = await requestJson<{ spent: string }>(`${server.url}/api/v1/budgets/${id}/status`);
      return now.spent === "2.7" ? now : undefined;
    });
    await new Promise((resolve) => setTimeout(resolve, 2500)); // proving an absence needs time to pass
    expect(deliveries).toHaveLength(1);
    const alerts = await requestJson<{ data: unknown[] }>(`${server.url}/api/v1/alerts`);
    expect(alerts.data).toHaveLength(1);
  }, 120_000);

  it("retries a failing receiver with the same delivery id until it is served", async () => {
    deliveries.length = 0;
    answers.push(500, 503);
    await createBudget("retried", "chat");
    await spend("retry me", "chat");
    await eventually(async () => (deliveries.length >= 3 ? true : undefined), 60_000, "third delivery");
    expect(deliveries.map((delivery) => delivery.status)).toEqual([500, 503, 200]);
    expect(new Set(deliveries.map((delivery) => delivery.id)).size).toBe(1);
  }, 90_000);
});
