import { describe, expect, it } from "@jest/globals";
import { requireLoopbackHost, requireSameSite } from "./request-origin.js";

const passes = (check: () => void): boolean => {
  try {
    check();
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: "forbidden" });
    return false;
  }
};

describe("requireLoopbackHost", () => {
  it.each([
    ["localhost", true],
    ["LOCALHOST:4318", true],
    ["127.0.0.1:4318", true],
    ["127.1", true],
    ["[::1]:4318", true],
    ["localhost.evil.example", false],
    ["evil.example:4318", false],
    ["127.0.0.1.evil.example", false],
    ["192.168.1.10:4318", false],
    ["0.0.0.0:4318", false],
    ["127.0.0.1@evil.example", false],
    ["", false],
    [undefined, false],
  ])("%j: %j", (host, allowed) => {
    expect(passes(() => requireLoopbackHost({ headers: { host } }))).toBe(allowed);
  });
});

describe("requireSameSite", () => {
  const host = "ledger.example:4318";
  it.each([
    ["no page behind it", "POST", {}, true],
    ["own origin", "POST", { origin: "http://ledger.example:4318" }, true],
    ["own name, another port", "POST", { origin: "https://ledger.example" }, true],
    [
      "the name a proxy was asked for",
      "POST",
      { origin: "https://spend.example", "x-forwarded-host": "spend.example" },
      true,
    ],
    ["another origin", "POST", { origin: "https://evil.example" }, false],
    ["an opaque origin", "DELETE", { origin: "null" }, false],
    ["a name that only begins alike", "PATCH", { origin: "http://ledger.example.evil" }, false],
    ["cross-site", "POST", { "sec-fetch-site": "cross-site" }, false],
    ["same-site", "POST", { "sec-fetch-site": "same-site" }, true],
    [
      "reading from elsewhere",
      "GET",
      { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
      true,
    ],
  ])("%s", (_, method, headers, allowed) => {
    expect(passes(() => requireSameSite({ method, headers: { host, ...headers } }))).toBe(allowed);
  });
});
