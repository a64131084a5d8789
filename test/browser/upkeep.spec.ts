import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Browser } from "playwright-core";
import { readBundledFiles } from "../../src/server/pricing/load-book.js";
import { requestJson } from "../support/api.js";
import { chatAttributes, postTraces, tracesRequest } from "../support/otlp-json.js";
import {
  cleanUpServers,
  scratchDir,
  type ServerProcess,
  startServerProcess,
} from "../support/server-process.js";
import { launchChromium } from "./chromium.js";
import { axeProblems, openPage, type PageUnderTest, picture, settleBoard } from "./page-under-test.js";

let server: ServerProcess;
let browser: Browser;
let view: PageUnderTest;

/** A book of the operator's own that doubles one price of the bundled one, and adds a model. */
function ownBook(): string {
  const file = join(scratchDir(), "book.json");
  const bundled = readBundledFiles().files.find(({ provider }) => provider === "openai");
  const rates = (input: string): object[] => [{ class: "input", price: input, source: "contract" }];
  const book = {
    format: "spanledger-price-book/1",
    version: "2099.01.01-1",
    files: [
      {
        ...bundled,
        sources: { contract: { url: "https://example.com/contract", seen_at: "2026-11-01" } },
        models: [
          { model: "gpt-4o-mini", rates: rates("0.30") },
          { model: "house-special", rates: rates("1.00") },
        ],
        modifiers: [],
      },
    ],
  };
  writeFileSync(file, JSON.stringify(book));
  return `file://${file}#unsigned`;
}

/** The first instant of the UTC month that is `back` months ago. */
function monthStart(back: number): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1));
}

async function sendCalls(): Promise<void> {
  const call = (
    key: string,
    model: string,
    startMs: number,
  ): Parameters<typeof tracesRequest>[0][number] => ({
    key,
    startMs,
    attributes: chatAttributes({ model, input: 1_000_000, output: 0, id: key, feature: "upkeep" }),
  });
  const lastMonth = monthStart(1).getTime() + 3_600_000;
  const answer = await postTraces(
    server.url,
    tracesRequest([
      call("old", "gpt-4o-mini", lastMonth),
      call("new", "gpt-4o-mini", Date.now() - 60_000),
      call("foreign", "our-yuan-model", Date.now() - 60_000),
    ]),
  );
  expect(answer.status).toBe(200);
}

beforeAll(async () => {
  [server, browser] = await Promise.all([
    startServerProcess({ env: { SPANLEDGER_PRICE_BOOK_URLS: ownBook() } }),
    launchChromium(),
  ]);
  await sendCalls();
}, 120_000);

afterAll(async () => {
  await browser.close();
  await cleanUpServers();
}, 60_000);

beforeEach(async () => {
  view = await openPage(browser, server.url);
});

afterEach(async () => {
  expect(view.faults).toEqual([]);
  await view.context.close();
});

const priceOf = async (model: string): Promise<string | null> => {
  const { cost } = await requestJson<{ cost: { total: string | null } }>(
    `${server.url}/api/v1/prices/estimate`,
    {
      method: "POST",
      json: { provider: "openai", model, input: 1_000_000 },
    },
  );
  return cost.total;
};

describe("the price book's updates", () => {
  it("hold a price that moves far until it is approved, and are taken back", async () => {
    const { page } = view;
    await page.goto("/prices?tab=updates");
    const waiting = page.getByRole("region", { name: "Prices of 2099.01.01-1 that wait for approval" });
    await waiting.getByText("1 price of 2099.01.01-1 waits for you").waitFor();
    const cells = await waiting.locator("tbody td").allInnerTexts();
    expect(cells).toEqual(["openai/gpt-4o-mini", "input", "$0.15", "$0.30", "+100%"]);
    expect([await priceOf("gpt-4o-mini"), await priceOf("house-special")]).toEqual(["0.15", "1"]);
    expect(await axeProblems(page)).toEqual([]);
    await picture(page, "book-updates");

    await page.getByRole("button", { name: "Check now" }).click();
    await page.locator(".done-card").getByText("nothing new").waitFor();
    await waiting.getByRole("button", { name: "Approve" }).click();
    await waiting.waitFor({ state: "detached" });
    expect(await priceOf("gpt-4o-mini")).toBe("0.3");
    await page.getByRole("button", { name: "Roll back" }).click();
    await page.getByRole("button", { name: "Back to the book before" }).click();
    await page.getByText("the package", { exact: true }).waitFor();
    expect([await priceOf("gpt-4o-mini"), await priceOf("house-special")]).toEqual(["0.15", null]);
  }, 60_000);
});

describe("currencies", () => {
  it("give a price in another currency its dollars, and are taken back", async () => {
    const { page } = view;
    await requestJson(`${server.url}/api/v1/prices/overrides`, {
      method: "POST",
      json: { match: "openai/our-yuan-model", rates: { input: "2.00" }, currency: "CNY" },
    });
    await page.goto("/prices/currencies");
    await page.getByText("Everything is in US dollars").waitFor();
    await page.getByRole("button", { name: "New entry" }).click();
    await page.getByRole("textbox", { name: "Currency" }).fill("cny");
    await page.getByLabel("One is worth, USD").fill("0.14");
    await page.getByRole("button", { name: "Add entry" }).click();
    await page.getByText("Say from which day it holds.").waitFor();
    await page.getByLabel("From (UTC day)").fill("2026-01-01");
    await page.getByRole("button", { name: "Add entry" }).click();
    await page.locator(".done-card .badge", { hasText: "done" }).waitFor();
    const row = page.locator("tbody tr", { hasText: "CNY" });
    expect((await row.locator("td").allInnerTexts()).slice(0, 4)).toEqual([
      "CNY",
      "$0.14",
      "2026-01-01",
      "this project",
    ]);
    expect(await axeProblems(page)).toEqual([]);
    const { data } = await requestJson<{ data: { cost: { total: string | null } }[] }>(
      `${server.url}/api/v1/calls?requestModel=our-yuan-model`,
    );
    expect(data.map(({ cost }) => Number(cost.total))).toEqual([0.28]);
    await row.getByRole("button", { name: /Take back/ }).click();
    await row.getByRole("button", { name: /Really take back/ }).click();
    await page.getByText("Everything is in US dollars").waitFor();
  }, 60_000);
});

describe("closed periods", () => {
  it("book what a re-pricing would have changed, until they are reopened", async () => {
    const { page } = view;
    await page.goto("/periods");
    await page.getByText("Nothing is closed").waitFor();
    await page.getByRole("button", { name: "Close a period" }).click();
    // The last whole month is offered.
    await page.getByLabel("Why").fill("invoiced");
    await page.getByRole("button", { name: "Close the period" }).click();
    const row = page.locator("tbody tr", { hasText: "invoiced" });
    await row.waitFor();
    const span = `${monthStart(1).toISOString().slice(0, 10)} to ${monthStart(0).toISOString().slice(0, 10)}`;
    expect((await row.locator("td").allInnerTexts()).slice(0, 2)).toEqual([span, "closed"]);

    await requestJson(`${server.url}/api/v1/prices/overrides`, {
      method: "POST",
      json: { match: "openai/gpt-4o-mini", rates: { input: "0.20" } },
    });
    await requestJson(`${server.url}/api/v1/reprice`, { method: "POST", json: { preview: false } });
    await page.getByRole("link", { name: "Re-pricing" }).click();
    await page.locator(".job-item .badge", { hasText: "done" }).first().waitFor();
    await page.getByRole("link", { name: "Closed periods" }).click();
    const booked = page.getByRole("region", { name: "Adjustments" });
    await booked.getByText("1 call, +$0.05 in all.").waitFor();
    expect(await axeProblems(page)).toEqual([]);
    await picture(page, "periods");

    await page.getByRole("button", { name: `Reopen ${span}` }).click();
    await page.getByRole("button", { name: "Reopen", exact: true }).click();
    await page.getByText("Say why.").waitFor();
    await page.getByLabel("Why").fill("wrong price");
    await page.getByRole("button", { name: "Reopen", exact: true }).click();
    await row.getByText("reopened").waitFor();
  }, 60_000);
});

describe("the change log", () => {
  it("names who did all of that", async () => {
    const { page } = view;
    await page.goto("/changes");
    const text = page.locator(".rows");
    await text.getByText("operator reopened a period").waitFor();
    const entries = await page.locator(".rows-text").allInnerTexts();
    const words = entries.map((entry) => entry.split("\n")[0]);
    for (const expected of [
      "operator closed a period",
      "operator re-priced calls",
      "operator stated what a currency is worth",
      "operator took a currency entry back",
      "operator approved waiting prices of a book",
      "operator went back to the price book before",
      "refresh took a new price book",
    ])
      expect(words).toContain(expected);
    await page.getByText("Details").first().click();
    await page.getByText("“wrong price”").waitFor();
    expect(await axeProblems(page)).toEqual([]);
    await picture(page, "changes");
  }, 60_000);
});

describe("data quality", () => {
  it("says who recorded the calls and how well, as the API does", async () => {
    const { page } = view;
    await page.goto("/quality?refresh=off");
    await settleBoard(page);
    const part = page.getByRole("region", { name: "Who recorded it, and how well" });
    const row = part.locator("tbody tr");
    await row.waitFor();
    const { data } = await requestJson<{ data: { scope: string; calls: number; exact: number }[] }>(
      `${server.url}/api/v1/data-quality`,
    );
    const cells = await row.locator("td").allInnerTexts();
    expect([cells[0], cells[2]]).toEqual([`${data[0]?.scope} 1.0.0`, String(data[0]?.calls)]);
    expect(await axeProblems(page)).toEqual([]);
    await picture(page, "quality");
  }, 60_000);
});

describe("prices that follow from the calls", () => {
  it("show what they worked out to, and work it out again", async () => {
    const { page } = view;
    await requestJson(`${server.url}/api/v1/prices/overrides`, {
      method: "POST",
      json: {
        match: "groq/*",
        kind: "volume_tiers",
        metric: "tokens",
        tiers: [
          { from: "0", value: "1" },
          { from: "1000", value: "0.9" },
        ],
      },
    });
    await requestJson(`${server.url}/api/v1/prices/overrides`, {
      method: "POST",
      json: {
        match: "mistral_ai/*",
        kind: "commitment",
        amount: "310.00",
        effectiveFrom: monthStart(0).toISOString(),
      },
    });
    await page.goto("/prices/overrides");
    await page.getByText("One commitment costs $310.00 this month").waitFor();
    await page.getByRole("button", { name: "Schedule of groq/*" }).click();
    await page.getByRole("dialog", { name: "volume tiers: groq/*" }).waitFor();
    expect(await axeProblems(page)).toEqual([]);
    const [asked] = await Promise.all([
      page.waitForResponse((response) => response.url().includes("/recompute")),
      page.getByRole("button", { name: "Work it out again" }).click(),
    ]);
    expect(asked.status()).toBe(200);
  }, 60_000);
});
