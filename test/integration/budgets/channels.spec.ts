import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { LookupAddress } from "node:dns";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { request } from "undici";
import { AddressPolicy } from "../../../src/server/outbound/address-policy.js";
import { guardedDispatcher, type ResolveAll } from "../../../src/server/outbound/outbound-guard.js";
import type { ErrorBody } from "../../../src/server/http/error-body.js";
import type { ControlDatabase } from "../../../src/server/storage/control/control-database.js";
import { type BudgetApp, startBudgetApp } from "../../support/budget-app.js";
import { openControlStore } from "../../support/control-store.js";
import { LedgerOfCalls } from "../../support/ledger-of-calls.js";
import { WebhookReceiver } from "../../support/webhook-receiver.js";

interface ChannelResponse {
  id: string;
  config: Record<string, unknown>;
}

interface TestResult {
  delivered: boolean;
  error: string | null;
}

describe("channels", () => {
  let database: ControlDatabase;
  let receiver: WebhookReceiver;
  let app: BudgetApp;

  beforeAll(async () => {
    database = await openControlStore();
  }, 60_000);

  beforeEach(async () => {
    await database.dataSource.query("TRUNCATE project CASCADE");
    receiver = await WebhookReceiver.start();
    app = await startBudgetApp(database, new LedgerOfCalls());
  });

  afterEach(async () => {
    await app.close();
    await receiver.close();
  });

  afterAll(async () => {
    await database.close();
  });

  const restart = async (env: Record<string, string>): Promise<void> => {
    await app.close();
    app = await startBudgetApp(database, new LedgerOfCalls(), env);
  };

  const create = (type: string, config: object) =>
    app.call("POST", "/api/v1/channels", {}, { name: `my ${type}`, type, config });

  const created = async (type: string, config: object): Promise<ChannelResponse> => {
    const answer = await create(type, config);
    expect([answer.statusCode, answer.body]).toEqual([201, expect.any(String)]);
    return answer.json<ChannelResponse>();
  };

  const test = async (id: string): Promise<TestResult> =>
    (await app.call("POST", `/api/v1/channels/${id}/test`)).json<TestResult>();

  it("never return their secrets", async () => {
    const secret = "tell-nobody";
    const channels = [
      await created("webhook", { url: `${receiver.url}?token=${secret}`, secret }),
      await created("slack", { url: `${receiver.url}/${secret}` }),
      await created("pagerduty", { url: receiver.url, routingKey: secret }),
      await created("alertmanager", { url: receiver.url, token: secret }),
      await created("email", {
        host: "127.0.0.1",
        user: "u",
        password: secret,
        from: "a@b.c",
        to: ["d@e.f"],
      }),
    ];
    const patched = await app.call("PATCH", `/api/v1/channels/${channels[0]?.id}`, {}, { name: "renamed" });
    expect(patched.json()).toMatchObject({ name: "renamed", config: { signed: true } });
    const bodies = [JSON.stringify(channels), patched.body, (await app.call("GET", "/api/v1/channels")).body];
    for (const body of bodies) expect(body).not.toContain(secret);
  });

  it("are told by a test message, each in its own words", async () => {
    const { port } = new URL(receiver.url);
    const base = `http://127.0.0.1:${port}`;
    const configs: [string, object][] = [
      ["webhook", { url: `${base}/webhook`, secret: "s" }],
      ["slack", { url: `${base}/slack` }],
      ["pagerduty", { url: `${base}/pagerduty`, routingKey: "routing" }],
      ["alertmanager", { url: `${base}/`, token: "t" }],
    ];
    for (const [type, config] of configs) {
      const { id } = await created(type, config);
      expect(await test(id)).toMatchObject({ delivered: true, error: null });
    }
    const [webhook, slack, pagerduty, alertmanager] = receiver.received;
    expect(webhook?.json()).toMatchObject({ type: "channel.test", project: "default" });
    expect(slack?.json<{ text: string }>().text).toContain("*Test from Spanledger: my slack*");
    expect(pagerduty?.json()).toMatchObject({ routing_key: "routing", event_action: "trigger" });
    expect(alertmanager).toMatchObject({ path: "/api/v2/alerts", headers: { authorization: "Bearer t" } });
    expect(alertmanager?.json()).toMatchObject([{ labels: { alertname: "SpanledgerTest" } }]);
  });

  it("send mail over SMTP, with the login given", async () => {
    const mails: string[] = [];
    const server = new SMTPServer({
      authOptional: false,
      allowInsecureAuth: true,
      disabledCommands: ["STARTTLS"],
      onAuth: ({ username, password }, _session, callback) =>
        password === "mail password"
          ? callback(null, { user: username ?? "" })
          : callback(new Error("Invalid username or password")),
      onData: (stream, _session, callback) => {
        let text = "";
        stream.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
        stream.on("end", () => {
          mails.push(text);
          callback();
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.server.address() as AddressInfo;
    const config = {
      host: "127.0.0.1",
      port,
      security: "none",
      user: "u",
      from: "ledger@example.com",
      to: ["a@example.com"],
    };
    try {
      const good = await created("email", { ...config, password: "mail password" });
      expect(await test(good.id)).toMatchObject({ delivered: true });
      expect(mails[0]).toContain("Subject: Test from Spanledger: my email");
      const bad = await created("email", { ...config, password: "wrong" });
      expect(await test(bad.id)).toMatchObject({ delivered: false, error: "smtp_authentication" });
      const encrypted = await created("email", {
        ...config,
        security: "starttls",
        password: "mail password",
      });
      expect((await test(encrypted.id)).delivered).toBe(false);
      expect(mails).toHaveLength(1);
    } finally {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  });

  it("report what went wrong by a code, and follow no redirect", async () => {
    const { id } = await created("webhook", { url: receiver.url });
    receiver.plan({ status: 500 }, { status: 301, headers: { location: `${receiver.url}/again` } });
    expect(await test(id)).toMatchObject({ delivered: false, error: "http_500" });
    expect(await test(id)).toMatchObject({ delivered: false, error: "redirect_refused" });
    expect(receiver.received).toHaveLength(2);
    const closed = await WebhookReceiver.start();
    await closed.close();
    const gone = await created("webhook", { url: closed.url });
    expect(await test(gone.id)).toMatchObject({ delivered: false, error: "connection_failed" });
  });

  it.each([
    "http://127.0.0.1:9/",
    "http://localhost:9/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://017700000001/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/",
    "http://0.0.0.0/",
    "http://user:password@example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "not a url",
  ])("refuse %s unless it is allowed", async (url) => {
    await restart({});
    for (const [type, config] of [
      ["webhook", { url }],
      ["slack", { url }],
      ["alertmanager", { url }],
      ["pagerduty", { url, routingKey: "r" }],
    ] as const) {
      const answer = await create(type, config);
      expect([type, answer.statusCode, answer.json<ErrorBody>().error.code]).toEqual([
        type,
        400,
        "invalid_request",
      ]);
    }
  });

  it("that were allowed once are refused at delivery when they no longer are", async () => {
    const { id } = await created("webhook", { url: receiver.url });
    const mail = await created("email", { host: "127.0.0.1", port: 25, from: "a@b.c", to: ["d@e.f"] });
    await restart({});
    expect(await test(id)).toMatchObject({ delivered: false, error: "refused_address" });
    expect(await test(mail.id)).toMatchObject({ delivered: false, error: "refused_address" });
    expect(receiver.received).toHaveLength(0);
  });
});

describe("the outbound guard", () => {
  let receiver: WebhookReceiver;

  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
  });

  afterEach(async () => {
    await receiver.close();
  });

  const resolving = (...answers: LookupAddress[][]): ResolveAll & { count: () => number } => {
    let count = 0;
    const resolve: ResolveAll = (_hostname, callback) => {
      const addresses = answers[Math.min(count, answers.length - 1)] ?? [];
      count += 1;
      process.nextTick(() => callback(null, addresses));
    };
    return Object.assign(resolve, { count: () => count });
  };

  const get = async (policy: AddressPolicy, resolve: ResolveAll): Promise<number> => {
    const { port } = new URL(receiver.url);
    const dispatcher = guardedDispatcher(policy, resolve);
    try {
      const answer = await request(`http://hooks.example.com:${port}/`, { dispatcher });
      await answer.body.dump();
      return answer.statusCode;
    } finally {
      await dispatcher.destroy();
    }
  };

  const loopback: LookupAddress = { address: "127.0.0.1", family: 4 };
  const metadata: LookupAddress = { address: "169.254.169.254", family: 4 };

  it("refuses a public name that resolves to this machine", async () => {
    await expect(get(new AddressPolicy([]), resolving([loopback]))).rejects.toMatchObject({
      code: "refused_address",
    });
    const mapped: LookupAddress = { address: "::ffff:127.0.0.1", family: 6 };
    await expect(get(new AddressPolicy([]), resolving([mapped]))).rejects.toMatchObject({
      code: "refused_address",
    });
    expect(receiver.received).toHaveLength(0);
  });

  it("connects to the addresses it checked, looked up once, and to no other of the same name", async () => {
    const policy = new AddressPolicy(["127.0.0.1"]);
    const resolve = resolving([metadata, loopback], [metadata]);
    expect(await get(policy, resolve)).toBe(204);
    expect(resolve.count()).toBe(1);
  });

  it("trusts a name that the operator allowed, whatever it resolves to", async () => {
    expect(await get(new AddressPolicy(["hooks.example.com"]), resolving([loopback]))).toBe(204);
  });
});
