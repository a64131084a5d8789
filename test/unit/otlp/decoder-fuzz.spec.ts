import { describe, expect, it } from "@jest/globals";
import { AppError } from "../../../src/server/domain/errors.js";
import { decodeTraces } from "../../../src/server/otlp/traces-decoder.js";
import { decodeTracesJson } from "../../../src/server/otlp/traces-json-decoder.js";
import { expectedSpans } from "./expected-spans.js";
import { decode, encode } from "./oracle.js";
import { toOtlpJson } from "./otlp-json.js";
import { RandomExports, randomNumbers } from "./random-exports.js";

/** Cases per property; CI takes the default, a longer hunt sets the variable. */
const CASES = Number(process.env["SPANLEDGER_FUZZ_CASES"] ?? 3000);
const REQUEST = "ExportTraceServiceRequest";

function exportsOf(seed: number): RandomExports {
  return new RandomExports(randomNumbers(seed));
}

/** Runs a decoder on damaged bytes: all it may do is return or refuse the request. */
function survives(decoder: (body: Buffer) => unknown, body: Buffer): void {
  try {
    decoder(body);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "invalid_request") throw error;
  }
}

describe("trace decoders against protobufjs", () => {
  it(`agrees on ${CASES} random protobuf requests`, () => {
    for (let seed = 0; seed < CASES; seed += 1) {
      const body = encode(REQUEST, exportsOf(seed).traces());
      const expected = expectedSpans(decode(REQUEST, body));
      const actual = decodeTraces(body);
      expect({ seed, spans: actual.items, rejected: actual.rejected }).toEqual({ seed, ...expected });
    }
  });

  it(`agrees on ${CASES} random JSON requests, integers as text or as numbers`, () => {
    for (let seed = 0; seed < CASES; seed += 1) {
      const request = decode(REQUEST, encode(REQUEST, exportsOf(seed).traces()));
      const actual = decodeTracesJson(Buffer.from(toOtlpJson(request, seed % 2 === 0)));
      expect({ seed, spans: actual.items, rejected: actual.rejected }).toEqual({
        seed,
        ...expectedSpans(request),
      });
    }
  });

  it("refuses exactly the truncations that protobufjs refuses", () => {
    for (let seed = 0; seed < 60; seed += 1) {
      const body = encode(REQUEST, exportsOf(seed).traces());
      for (let length = 0; length < body.length; length += 1 + Math.floor(body.length / 40)) {
        const cut = body.subarray(0, length);
        expect({ seed, length, refused: refuses(() => decodeTraces(cut)) }).toEqual({
          seed,
          length,
          refused: refuses(() => decode(REQUEST, cut)),
        });
      }
    }
  });

  it(`survives ${CASES * 4} damaged protobuf and JSON requests`, () => {
    for (let seed = 0; seed < CASES; seed += 1) {
      const exports = exportsOf(seed);
      const body = encode(REQUEST, exports.traces());
      const json = Buffer.from(toOtlpJson(decode(REQUEST, body), false));
      for (let round = 0; round < 2; round += 1) {
        survives(decodeTraces, exports.damaged(body));
        survives(decodeTracesJson, exports.damaged(json));
      }
    }
  });
});

function refuses(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch {
    return true; // which error it is, other cases check
  }
}
