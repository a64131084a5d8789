import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Browser } from "playwright-core";
import { requestJson } from "../support/api.js";
import { chatAttributes, postTraces, tracesRequest } from "../support/otlp-json.js";
import { cleanUpServers, type ServerProcess, startServerProcess } from "../support/server-process.js";
import { WebhookReceiver } from "../support/webhook-receiver.js";
import { launchChromium } from "./chromium.js";
import { axeProblems, openPage, type PageUnderTest, picture } from "./page-under-test.js";

let server: ServerProcess;
let browser: Browser;
let receiver: WebhookReceiver;
let view: PageUnderTest;

/** Ten calls of a misspelt model, one of a fine-tune that no book can know. */
async function sendUnpriced(): Promise<void> {
  const startMs = Date.now() - 60_000;
  const call = (key: string, model: string): Parameters<typeof tracesRequest>[0][number] => ({
    key,
    startMs,
    durationMs: 500,
    attributes: chatAttributes({ model, input: 1_000_000, output: 0, id: key, feature: "typo" }),
  });
  const typos = Array.from({ length: 10 }, (_, index) => call(`typo-${index}`, "gpt-4o-mni"));
  const answer = await postTraces(server.url, tracesRequest([...typos, call("own", "our-fine-tune")]));
  expect(answer.status).toBe(200);
}

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  [server, browser] = await Promise.all([
    startServerProcess({ env: { SPANLEDGER_WEBHOOK_ALLOW: "127.0.0.1" } }),
    launchChromium(),
  ]);
  await sendUnpriced();
}, 120_000);

afterAll(async () => {
  await browser.close();
  await receiver.close();
  await cleanUpServers();
}, 60_000);

beforeEach(async () => {
  view = await openPage(browser, server.url);
});

afterEach(async () => {
  expect(view.faults).toEqual([]);
  await view.context.close();
});

interface Totals {
  cost: string | null;
  unpricedCalls: number;
}

const summary = (): Promise<Totals> => requestJson<Totals>(`${server.url}/api/v1/summary?from=2020-01-01`);

describe("a price fix", () => {
  it("prices a misspelt model by its suggestion, and takes it back", async () => {
    const { page } = view;
    expect(await summary()).toMatchObject({ unpricedCalls: 11 });
    await page.goto("/unpriced");
    const row = page.locator(".queue-item", { hasText: "gpt-4o-mni" });
    await row.getByText("10 calls").waitFor();
    expect(await axeProblems(page)).toEqual([]);
    await picture(page, "unpriced");
    await row.getByRole("button", { name: "Price as gpt-4o-mini" }).click();
    await page.getByText("gpt-4o-mni is priced as gpt-4o-mini now.").waitFor();
    await row.waitFor({ state: "detached" });
    await page.locator(".done-card .badge", { hasText: "done" }).waitFor();
    const fixed = await summary();
    // 10 calls of a million tokens at $0.15.
    expect([fixed.unpricedCalls, Number(fixed.cost)]).toEqual([1, 1.5]);

    await page.getByRole("button", { name: "Roll back" }).click();
    await page.getByRole("button", { name: "Really roll back" }).click();
    await page.locator(".done-card .badge", { hasText: "rolled back" }).waitFor();
    await page.locator(".queue-item", { hasText: "gpt-4o-mni" }).waitFor();
    expect(await summary()).toMatchObject({ unpricedCalls: 11 });
  }, 60_000);

  it("states a price of its own in the queue, and ends it among the own prices", async () => {
    const { page } = view;
    await page.goto("/unpriced");
    await page.getByRole("button", { name: "ix: our-fine-tune" }).click();
    await page.getByLabel("What is it?").selectOption("rates");
    await page.getByRole("button", { name: "Set the price" }).click();
    await page.getByText("Give at least one price.").waitFor();
    await page.getByLabel("Input").fill("2.00");
    await page.getByLabel("Output").fill("8.00");
    expect(await axeProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "Set the price" }).click();
    await page.locator(".done-card .badge", { hasText: "done" }).waitFor();
    expect(Number((await summary()).cost)).toBe(2);

    await page.goto("/prices/overrides");
    await page.getByText("openai/our-fine-tune").waitFor();
    expect(await axeProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "End now: openai/our-fine-tune" }).click();
    await page.getByRole("button", { name: "Really end: openai/our-fine-tune" }).click();
    await page.getByText("ended", { exact: true }).waitFor();
    await page.getByRole("button", { name: "New price" }).click();
    await page.getByLabel("For which model").fill("openai/gpt-4o-mni");
    await page.getByLabel("Kind").selectOption("free");
    await page.getByRole("button", { name: "Set the price" }).click();
    await page.locator("td", { hasText: "openai/gpt-4o-mni" }).waitFor();
    await page.locator(".done-card .badge", { hasText: "done" }).waitFor();
    expect(await summary()).toMatchObject({ unpricedCalls: 0 });

    await page.getByRole("button", { name: "New price" }).click();
    await page.getByLabel("For which model").fill("openai/*");
    await page.getByLabel("Kind").selectOption("volume_tiers");
    await page.getByLabel("Tiers", { exact: false }).last().fill("0 = 1, 1000 = 0.9");
    expect(await axeProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "Set the price" }).click();
    await page.locator("td", { hasText: "volume tiers" }).waitFor();
    await page.getByRole("button", { name: "New price" }).click();
    await page.getByLabel("For which model").fill("groq/*");
    await page.getByLabel("Kind").selectOption("gpu_hour");
    await page.getByLabel("GPUs", { exact: true }).fill("0");
    await page.getByRole("button", { name: "Set the price" }).click();
    await page.getByText("Say how many GPUs").waitFor();
    await page.getByLabel("GPUs", { exact: true }).fill("4");
    await page.getByLabel("USD per GPU and hour").fill("2.50");
    await page.getByRole("button", { name: "Set the price" }).click();
    await page.locator("td", { hasText: "GPU hours" }).waitFor();
  }, 60_000);

  it("maps an endpoint, previews a re-pricing and lists the jobs", async () => {
    const { page } = view;
    await page.goto("/prices/endpoints");
    await page.getByRole("button", { name: "New mapping" }).click();
    await page.getByRole("textbox", { name: "Host" }).fill("gw.internal");
    await page.getByLabel("Provider").fill("openai");
    await page.getByRole("button", { name: "Save mapping" }).click();
    await page.locator("td", { hasText: "gw.internal" }).waitFor();
    expect(await axeProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "Remove: gw.internal" }).click();
    await page.getByRole("button", { name: "Really remove: gw.internal" }).click();
    await page.getByText("Nothing is mapped").waitFor();

    // A discount from the beginning changes what was priced: the preview says so before anything does.
    await requestJson(`${server.url}/api/v1/prices/overrides`, {
      method: "POST",
      json: { match: "openai/our-fine-tune", rates: { input: "3.00" }, supersede: true },
    });
    const before = await summary();
    await page.goto("/reprice");
    await page.getByRole("button", { name: "Preview" }).click();
    await page.getByRole("button", { name: "Apply to 1 call" }).waitFor();
    expect((await summary()).cost).toBe(before.cost);
    expect(await axeProblems(page)).toEqual([]);
    await picture(page, "reprice");
    await page.getByRole("button", { name: "Apply to 1 call" }).click();
    await page.getByText(/on request/).waitFor();
    await page.locator(".job-item").first().locator(".badge", { hasText: "done" }).waitFor();
    expect(Number((await summary()).cost)).toBe(Number(before.cost) + 1);
  }, 60_000);
});

describe("the price book", () => {
  it("is searched, and works out a call line by line", async () => {
    const { page } = view;
    await page.goto("/prices");
    await page.getByRole("searchbox", { name: "Search" }).fill("openai gpt-4o-mini");
    await page.locator("tbody tr", { hasText: "azure" }).first().waitFor();
    await page.getByRole("searchbox", { name: "Search" }).fill("openai/gpt-4o-mini");
    const names = page.locator("tbody td:nth-child(2) a");
    await page.locator("tbody tr", { hasText: "jamba" }).first().waitFor({ state: "detached" });
    for (const name of await names.allInnerTexts()) expect(name).toContain("gpt-4o-mini");
    expect(await axeProblems(page)).toEqual([]);
    await picture(page, "prices");
    await page.getByRole("button", { name: "Calculator" }).click();
    await page.getByLabel("Model").fill("gpt-4o-mini");
    await page.getByLabel("Input tokens, uncached").fill("1,000,000");
    await page.getByLabel("Output tokens").fill("100000");
    await page.getByRole("button", { name: "Work it out" }).click();
    expect(await page.locator(".answer-total").innerText()).toBe("$0.21");
    expect(await page.locator("tfoot td").innerText()).toBe("$0.21");
    expect(await axeProblems(page)).toEqual([]);
  }, 60_000);
});

describe("keys, channels and help", () => {
  it("shows a new key once and revokes it", async () => {
    const { page } = view;
    await page.goto("/keys");
    await page.getByRole("button", { name: "New key" }).click();
    await page.getByLabel("Name").fill("reader");
    await page.getByLabel("read: ask").check();
    await page.getByRole("button", { name: "Make key" }).click();
    const key = await page.locator(".key-text").innerText();
    expect(key).toMatch(/^sl_/);
    const asked = await fetch(`${server.url}/api/v1/calls?limit=1`, { headers: { "x-spanledger-key": key } });
    expect(asked.status).toBe(200);
    await page.keyboard.press("Escape");
    await page.locator("td", { hasText: "reader" }).waitFor();
    expect(await page.content()).not.toContain(key);
    expect(await axeProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "Revoke: reader" }).click();
    await page.getByRole("button", { name: "Really revoke: reader" }).click();
    await page.getByText("No key yet").waitFor();
    const refused = await fetch(`${server.url}/api/v1/calls?limit=1`, {
      headers: { "x-spanledger-key": key },
    });
    expect(refused.status).toBe(401);
  }, 60_000);

  it("adds a channel of every type, and tests one", async () => {
    const { page } = view;
    await page.goto("/channels");
    const add = async (type: string, fields: Readonly<Record<string, string>>): Promise<void> => {
      await page.getByRole("button", { name: "New channel" }).click();
      await page.getByLabel("Type").selectOption(type);
      for (const [label, text] of Object.entries({ Name: `a ${type}`, ...fields }))
        await page.getByLabel(label, { exact: true }).fill(text);
      await page.getByRole("button", { name: "Add channel" }).click();
      await page.locator(".rows-item", { hasText: `a ${type}` }).waitFor();
    };
    await add("webhook", { URL: receiver.url });
    await add("slack", { "Incoming webhook URL": receiver.url });
    await add("email", {
      "Mail server": "127.0.0.1",
      From: "ledger@example.com",
      "To (comma-separated)": "a@example.com, b@example.com",
    });
    await add("pagerduty", { "Integration key": "0123456789abcdef0123456789abcdef" });
    await add("alertmanager", { URL: receiver.url });
    expect(await axeProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "Send a test to a webhook" }).click();
    await page.getByText("delivered", { exact: true }).waitFor();
    const { data } = await requestJson<{ data: { type: string }[] }>(`${server.url}/api/v1/channels`);
    expect(data.map((channel) => channel.type).toSorted()).toEqual([
      "alertmanager",
      "email",
      "pagerduty",
      "slack",
      "webhook",
    ]);
  }, 60_000);

  it("lists its keys on ?, goes places by them, and lets them be turned off", async () => {
    const { page } = view;
    await page.goto("/channels");
    await page.locator("h1").waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    expect(await axeProblems(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("g");
    await page.keyboard.press("b");
    await page.waitForURL("**/budgets");
    await page.keyboard.press("?");
    await page.getByLabel("Single keys act").uncheck();
    await page.keyboard.press("Escape");
    await page.keyboard.press("g");
    await page.keyboard.press("c");
    expect(new URL(page.url()).pathname).toBe("/budgets");
  }, 60_000);
});

describe("weight", () => {
  it("keeps the first board within 60 kB gzip", async () => {
    const directory = join(import.meta.dirname, "../../dist/web");
    const html = await readFile(join(directory, "index.html"), "utf8");
    const names = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, name]) => name ?? "");
    const sizes = await Promise.all(
      ["index.html", ...names].map(async (name) => gzipSync(await readFile(join(directory, name))).length),
    );
    const total = sizes.reduce((sum, size) => sum + size, 0);
    process.stdout.write(`first board: ${(total / 1000).toFixed(1)} kB gzip in ${names.length + 1} files\n`);
    expect(names.length).toBeGreaterThan(1);
    expect(total).toBeLessThanOrEqual(60_000);
    const assets = await readdir(join(directory, "assets"));
    expect(assets.length).toBeGreaterThan(10);
  });
});
