import { describe, expect, it } from "@jest/globals";
import { chat } from "../../../test/support/spans.js";
import type { Call } from "../domain/call.js";
import { normalizeSpan } from "../normalize/normalize-span.js";
import { KnownEmitters } from "./known-emitters.js";

function call(scope: string, id: string | null, service = "bot"): Call {
  const normalized = normalizeSpan(
    chat(id === null ? {} : { "gen_ai.response.id": id }, { scope, resource: { "service.name": service } }),
  );
  if (normalized.kind !== "call") throw new Error("a call is expected");
  return normalized.call;
}

describe("known emitters", () => {
  it("look for twins only where two watch one service and one leaves out ids", () => {
    const known = new KnownEmitters([]);
    known.add(call("a", null));
    expect([known.several, known.mayHaveTwin(call("a", null))]).toEqual([false, false]);
    known.add(call("b", "chatcmpl-1", "other"));
    expect([known.several, known.mayHaveTwin(call("a", null))]).toEqual([true, false]);
    known.add(call("b", "chatcmpl-2"));
    expect(known.mayHaveTwin(call("a", null))).toBe(true);
    expect(known.mayHaveTwin(call("b", "chatcmpl-1", "other"))).toBe(false);
  });

  it("need no look where every record has an id", () => {
    const known = new KnownEmitters([]);
    known.add(call("a", "chatcmpl-1"));
    known.add(call("b", "chatcmpl-1"));
    expect(known.mayHaveTwin(call("a", "chatcmpl-3"))).toBe(false);
  });

  it("remember what was stored before", () => {
    const stored = { service: "bot", environment: null, dialect: "gen_ai", scope: "old", idless: true };
    const known = new KnownEmitters([stored]);
    const fresh = call("new", "chatcmpl-1");
    known.add(fresh);
    expect(known.mayHaveTwin(fresh)).toBe(true);
  });
});
