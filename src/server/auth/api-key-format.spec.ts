import { describe, expect, it } from "@jest/globals";
import { apiKeyPrefix, createApiKey, equalSecrets, hashSecret, randomText } from "./api-key-format.js";
import { sessionToken, shownSecret } from "./credentials.js";

describe("API keys", () => {
  it("are found by their prefix and proved by their hash", () => {
    const { key, prefix, hash } = createApiKey();
    expect(apiKeyPrefix(key)).toBe(prefix);
    expect(hashSecret(key)).toBe(hash);
    expect(equalSecrets(hash, hashSecret(`${key} `))).toBe(false);
    expect(createApiKey().key).not.toBe(key);
  });

  it.each([
    "",
    "sl_",
    "sl_short_x",
    `sl_${"a".repeat(10)}_${"b".repeat(42)}`,
    `xx_${"a".repeat(10)}_${"b".repeat(43)}`,
  ])("%j is no key", (text) => {
    expect(apiKeyPrefix(text)).toBeNull();
  });

  it("are drawn evenly from letters and digits", () => {
    const text = randomText(62_000);
    const counts = new Map<string, number>();
    for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    expect(counts.size).toBe(62);
    expect(Math.min(...counts.values())).toBeGreaterThan(800);
    expect(Math.max(...counts.values())).toBeLessThan(1_200);
  });
});

describe("shownSecret", () => {
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
  it.each([
    ["nothing", undefined, undefined, null],
    ["the key header", "abc", undefined, "abc"],
    ["the key header before others", "abc", "Bearer def", "abc"],
    ["Bearer in any case", undefined, "bEARER  def", "def"],
    ["the password of Basic", undefined, basic("user:pass:word"), "pass:word"],
    ["the user of Basic without a password", undefined, basic("key:"), "key"],
    ["a foreign scheme is a wrong secret", undefined, "Negotiate abc", ""],
    ["an empty header is a wrong secret", "", undefined, ""],
  ])("%s", (_, key, authorization, secret) => {
    expect(shownSecret({ key, authorization })).toBe(secret);
  });

  it("finds the session among other cookies", () => {
    expect(sessionToken("a=b; spanledger_session=xyz; c=d")).toBe("xyz");
    expect(sessionToken("not_spanledger_session=xyz")).toBeNull();
    expect(sessionToken(undefined)).toBeNull();
  });
});
