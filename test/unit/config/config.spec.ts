import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { isLoopbackAddress, readConfig } from "../../../src/server/config/app-config.js";
import { configurationDocs } from "../../../tools/build-config-docs.js";

describe("readConfig", () => {
  it("freezes these defaults: a changed default is a visible diff", () => {
    const { dataDir, ...rest } = readConfig({});
    expect(dataDir).toMatch(/\/data$/);
    expect(rest).toEqual({
      host: "127.0.0.1",
      port: 4318,
      grpcPort: 4317,
      facadePort: 8123,
      clickhouseUrl: undefined,
      clickhouseCluster: undefined,
      postgresUrl: undefined,
      adminPassword: undefined,
      retentionDays: 400,
      priceBookUrls: [],
      priceBookKey: undefined,
      webhookAllow: [],
      logLevel: "info",
      maxBodyBytes: 20 * 1024 * 1024,
      maxInflightBytes: 128 * 1024 * 1024,
      openMode: true,
    });
  });

  it("reports all problems together", () => {
    const read = () =>
      readConfig({
        SPANLEDGER_PORT: "70000",
        SPANLEDGER_LOG_LEVEL: "loud",
        SPANLEDGER_POSTGRES_URL: "mysql://x",
        SPANLEDGER_HOST: "0.0.0.0",
      });
    expect(read).toThrow(
      /SPANLEDGER_PORT[\s\S]*SPANLEDGER_POSTGRES_URL[\s\S]*SPANLEDGER_LOG_LEVEL[\s\S]*SPANLEDGER_ADMIN_PASSWORD/,
    );
  });

  it("is open on loopback without a password only", () => {
    expect(readConfig({ SPANLEDGER_ADMIN_PASSWORD: "long enough" }).openMode).toBe(false);
    expect(
      readConfig({ SPANLEDGER_HOST: "0.0.0.0", SPANLEDGER_ADMIN_PASSWORD: "long enough" }).openMode,
    ).toBe(false);
  });

  it("takes empty variables as unset and splits lists", () => {
    const config = readConfig({
      SPANLEDGER_CLICKHOUSE_URL: "",
      SPANLEDGER_WEBHOOK_ALLOW: "127.0.0.1, 10.0.0.0/8",
    });
    expect(config.clickhouseUrl).toBeUndefined();
    expect(config.webhookAllow).toEqual(["127.0.0.1", "10.0.0.0/8"]);
  });

  it.each([
    ["127.0.0.1", true],
    ["127.1.2.3", true],
    ["::1", true],
    ["localhost", true],
    ["0.0.0.0", false],
    ["127.evil.example", false],
    ["192.168.1.2", false],
  ])("knows whether %s is loopback", (host, expected) => {
    expect(isLoopbackAddress(host)).toBe(expected);
  });

  it("has its documentation generated", () => {
    expect(readFileSync(join(import.meta.dirname, "../../../docs/configuration.md"), "utf8")).toBe(
      configurationDocs(),
    );
  });
});
