import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { readFileSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";

/** Set to a directory to have the tests leave pictures there (docs/images). */
const PICTURES = process.env["SPANLEDGER_SCREENSHOTS"];

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export interface PageUnderTest {
  page: Page;
  context: BrowserContext;
  /** What must stay empty: script errors, console errors, CSP violations, requests to other origins. */
  faults: string[];
}

export interface ViewOptions {
  width?: number;
  height?: number;
  theme?: "light" | "dark";
}

/** A fresh page of its own browser context, in UTC, that remembers everything that goes wrong on it. */
export async function openPage(
  browser: Browser,
  origin: string,
  options: ViewOptions = {},
): Promise<PageUnderTest> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: options.height ?? 1000 },
    colorScheme: options.theme ?? "light",
    timezoneId: "UTC",
    locale: "en-US",
    acceptDownloads: true,
    baseURL: origin,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith("blob:"))
      faults.push(`request: ${request.url()}`);
  });
  return { page, context, faults };
}

interface AxeResult {
  violations: { id: string; nodes: { html: string }[] }[];
}

/** Makes the window as tall as the page, so that every panel is seen and asked for, and waits until all have answered. */
export async function settleBoard(page: Page): Promise<void> {
  await page.locator(".board .panel, .board-full .panel").first().waitFor();
  const height = await page.evaluate<number>("document.documentElement.scrollHeight");
  const width = page.viewportSize()?.width ?? 1440;
  await page.setViewportSize({ width, height: Math.min(6_000, Math.max(600, height)) });
  await page.waitForSelector('.panel:not(.panel-text)[aria-busy="true"]', {
    state: "detached",
    timeout: 60_000,
  });
}

/** Problems that axe finds, one line each; empty when there are none. */
export async function axeProblems(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate<AxeResult>("axe.run(document, { resultTypes: ['violations'] })");
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`,
  );
}

const PICTURE_HEIGHT = 1_200;

/** A picture of the page's head for the documentation, when they are asked for. */
export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  await mkdir(PICTURES, { recursive: true });
  const { width, height } = page.viewportSize() ?? { width: 1440, height: PICTURE_HEIGHT };
  const clip = { x: 0, y: 0, width, height: Math.min(height, PICTURE_HEIGHT) };
  await page.mouse.move(0, 0);
  // Hiding the caret would add a style element, which the page's policy refuses.
  await page.screenshot({ path: join(PICTURES, `${name}.png`), clip, caret: "initial" });
}

/** The text of a stat's number. */
export function statText(page: Page, panelId: number): Promise<string> {
  return page.locator(`[data-panel="${panelId}"] .stat-value`).innerText();
}
