import { describe, expect, it } from "@jest/globals";
import { AppError, OverloadedError } from "../domain/errors.js";
import { persistently } from "./persistently.js";

const never = new AbortController().signal;

/** Fails with the errors in turn, then succeeds. */
function failing(...errors: Error[]): { action: () => Promise<string>; calls: () => number } {
  let calls = 0;
  return {
    calls: () => calls,
    action: async () => {
      const error = errors[calls];
      calls += 1;
      if (error !== undefined) throw error;
      return "stored";
    },
  };
}

describe("persistently", () => {
  it("tries again after an overload", async () => {
    const { action, calls } = failing(new OverloadedError("full"), new OverloadedError("full"));
    expect([await persistently(action, 5000, never), calls()]).toEqual(["stored", 3]);
  });

  it("gives up when the next pause would outlast its patience", async () => {
    const { action, calls } = failing(new OverloadedError("full"), new OverloadedError("full"));
    await expect(persistently(action, 50, never)).rejects.toThrow("full");
    expect(calls()).toBe(1);
  });

  it("does not repeat what failed for another reason", async () => {
    const { action, calls } = failing(new AppError("invalid_request", "broken"));
    await expect(persistently(action, 5000, never)).rejects.toThrow("broken");
    expect(calls()).toBe(1);
  });

  it("stops when the sender has gone", async () => {
    const gone = new AbortController();
    const { action } = failing(new OverloadedError("full"));
    const result = persistently(action, 5000, gone.signal);
    gone.abort();
    await expect(result).rejects.toMatchObject({ name: "AbortError" });
  });
});
