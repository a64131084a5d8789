import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Browser } from "playwright-core";
import { requestJson } from "../support/api.js";
import { chatAttributes, postTraces, tracesRequest } from "../support/otlp-json.js";
import { cleanUpServers, type ServerProcess, startServerProcess } from "../support/server-process.js";
import { launchChromium } from "./chromium.js";
import { axeProblems, openPage, picture, settleBoard, statText } from "./page-under-test.js";

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
}, 120_000);

afterAll(async () => {
  await browser.close();
  await cleanUpServers();
}, 60_000);

function oneCall(key: string, startMs: number): object {
  const attributes = chatAttributes({
    model: "gpt-4o-mini",
    input: 1_000_000,
    output: 100_000,
    id: key,
    feature: "hello",
  });
  return tracesRequest([{ key, startMs, durationMs: 900, attributes }]);
}

describe("an empty ledger", () => {
  let server: ServerProcess;

  beforeAll(async () => {
    server = await startServerProcess();
  }, 120_000);

  it("waits for the first call, shows it by itself, and leads to the boards", async () => {
    const { page, faults, context } = await openPage(browser, server.url);
    await page.goto("/");
    await page.getByText("Waiting for your first call").waitFor();
    expect(await page.locator("pre").allInnerTexts()).toEqual(
      expect.arrayContaining([
        expect.stringContaining(`SPANLEDGER_ENDPOINT=${server.url}`),
        expect.stringContaining("observe(new OpenAI())"),
      ]),
    );
    await page.getByRole("button", { name: "Anthropic" }).click();
    await page.getByText("observe(new Anthropic())").waitFor();
    await page.getByRole("button", { name: "Other languages" }).click();
    await page.getByText(`OTEL_EXPORTER_OTLP_ENDPOINT=${server.url}`).waitFor();
    await page.getByRole("button", { name: "curl" }).click();
    await page.getByText(`curl ${server.url}/v1/traces`).waitFor();
    expect(await axeProblems(page)).toEqual([]);
    await picture(page, "onboarding");

    const answer = await postTraces(server.url, oneCall("first", Date.now() - 2_000));
    expect(answer.status).toBe(200);
    await page.getByText("Your calls arrive").waitFor({ timeout: 10_000 });
    const { data } = await requestJson<{ data: { cost: { total: string } }[] }>(`${server.url}/api/v1/calls`);
    expect(data).toHaveLength(1);
    expect(Number(data[0]?.cost.total)).toBeGreaterThan(0);
    expect(await page.locator(".arrived-title").innerText()).toContain(
      `$${Number(data[0]?.cost.total).toFixed(2)}`,
    );
    await page.getByRole("button", { name: "See the overview" }).click();
    await settleBoard(page);
    expect(await statText(page, 3)).toBe("1");
    expect(faults).toEqual([]);
    await context.close();
  }, 120_000);

  it("makes, changes and deletes a budget through the page", async () => {
    const { page, faults, context } = await openPage(browser, server.url);
    await page.goto("/budgets");
    await page.getByRole("button", { name: "Create the first budget" }).click();
    await page.getByRole("button", { name: "Create budget" }).click();
    await page.getByText("Give the budget a name.").waitFor();
    await page.getByLabel("Name").fill("Hello only");
    await page.getByLabel("Limit").fill("0.50");
    await page.getByLabel("Time zone").fill("Europe/Berlin");
    await page.getByLabel("Only for").selectOption("feature");
    await page.getByLabel("Which (comma-separated)").fill("hello");
    await page.getByLabel("Warn when spent, %").fill("50");
    expect(await axeProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "Create budget" }).click();
    await page.getByRole("heading", { name: "Hello only" }).waitFor();
    interface Budget {
      id: string;
      name: string;
      limit: string;
      timezone: string;
      scope: object;
      thresholds: object[];
    }
    const { data } = await requestJson<{ data: Budget[] }>(`${server.url}/api/v1/budgets`);
    expect(data).toEqual([
      expect.objectContaining({
        name: "Hello only",
        timezone: "Europe/Berlin",
        scope: { feature: ["hello"] },
        thresholds: [
          { kind: "actual", percent: 50 },
          { kind: "forecast", percent: 100 },
        ],
      }),
    ]);
    expect(Number(data[0]?.limit)).toBe(0.5);
    const status = await requestJson<{ spent: string }>(`${server.url}/api/v1/budgets/${data[0]?.id}/status`);
    expect(await page.locator(".budget strong").innerText()).toBe(`$${Number(status.spent).toFixed(2)}`);
    await page.getByRole("img", { name: /^Course of Hello only: .* of \$0\.50 spent/ }).waitFor();

    const answer = await postTraces(server.url, oneCall("second", Date.now() - 1_000));
    expect(answer.status).toBe(200);
    await page.getByText("Hello only reached 50%").waitFor({ timeout: 20_000 });
    expect(await axeProblems(page)).toEqual([]);
    await picture(page, "budgets");
    await page.getByRole("button", { name: "Acknowledge" }).first().click();
    await page.getByText("acknowledged").first().waitFor();

    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByLabel("Limit").fill("5");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("of $5.00").first().waitFor();
    await page.goto("/alerts");
    await page.getByText("Hello only reached 50%").waitFor();
    expect(await axeProblems(page)).toEqual([]);
    await page.goto("/budgets");
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Really delete" }).click();
    await page.getByText("No budget yet").waitFor();
    expect(faults).toEqual([]);
    await context.close();
  }, 120_000);

  it("shows another project when it is chosen, and forgets one that is gone", async () => {
    const { id } = await requestJson<{ id: string }>(`${server.url}/api/v1/projects`, {
      method: "POST",
      json: { name: "Second" },
    });
    const { page, faults, context } = await openPage(browser, server.url);
    await page.goto("/d/spanledger-overview?from=now-1h&to=now&refresh=off");
    await settleBoard(page);
    await page.getByLabel("Project").selectOption({ label: "Second" });
    await page.getByText("Waiting for your first call").waitFor();
    expect(await axeProblems(page)).toEqual([]);
    await page.goto("/calls");
    await page.getByText("No call matches.").waitFor();
    const asked = page.waitForRequest((request) => request.url().includes("/api/v1/calls"));
    await page.reload();
    expect(new URL((await asked).url()).searchParams.get("project")).toBe(id);
    expect(faults).toEqual([]);

    // Once the projects are shown, no answer is on its way that would meet the changed choice before the reload does.
    await page.getByLabel("Project").waitFor();
    await page.evaluate("localStorage.setItem('spanledger.project', 'gone')");
    // The page leaves for the default project while it loads, so its load is nothing to wait for.
    await page.reload({ waitUntil: "commit" });
    await page.waitForURL(`${server.url}/`);
    await settleBoard(page);
    expect(await page.evaluate("localStorage.getItem('spanledger.project')")).toBeNull();
    await context.close();
  }, 60_000);

  it("says so when there is no such page, board or call", async () => {
    const { page, context } = await openPage(browser, server.url);
    await page.goto("/d/spanledger-nothing");
    await page.getByText("There is no such dashboard.").waitFor();
    await page.goto("/calls/nothing");
    await page.locator(".page-problem").waitFor();
    expect((await page.request.get("/no/such/place")).status()).toBe(404);
    await context.close();
  }, 60_000);

  it("tells when the server is gone, and recovers", async () => {
    const { page, context } = await openPage(browser, server.url);
    await page.goto("/d/spanledger-overview?from=now-1h&to=now&refresh=off");
    await settleBoard(page);
    await page.route("**/panels/1/query", (route) => route.abort());
    await page.getByRole("button", { name: "Refresh now" }).click();
    const panel = page.locator('[data-panel="1"]');
    await panel.getByText("The server cannot be reached.").waitFor();
    await page.unroute("**/panels/1/query");
    await panel.getByRole("button", { name: "Try again" }).click();
    await panel.locator(".stat-value").waitFor();
    await context.close();
  }, 60_000);

  it("is served with hashed assets for ever, its document never, and nothing inline", async () => {
    const document = await fetch(`${server.url}/`);
    expect(document.headers.get("cache-control")).toBe("no-cache");
    const policy = document.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("unsafe");
    const html = await document.text();
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|style=/);
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? "";
    const asset = await fetch(`${server.url}${script}`);
    expect([asset.status, asset.headers.get("cache-control")]).toEqual([
      200,
      "public, max-age=31536000, immutable",
    ]);
    expect((await fetch(`${server.url}/assets/../package.json`)).status).toBe(404);
    expect((await fetch(`${server.url}/assets/%2e%2e/%2e%2e/package.json`)).status).toBeGreaterThanOrEqual(
      400,
    );
  }, 60_000);
});

describe("a ledger with a password", () => {
  it("asks for it, refuses a wrong one, and then shows the page", async () => {
    const server = await startServerProcess({ env: { SPANLEDGER_ADMIN_PASSWORD: "correct horse" } });
    const { page, context } = await openPage(browser, server.url);
    await page.goto("/calls");
    await page.getByLabel("Password").fill("wrong horse");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText("That is not the password.").waitFor();
    await page.getByRole("button", { name: "Log in" }).waitFor();
    expect(await axeProblems(page)).toEqual([]);
    await page.getByLabel("Password").fill("correct horse");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("heading", { name: "Calls", exact: true }).waitFor();
    const cookies = await context.cookies();
    expect(cookies.map(({ httpOnly, sameSite }) => ({ httpOnly, sameSite }))).toEqual([
      { httpOnly: true, sameSite: "Lax" },
    ]);
    await page.reload();
    await page.getByRole("heading", { name: "Calls", exact: true }).waitFor();
    await context.close();
    await server.stop();
  }, 120_000);
});
