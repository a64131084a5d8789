import { describe, expect, it } from "@jest/globals";
import { lineIds, partIds, resultIds, totalIds } from "../../../src/sdk/src/result-ids.js";

const FILE = "file-of-some-job";

describe("ids of a result", () => {
  it("are the same for the same result and different for another", () => {
    const ids = resultIds("api.openai.com", "resp_0123456789");
    expect(ids).toEqual(resultIds("api.openai.com", "resp_0123456789"));
    expect(ids?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(ids?.spanId).toMatch(/^[0-9a-f]{16}$/);
    for (const other of [
      resultIds("other", "resp_0123456789"),
      resultIds("api.openai.com", "resp_0123456780"),
    ]) {
      expect(other?.traceId).not.toBe(ids?.traceId);
      expect(other?.spanId).not.toBe(ids?.spanId);
    }
  });

  it("are not made of ids that servers give twice", () => {
    expect(resultIds("h", "resp_1")).toBeNull();
    expect(lineIds("h", FILE, "1")).toBeNull();
    expect(lineIds("h", "f", "batch_req_000001")).toEqual(resultIds("h", "batch_req_000001"));
  });

  it("put the lines of a job below its total, and parts beside their result", () => {
    const total = totalIds("h", FILE);
    const line = lineIds("h", FILE, "batch_req_000001");
    expect(line).toMatchObject({ traceId: total?.traceId, parentSpanId: total?.spanId });
    expect(line?.spanId).not.toBe(lineIds("h", FILE, "batch_req_000002")?.spanId);
    expect(partIds(line, "svg 0")).toMatchObject({
      traceId: line?.traceId,
      parentSpanId: line?.parentSpanId,
    });
    expect(partIds(line, "svg 0")?.spanId).not.toBe(partIds(line, "svg 1")?.spanId);
  });
});
