import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Browser } from "playwright-core";
import { BOARDS } from "../../dashboards/source/index.js";
import { requestJson } from "../support/api.js";
import { cleanUpServers, type ServerProcess, startServerProcess } from "../support/server-process.js";
import { launchChromium } from "./chromium.js";
import {
  axeProblems,
  openPage,
  type PageUnderTest,
  picture,
  settleBoard,
  statText,
} from "./page-under-test.js";

const root = join(import.meta.dirname, "../..");

/** A month that ends at the last whole hour, as the demo does; fixed, so that page and API are asked the same. */
const TO = Math.floor(Date.now() / 3_600_000) * 3_600_000;
const FROM = TO - 30 * 86_400_000;
const RANGE = `from=${FROM}&to=${TO}&refresh=off`;
const API_RANGE = `from=${new Date(FROM).toISOString()}&to=${new Date(TO).toISOString()}`;

interface Summary {
  calls: number;
  cost: string;
  unpricedCalls: number;
  partialCalls: number;
  errorRate: number;
  cacheHitRatio: number;
  latencyMs: { p95: number };
  timeToFirstChunkMs: { p95: number };
}

interface SpendRow {
  cost: string | null;
  calls: number;
  feature?: string | null;
}

let server: ServerProcess;
let browser: Browser;
let view: PageUnderTest;

async function runDemo(url: string): Promise<void> {
  const child = spawn(
    process.execPath,
    [join(root, "bin/spanledger.cjs"), "demo", "--calls", "1200", "--days", "30", "--endpoint", url],
    { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NODE_OPTIONS: "" } },
  );
  const output: string[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`the demo ended with ${code}\n${output.join("")}`);
}

beforeAll(async () => {
  [server, browser] = await Promise.all([startServerProcess(), launchChromium()]);
  await runDemo(server.url);
}, 300_000);

afterAll(async () => {
  await browser.close();
  await cleanUpServers();
}, 60_000);

beforeEach(async () => {
  view = await openPage(browser, server.url);
});

afterEach(async () => {
  await view.context.close();
});

const money = (text: string): number => Number(text.replace(/[$,]/g, ""));

describe("the Overview", () => {
  it("shows the numbers that the API gives", async () => {
    const { page, faults } = view;
    await page.goto(`/d/spanledger-overview?${RANGE}`);
    await settleBoard(page);
    const summary = await requestJson<Summary>(`${server.url}/api/v1/summary?${API_RANGE}`);
    expect(Number(summary.cost)).toBeGreaterThan(1);
    expect(await statText(page, 1)).toBe(`$${Number(summary.cost).toFixed(2)}`);
    expect(await statText(page, 2)).toBe(String(summary.unpricedCalls + summary.partialCalls));
    expect(await statText(page, 3)).toBe(summary.calls.toLocaleString("en-US"));
    expect(await statText(page, 4)).toBe(`${(summary.errorRate * 100).toFixed(2)}%`);
    expect(await statText(page, 5)).toBe(`${(summary.cacheHitRatio * 100).toFixed(1)}%`);
    const p95 = /^([\d.]+) s$/.exec(await statText(page, 6));
    expect(Number(p95?.[1])).toBeCloseTo(summary.latencyMs.p95 / 1000, 1);
    const spend = await requestJson<{ data: SpendRow[] }>(
      `${server.url}/api/v1/spend?${API_RANGE}&groupBy=feature`,
    );
    const byFeature = new Map(spend.data.map((row) => [row.feature ?? "(none)", row]));
    const rows = await page.locator('[data-panel="40"] tbody tr').all();
    expect(rows).toHaveLength(byFeature.size);
    for (const row of rows) {
      const cells = await row.locator("td").allInnerTexts();
      const expected = byFeature.get(cells[0] ?? "");
      expect([cells[0], cells[3]]).toEqual([cells[0], expected?.calls.toLocaleString("en-US")]);
      if (Number(expected?.cost ?? 0) >= 0.01)
        expect(money(cells[1] ?? "")).toBeCloseTo(Number(expected?.cost), 2);
    }
    const legend = await page.locator('[data-panel="10"] .legend-value').allInnerTexts();
    const stacked = legend.reduce((sum, text) => sum + money(text), 0);
    expect(Math.abs(stacked - Number(summary.cost))).toBeLessThan(0.05);
    await picture(page, "overview");
    expect(faults).toEqual([]);
  }, 120_000);

  it("zooms by dragging, and out again", async () => {
    const { page, faults } = view;
    await page.goto(`/d/spanledger-overview?${RANGE}`);
    await settleBoard(page);
    const plot = page.locator('[data-panel="10"] .u-over');
    const box = await plot.boundingBox();
    if (box === null) throw new Error("no plot");
    await page.mouse.move(box.x + box.width * 0.25, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75, box.y + box.height / 2, { steps: 6 });
    await page.mouse.up();
    await page.waitForURL((url) => url.searchParams.get("from") !== String(FROM));
    const zoomed = new URL(page.url()).searchParams;
    const width = Number(zoomed.get("to")) - Number(zoomed.get("from"));
    expect(width / (TO - FROM)).toBeCloseTo(0.5, 1);
    await settleBoard(page);
    await page.getByRole("button", { name: "Zoom out" }).click();
    await page.waitForURL((url) => url.searchParams.get("from") !== zoomed.get("from"));
    const out = new URL(page.url()).searchParams;
    expect((Number(out.get("to")) - Number(out.get("from"))) / width).toBeCloseTo(2, 5);
    await page.goBack();
    expect(new URL(page.url()).searchParams.get("from")).toBe(zoomed.get("from"));
    expect(faults).toEqual([]);
  }, 120_000);

  it("narrows to chosen values, which stay in the link and go with it to other boards", async () => {
    const { page } = view;
    await page.goto(`/d/spanledger-overview?${RANGE}`);
    await settleBoard(page);
    await page.getByRole("button", { name: "Feature: All" }).click();
    await page.getByRole("searchbox", { name: "Search feature" }).fill("summary");
    await page.getByLabel("document-summary").check();
    await page.keyboard.press("Escape");
    await page.waitForURL((url) => url.searchParams.getAll("var-feature").join() === "document-summary");
    await settleBoard(page);
    const narrowed = await requestJson<Summary>(
      `${server.url}/api/v1/summary?${API_RANGE}&feature=document-summary`,
    );
    expect(await statText(page, 1)).toBe(`$${Number(narrowed.cost).toFixed(2)}`);
    await page.getByRole("link", { name: "Models", exact: true }).click();
    await page.waitForURL(/spanledger-models/);
    const query = new URL(page.url()).searchParams;
    expect([query.get("from"), query.get("var-feature")]).toEqual([String(FROM), "document-summary"]);
    await page.getByRole("button", { name: "Clear" }).click();
    await page.waitForURL((url) => !url.searchParams.has("var-feature"));
  }, 120_000);

  it("narrows by any dimension ad hoc, and says so in the link and on the API", async () => {
    const { page } = view;
    await page.goto(`/d/spanledger-overview?${RANGE}`);
    await settleBoard(page);
    await page.getByRole("button", { name: "Add a filter" }).click();
    await page.getByLabel("Dimension").selectOption("outcome");
    await page.getByLabel("Condition").selectOption({ label: "is not" });
    await page.getByLabel("Value").fill("ok");
    expect(await axeProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.waitForURL((url) => url.searchParams.get("var-filters") === "outcome|!=|ok");
    await settleBoard(page);
    const all = await requestJson<{ data: (SpendRow & { outcome: string })[] }>(
      `${server.url}/api/v1/spend?${API_RANGE}&groupBy=outcome`,
    );
    const failed = all.data.filter((row) => row.outcome !== "ok");
    const calls = failed.reduce((sum, row) => sum + row.calls, 0);
    expect(calls).toBeGreaterThan(0);
    expect(await statText(page, 3)).toBe(calls.toLocaleString("en-US"));
    await page.getByRole("button", { name: "Remove outcome ≠ ok" }).click();
    await page.waitForURL((url) => !url.searchParams.has("var-filters"));
  }, 120_000);

  it("saves a panel as a picture, prints on light paper with what was chosen, and fills a wall", async () => {
    const dark = await openPage(browser, server.url, { theme: "dark" });
    const { page, faults } = dark;
    await page.goto(`/d/spanledger-overview?${RANGE}&var-feature=research-agent`);
    await settleBoard(page);
    for (const title of ["Spend by model", "Top features"]) {
      await page.getByRole("button", { name: `Options of ${title}` }).click();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Download PNG" }).click(),
      ]);
      expect(download.suggestedFilename()).toMatch(/^spanledger-.*\.png$/);
      const bytes = await readFile(await download.path());
      expect(bytes.subarray(1, 4).toString()).toBe("PNG");
      const box = await page.getByRole("region", { name: title }).boundingBox();
      expect(bytes.readUInt32BE(16)).toBe(Math.round((box?.width ?? 0) * 2));
      // A blank picture of that size would be far smaller.
      expect(bytes.length).toBeGreaterThan(8_000);
    }

    await page.emulateMedia({ media: "print" });
    await page.locator("html[data-theme=light]").waitFor();
    expect(await page.getByRole("navigation", { name: "Main" }).isVisible()).toBe(false);
    expect(await page.locator(".panel-menu").first().isVisible()).toBe(false);
    expect(await page.locator(".print-only").innerText()).toContain("feature = research-agent");
    const pdf = await page.pdf();
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    await page.emulateMedia({ media: "screen" });
    await page.locator("html[data-theme=dark]").waitFor();

    await page.setViewportSize({ width: 2560, height: 1440 });
    await page.keyboard.press("k");
    await page.waitForURL((url) => url.searchParams.has("kiosk"));
    expect(await page.getByRole("navigation", { name: "Main" }).isVisible()).toBe(false);
    await page.keyboard.press("z");
    await page.waitForURL((url) => url.searchParams.get("from") !== String(FROM));
    await page.keyboard.press("Escape");
    await page.waitForURL((url) => !url.searchParams.has("kiosk"));
    expect(faults).toEqual([]);
    await dark.context.close();
  }, 120_000);

  it("drills down from a table, keeping the time", async () => {
    const { page } = view;
    await page.goto(`/d/spanledger-overview?${RANGE}`);
    await settleBoard(page);
    await page.locator('[data-panel="40"]').getByRole("link", { name: "research-agent" }).click();
    await page.waitForURL(/spanledger-calls/);
    const query = new URL(page.url()).searchParams;
    expect([query.get("from"), query.get("to"), query.get("var-feature")]).toEqual([
      String(FROM),
      String(TO),
      "research-agent",
    ]);
    await settleBoard(page);
    const features = await page.locator('[data-panel="2"] tbody tr td:nth-child(3)').allInnerTexts();
    expect(new Set(features)).toEqual(new Set(["research-agent"]));
  }, 120_000);

  it("gives a panel the whole screen, its SQL, its table and its CSV, by keyboard alone", async () => {
    const { page } = view;
    await page.goto(`/d/spanledger-overview?${RANGE}`);
    await settleBoard(page);
    const options = page.getByRole("button", { name: "Options of Top features" });
    await options.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Show SQL" }).focus();
    await page.keyboard.press("Enter");
    await page.locator("dialog[open]").waitFor();
    const sql = await page.locator("dialog pre").innerText();
    expect(sql).toContain("FROM call_stats");
    expect(sql).not.toContain("$__");
    await page.keyboard.press("Escape");
    await page.locator("dialog[open]").waitFor({ state: "detached" });

    await options.focus();
    await page.keyboard.press("Enter");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download CSV" }).press("Enter"),
    ]);
    expect(download.suggestedFilename()).toBe("spanledger-top-features.csv");
    const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\r\n");
    expect(lines[0]).toBe("name,Value");
    expect(lines.length).toBe((await page.locator('[data-panel="11"] .bars-row').count()) + 1);

    await options.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Show as table" }).press("Enter");
    expect(await page.locator('[data-panel="11"] tbody tr').count()).toBe(lines.length - 1);

    await options.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Full screen" }).press("Enter");
    await page.waitForURL((url) => url.searchParams.get("viewPanel") === "11");
    expect(await page.locator(".panel").count()).toBe(1);
    await settleBoard(page);
    await page.keyboard.press("Escape");
    await page.waitForURL((url) => !url.searchParams.has("viewPanel"));
  }, 120_000);

  it("refreshes when told to, and by itself", async () => {
    const { page } = view;
    await page.goto("/d/spanledger-overview?from=now-7d&to=now&refresh=off");
    await settleBoard(page);
    const asked = (): Promise<unknown> =>
      page.waitForRequest((request) => request.url().includes("/panels/1/query"));
    await Promise.all([asked(), page.getByRole("button", { name: "Refresh now" }).click()]);
    await settleBoard(page);
    await page.getByRole("combobox", { name: "Refresh automatically" }).selectOption("10s");
    await page.waitForURL((url) => url.searchParams.get("refresh") === "10s");
    await asked();
  }, 120_000);
});

describe("every board", () => {
  it.each(BOARDS.map((board) => [board.uid, board] as const))(
    "%s draws every panel, accessibly",
    async (uid, board) => {
      const { page, faults } = view;
      await page.goto(`/d/${uid}?${RANGE}`);
      await settleBoard(page);
      expect(await page.locator("h1").innerText()).toBe(board.title);
      expect(await page.locator(".panel").count()).toBe(
        board.panels.filter((panel) => panel.type !== "row").length,
      );
      expect(await page.locator(".panel-state.is-error").allInnerTexts()).toEqual([]);
      const empty = await page.locator(".panel:has(.panel-state.is-empty) .panel-title").allInnerTexts();
      expect(empty).toEqual([]);
      expect(await axeProblems(page)).toEqual([]);
      await picture(page, uid.replace("spanledger-", "board-"));
      expect(faults).toEqual([]);
    },
    120_000,
  );
});

/** Pages that are no boards. */
const PLAIN_PAGES = [
  "/calls",
  "/prices",
  "/prices?tab=estimate&model=gpt-5.4",
  "/unpriced",
  "/prices/overrides",
  "/prices/endpoints",
  "/prices?tab=updates",
  "/prices/currencies",
  "/reprice",
  "/periods",
  "/changes",
  "/budgets",
  "/alerts",
  "/channels",
  "/keys",
  "/start",
] as const;

describe("every other page", () => {
  it("has no fault and no violation in the dark either", async () => {
    const dark = await openPage(browser, server.url, { theme: "dark" });
    const { page, faults } = dark;
    for (const path of PLAIN_PAGES) {
      await page.goto(path);
      await page.locator("h1").waitFor();
      await page.locator(".page-loading").first().waitFor({ state: "detached" });
      expect([path, await axeProblems(page)]).toEqual([path, []]);
    }
    await page.goto(`/quality?${RANGE}`);
    await settleBoard(page);
    expect(await page.locator(".panel-state.is-error").count()).toBe(0);
    expect(await page.locator(".panel").count()).toBe(7);
    expect(faults).toEqual([]);
    await dark.context.close();
  }, 120_000);
});

describe("other eyes and screens", () => {
  it("follows a dark system, and keeps a choice", async () => {
    const dark = await openPage(browser, server.url, { theme: "dark" });
    const { page } = dark;
    await page.goto(`/d/spanledger-overview?${RANGE}`);
    await settleBoard(page);
    const background = (): Promise<string> =>
      page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(await background()).toBe("rgb(19, 19, 18)");
    expect(await axeProblems(page)).toEqual([]);
    await picture(page, "overview-dark");
    await page.getByRole("button", { name: "Light theme" }).click();
    expect(await background()).toBe("rgb(246, 245, 241)");
    await page.reload();
    expect(await background()).toBe("rgb(246, 245, 241)");
    await dark.context.close();
  }, 120_000);

  it("fits 360 pixels without scrolling sideways", async () => {
    const phone = await openPage(browser, server.url, { width: 360, height: 780 });
    const { page, faults } = phone;
    for (const path of [`/d/spanledger-overview?${RANGE}`, `/d/spanledger-calls?${RANGE}`]) {
      await page.setViewportSize({ width: 360, height: 780 });
      await page.goto(path);
      await settleBoard(page);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    }
    for (const path of PLAIN_PAGES) {
      await page.goto(path);
      await page.locator("h1").waitFor();
      await page.locator(".page-loading").first().waitFor({ state: "detached" });
      expect([path, await page.evaluate("document.documentElement.scrollWidth")]).toEqual([path, 360]);
    }
    await page.setViewportSize({ width: 360, height: 780 });
    await page.getByRole("button", { name: "Open navigation" }).click();
    await page.getByRole("link", { name: "Overview", exact: true }).click();
    await page.waitForURL(/spanledger-overview/);
    await settleBoard(page);
    await page.setViewportSize({ width: 360, height: 780 });
    await picture(page, "overview-phone");
    expect(faults).toEqual([]);
    await phone.context.close();
  }, 120_000);
});

describe("a call", () => {
  it("is found in the list and says why it costs what it costs", async () => {
    const { page, faults } = view;
    await page.goto("/calls?feature=document-summary&outcome=ok");
    const first = page.locator("tbody tr").first();
    await first.waitFor();
    expect(await axeProblems(page)).toEqual([]);
    const cost = await first.locator("td").last().innerText();
    await first.getByRole("link").click();
    await page.getByRole("heading", { name: "Why this price" }).waitFor();
    const id = decodeURIComponent(new URL(page.url()).pathname.split("/").at(-1) ?? "");
    const call = await requestJson<{ cost: { total: string; lines: { amount: string }[] } }>(
      `${server.url}/api/v1/calls/${encodeURIComponent(id)}`,
    );
    expect(money(cost)).toBe(Number(call.cost.total));
    expect(await page.locator("tfoot td").innerText()).toBe(cost);
    expect(await page.locator("section:has(h2:text('Why this price')) tbody tr").count()).toBe(
      call.cost.lines.length,
    );
    expect(await axeProblems(page)).toEqual([]);
    await picture(page, "call");
    expect(faults).toEqual([]);
  }, 60_000);
});
