import { describe, expect, it } from "@jest/globals";
import { fingerprintOf, putFingerprint } from "../../../src/sdk/src/fingerprint.js";
import { anthropicMessages } from "../../../src/sdk/src/wire/anthropic-messages.js";
import { openaiChat } from "../../../src/sdk/src/wire/openai-chat.js";
import type { Family } from "../../../src/sdk/src/wire/family.js";

const PREFIX = "spanledger.fingerprint.";
function fingerprint(family: Family, body: Record<string, unknown>, length = 100): Record<string, unknown> {
  const pieces = family.pieces?.(body);
  if (pieces === undefined) throw new Error("no pieces");
  const attributes: Record<string, unknown> = {};
  putFingerprint(
    { put: (name, value) => (attributes[name.slice(PREFIX.length)] = value) },
    fingerprintOf(pieces, length),
  );
  return attributes;
}

const message = (role: string, content: string): object => ({ role, content });
const chat = (...messages: object[]): Record<string, unknown> => ({ model: "m", temperature: 0, messages });
const hashesOf = (print: Record<string, unknown>): string[] =>
  (print["b"] as string[]).map((entry) => entry.split(":").at(-1) ?? "");

describe("a fingerprint", () => {
  const turns = [message("system", "You help."), message("user", "one"), message("assistant", "two")];

  it("holds sizes and keyed hashes only", () => {
    expect(fingerprint(openaiChat, chat(...turns))).toEqual({
      params: expect.stringMatching(/^[0-9a-f]{24}$/),
      full: expect.stringMatching(/^[0-9a-f]{24}$/),
      system: expect.stringMatching(/^[0-9a-f]{24}$/),
      system_bytes: 9,
      system_count: 1,
      b: [expect.stringMatching(/^u:3:[0-9a-f]{24}$/), expect.stringMatching(/^a:3:[0-9a-f]{24}$/)],
      b_count: 2,
    });
  });

  it("keeps the prefix of a conversation that goes on", () => {
    const before = hashesOf(fingerprint(openaiChat, chat(...turns)));
    const after = hashesOf(fingerprint(openaiChat, chat(...turns, message("user", "three"))));
    expect(after.slice(0, 2)).toEqual(before);
    expect(after).toHaveLength(3);
  });

  it("is the same whether or not its beginning was hashed before", () => {
    const fresh = (from: number): object[] =>
      Array.from({ length: 12 }, (_unused, index) => message("user", `turn ${from + index}`));
    const first = fingerprint(openaiChat, chat(...fresh(0)));
    // Another conversation from the same start, and one that is too large to be kept beside them.
    fingerprint(openaiChat, chat(...fresh(0).slice(0, 3), ...fresh(100)));
    expect(fingerprint(openaiChat, chat(...fresh(0)))).toEqual(first);
    fingerprint(openaiChat, chat(message("user", "x".repeat(1_100_000)), ...fresh(0)));
    expect(fingerprint(openaiChat, chat(...fresh(0)))).toEqual(first);
  });

  it("tells an equal text of another role", () => {
    const user = hashesOf(fingerprint(openaiChat, chat(message("user", "same"))));
    const assistant = hashesOf(fingerprint(openaiChat, chat(message("assistant", "same"))));
    expect(fingerprint(openaiChat, chat(message("user", "same")))["b"]).toEqual([`u:4:${user[0]}`]);
    expect(assistant[0]).not.toBe(user[0]);
  });

  it("changes from the first difference on", () => {
    const one = hashesOf(fingerprint(openaiChat, chat(...turns)));
    const other = hashesOf(
      fingerprint(openaiChat, chat(turns[0] as object, message("user", "One"), turns[2] as object)),
    );
    expect(other[0]).not.toBe(one[0]);
    expect(other[1]).not.toBe(one[1]);
    const seeded = hashesOf(fingerprint(openaiChat, chat(message("system", "Other."), ...turns.slice(1))));
    expect(seeded[0]).not.toBe(one[0]);
  });

  it("tells parameters from content", () => {
    const one = fingerprint(openaiChat, chat(...turns));
    const warmer = fingerprint(openaiChat, { ...chat(...turns), temperature: 1 });
    expect(warmer["b"]).toEqual(one["b"]);
    expect(warmer["params"]).not.toBe(one["params"]);
    expect(warmer["full"]).not.toBe(one["full"]);
  });

  it("marks cache breakpoints without changing the hash of what they stand on", () => {
    const block = (cache?: object): object => ({ type: "text", text: "long context", ...cache });
    const body = (cache?: object): Record<string, unknown> => ({
      model: "m",
      messages: [{ role: "user", content: [block(cache), { type: "text", text: "question" }] }],
    });
    const plain = fingerprint(anthropicMessages, body());
    const marked = fingerprint(anthropicMessages, body({ cache_control: { type: "ephemeral", ttl: "1h" } }));
    expect(hashesOf(marked)).toEqual(hashesOf(plain));
    expect((marked["b"] as string[])[0]).toMatch(/^u1h:12:/);
  });

  it("stays small for a long conversation and keeps both its ends", () => {
    const many = Array.from({ length: 500 }, (_, index) =>
      message(index % 2 ? "assistant" : "user", `${index}`),
    );
    const print = fingerprint(openaiChat, chat(...many));
    const boundaries = print["b"] as string[];
    expect(boundaries).toHaveLength(36);
    expect([boundaries[0]?.split("=")[0], boundaries.at(-1)?.split("=")[0]]).toEqual(["0", "499"]);
    expect(print["b_count"]).toBe(500);
  });

  it("gives sizes alone beyond a megabyte", () => {
    expect(fingerprint(openaiChat, chat(...turns), 2_000_000)).toMatchObject({
      sizes_only: true,
      b: ["u:3:", "a:3:"],
    });
  });
});
