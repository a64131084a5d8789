import { expect, it } from "@jest/globals";
import { promptText } from "../../../src/demo/prompt-text.js";

it("gives the same text for the same piece, another for another key, four bytes per token", () => {
  const text = promptText({ key: "a", tokens: 500 });
  expect(promptText({ key: "a", tokens: 500 })).toBe(text);
  expect(promptText({ key: "b", tokens: 500 })).not.toBe(text);
  expect(Buffer.byteLength(text)).toBe(2_000);
  expect(promptText({ key: "a", tokens: 100_000 })).toHaveLength(400_000);
});
