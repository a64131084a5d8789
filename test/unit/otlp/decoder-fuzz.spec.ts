import { describe, expect, it } from "@jest/globals";
import { AppError } from "../../../src/server/domain/errors.js";
import type { Decoded } from "../../../src/server/otlp/decoded.js";
import { decodeLogs } from "../../../src/server/otlp/logs-decoder.js";
import { decodeLogsJson } from "../../../src/server/otlp/logs-json-decoder.js";
import { decodeMetrics } from "../../../src/server/otlp/metrics-decoder.js";
import { decodeMetricsJson } from "../../../src/server/otlp/metrics-json-decoder.js";
import { decodeTraces } from "../../../src/server/otlp/traces-decoder.js";
import { decodeTracesJson } from "../../../src/server/otlp/traces-json-decoder.js";
import { expectedLogs } from "./expected-logs.js";
import { expectedPoints } from "./expected-points.js";
import { expectedSpans } from "./expected-spans.js";
import type { Json } from "./expected-values.js";
import { decode, encode } from "./oracle.js";
import { toOtlpJson } from "./otlp-json.js";
import { RandomExports, randomNumbers } from "./random-exports.js";

/** Cases per property and signal; CI takes the default, a longer hunt sets the variable. */
const CASES = Number(process.env["SPANLEDGER_FUZZ_CASES"] ?? 1000);

interface Subject {
  request: string;
  random: (exports: RandomExports) => Json;
  expected: (request: Json) => { items: unknown[]; rejected: number };
  protobuf: (body: Buffer) => Decoded<unknown>;
  json: (body: Buffer) => Decoded<unknown>;
}

const SUBJECTS: readonly (readonly [signal: string, subject: Subject])[] = [
  [
    "traces",
    {
      request: "ExportTraceServiceRequest",
      random: (exports) => exports.traces(),
      expected: expectedSpans,
      protobuf: decodeTraces,
      json: decodeTracesJson,
    },
  ],
  [
    "logs",
    {
      request: "ExportLogsServiceRequest",
      random: (exports) => exports.logs(),
      expected: expectedLogs,
      protobuf: decodeLogs,
      json: decodeLogsJson,
    },
  ],
  [
    "metrics",
    {
      request: "ExportMetricsServiceRequest",
      random: (exports) => exports.metrics(),
      expected: expectedPoints,
      protobuf: decodeMetrics,
      json: decodeMetricsJson,
    },
  ],
];

const exportsOf = (seed: number): RandomExports => new RandomExports(randomNumbers(seed));

describe.each(SUBJECTS)("decoders of %s against protobufjs", (_signal, subject) => {
  const bodyOf = (seed: number): Buffer => encode(subject.request, subject.random(exportsOf(seed)));

  it(`agree on ${CASES} random protobuf requests`, () => {
    for (let seed = 0; seed < CASES; seed += 1) {
      const body = bodyOf(seed);
      const expected = subject.expected(decode(subject.request, body));
      const { items, rejected } = subject.protobuf(body);
      expect({ seed, items, rejected }).toEqual({ seed, ...expected });
    }
  });

  it(`agree on ${CASES} random JSON requests, integers as text or as numbers`, () => {
    for (let seed = 0; seed < CASES; seed += 1) {
      const request = decode(subject.request, bodyOf(seed));
      const { items, rejected } = subject.json(Buffer.from(toOtlpJson(request, seed % 2 === 0)));
      expect({ seed, items, rejected }).toEqual({ seed, ...subject.expected(request) });
    }
  });

  it("refuse a truncated request, but for one cut between two blocks", () => {
    for (let seed = 0; seed < 40; seed += 1) {
      const body = bodyOf(seed);
      for (let length = 0; length < body.length; length += 1 + Math.floor(body.length / 40)) {
        const cut = body.subarray(0, length);
        const expected = refuses(() => decode(subject.request, cut));
        expect({ seed, length, refused: refuses(() => subject.protobuf(cut)) }).toEqual({
          seed,
          length,
          refused: expected,
        });
      }
    }
  });

  it(`survive ${CASES * 4} damaged requests`, () => {
    for (let seed = 0; seed < CASES; seed += 1) {
      const exports = exportsOf(seed);
      const body = encode(subject.request, subject.random(exports));
      const json = Buffer.from(toOtlpJson(decode(subject.request, body), false));
      for (let round = 0; round < 2; round += 1) {
        survives(subject.protobuf, exports.damaged(body));
        survives(subject.json, exports.damaged(json));
      }
    }
  });
});

/** Runs a decoder on damaged bytes: all it may do is return or refuse the request. */
function survives(decoder: (body: Buffer) => unknown, body: Buffer): void {
  try {
    decoder(body);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "invalid_request") throw error;
  }
}

function refuses(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch {
    return true; // which error it is, other cases check
  }
}
