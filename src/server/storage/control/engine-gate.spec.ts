import { describe, expect, it } from "@jest/globals";
import { EngineGate, GateClosedError } from "./engine-gate.js";

const owner = (): object => ({});

describe("EngineGate", () => {
  it("serves owners in the order they came, one at a time", async () => {
    const gate = new EngineGate();
    const [first, second, third] = [owner(), owner(), owner()];
    const served: string[] = [];
    await gate.acquire(first);
    await gate.acquire(first);
    const waiting = [
      gate.acquire(second).then(() => served.push("second")),
      gate.acquire(third).then(() => served.push("third")),
    ];
    expect([gate.waiting, served]).toEqual([2, []]);
    gate.release(second);
    expect(gate.isHeldBy(first)).toBe(true);
    gate.release(first);
    await waiting[0];
    expect(served).toEqual(["second"]);
    gate.release(second);
    await waiting[1];
    expect(served).toEqual(["second", "third"]);
  });

  it("lets a waiter withdraw without disturbing the others", async () => {
    const gate = new EngineGate();
    const [first, second, third] = [owner(), owner(), owner()];
    await gate.acquire(first);
    const gone = gate.acquire(second);
    const next = gate.acquire(third);
    gate.withdraw(second);
    await expect(gone).rejects.toThrow(GateClosedError);
    gate.release(first);
    await next;
    expect(gate.isHeldBy(third)).toBe(true);
  });

  it("is bounded, and refuses everybody but the holder once closed", async () => {
    const gate = new EngineGate(1);
    const first = owner();
    await gate.acquire(first);
    const waiting = gate.acquire(owner());
    await expect(gate.acquire(owner())).rejects.toThrow("Too many");
    gate.close();
    await expect(waiting).rejects.toThrow("closed");
    await expect(gate.acquire(owner())).rejects.toThrow("closed");
    await gate.acquire(first);
    gate.release(first);
    await expect(gate.acquire(first)).rejects.toThrow("closed");
  });
});
