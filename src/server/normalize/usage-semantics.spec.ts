import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { INPUT_CLASSES, OUTPUT_CLASSES, type Usage } from "../domain/usage.js";
import { noReportedUsage, type ReportedUsage } from "./reading.js";
import { EMITTERS } from "./emitters.js";
import { type UsageContext, versionWithin } from "./usage-rules.js";
import { resolveUsage } from "./usage-semantics.js";

const unknownSender: UsageContext = {
  dialect: "gen_ai",
  scope: "someone",
  scopeVersion: "1.0.0",
  provider: "openai",
  model: "gpt-4o",
  operation: "chat",
};

function resolve(reported: Partial<ReportedUsage>, context: Partial<UsageContext> = {}) {
  return resolveUsage({ ...noReportedUsage(), ...reported }, { ...unknownSender, ...context });
}

interface Case {
  name: string;
  reported: Partial<ReportedUsage>;
  context?: Partial<UsageContext>;
  usage: Partial<Usage>;
  quality: string;
  rule: string;
}

const CASES: Case[] = [
  {
    name: "the convention: input contains cache tokens, output contains reasoning",
    reported: { input: 1200, output: 300, cacheRead: 1024, cacheWrite: 100, reasoning: 128 },
    context: { model: "gpt-6" },
    usage: {
      inputUncached: 76,
      cacheRead: 1024,
      cacheWriteOther: 100,
      output: 172,
      outputReasoning: 128,
      inputTotal: 1200,
      outputTotal: 300,
    },
    quality: "exact",
    rule: "inclusive:convention+reasoning_inside:convention",
  },
  {
    name: "more cache than input proves that input excludes it",
    reported: { input: 21, output: 320, cacheRead: 1800, cacheWrite: 188 },
    context: { provider: "anthropic", model: "claude-sonnet-4-5" },
    usage: { inputUncached: 21, cacheRead: 1800, inputTotal: 2009, output: 320 },
    quality: "partial",
    rule: "exclusive:cache_exceeds_input",
  },
  {
    name: "a total that adds the cache proves it too",
    reported: { input: 3000, output: 100, cacheRead: 1000, cacheWrite: 0, total: 4100 },
    context: { provider: "anthropic", model: "claude-sonnet-4-5" },
    usage: { inputUncached: 3000, cacheRead: 1000, inputTotal: 4000 },
    quality: "exact",
    rule: "exclusive:total_adds_cache",
  },
  {
    name: "a total without the cache proves nothing",
    reported: { input: 3000, output: 100, cacheRead: 1000, cacheWrite: 0, total: 3100 },
    context: { provider: "anthropic", model: "claude-sonnet-4-5" },
    usage: { inputUncached: 2000, inputTotal: 3000 },
    quality: "exact",
    rule: "inclusive:convention",
  },
  {
    name: "older names copied the vendor's own field",
    reported: { input: 3000, output: 100, cacheRead: 1000, cacheWrite: 0, legacyCacheNames: true },
    context: { provider: "anthropic", model: "claude-3-5-sonnet-20241022" },
    usage: { inputUncached: 3000, inputTotal: 4000 },
    quality: "exact",
    rule: "exclusive:raw_vendor_field",
  },
  {
    name: "older names of an inclusive vendor stay inclusive",
    reported: { input: 3000, output: 100, cacheRead: 1000, legacyCacheNames: true },
    usage: { inputUncached: 2000, inputTotal: 3000, outputReasoning: 0 },
    quality: "exact",
    rule: "inclusive:convention",
  },
  {
    name: "Gemini thoughts outside the output, by the total",
    reported: { input: 1500, output: 300, total: 2010, reasoning: 210, cacheRead: 1200 },
    context: { provider: "gcp.gemini", model: "gemini-2.5-flash" },
    usage: { output: 300, outputReasoning: 210, outputTotal: 510, inputUncached: 300 },
    quality: "exact",
    rule: "inclusive:convention+reasoning_outside:total",
  },
  {
    name: "Gemini with a tool prompt outside the input",
    reported: { input: 1200, output: 40, total: 1310, reasoning: 60, cacheRead: 1000, inputTool: 10 },
    context: { provider: "gcp.gemini", model: "gemini-2.5-flash", dialect: "gemini_cli" },
    usage: {
      inputUncached: 200,
      inputTool: 10,
      inputTotal: 1210,
      output: 40,
      outputReasoning: 60,
      outputTotal: 100,
    },
    quality: "exact",
    rule: "inclusive:gemini_cli+reasoning_outside:exceeds_output",
  },
  {
    name: "more reasoning than output lies outside it",
    reported: { input: 125, output: 48, reasoning: 200, cacheRead: 98 },
    context: { provider: "x_ai", model: "grok-4" },
    usage: { output: 48, outputReasoning: 200, outputTotal: 248, inputUncached: 27 },
    quality: "exact",
    rule: "inclusive:convention+reasoning_outside:exceeds_output",
  },
  {
    name: "thoughts that only the total knows",
    reported: { input: 40, output: 12, total: 72 },
    context: { provider: "gcp.gemini", model: "gemini-2.5-flash", dialect: "openinference" },
    usage: { output: 12, outputReasoning: 20, outputTotal: 32 },
    quality: "partial",
    rule: "inclusive:convention+reasoning_from_total",
  },
  {
    name: "lost cache tokens that only the total knows: input total known, the split is not",
    reported: { input: 21, output: 320, total: 2329 },
    context: {
      dialect: "openinference",
      scope: "@arizeai/openinference-instrumentation-bedrock",
      provider: "aws.bedrock",
    },
    usage: { inputUncached: 21, cacheRead: null, cacheWriteOther: null, inputTotal: 2009, output: 320 },
    quality: "partial",
    rule: "exclusive:openinference_bedrock+input_total_from_total",
  },
  {
    name: "a sender that drops the cache split: total known, parts unknown, no zero",
    reported: { input: 1200, output: 85 },
    context: { scope: "@traceloop/instrumentation-openai" },
    usage: { inputUncached: null, cacheRead: null, inputTotal: 1200, output: 85, cacheWriteOther: 0 },
    quality: "partial",
    rule: "inclusive:traceloop_openai",
  },
  {
    name: "an unknown sender without cache numbers: cache unknown, all input taken as uncached, flagged",
    reported: { input: 1200, output: 85 },
    usage: { inputUncached: 1200, cacheRead: null, inputTotal: 1200, output: 85 },
    quality: "partial",
    rule: "inclusive:convention",
  },
  {
    name: "stated parts that do not add up to the stated total",
    reported: { input: 900, uncached: 100, cacheRead: 500, cacheWrite: 0, output: 10 },
    usage: { inputUncached: 100, cacheRead: 500, inputTotal: 900 },
    quality: "conflict",
    rule: "explicit_disjoint",
  },
  {
    name: "a listed inclusive sender whose cache exceeds its input: raw totals kept, nothing clamped",
    reported: { input: 100, output: 10, cacheRead: 500 },
    context: { scope: "@arizeai/openinference-instrumentation-openai", dialect: "openinference" },
    usage: { inputUncached: null, cacheRead: 500, inputTotal: 100 },
    quality: "conflict",
    rule: "inclusive:openinference_openai",
  },
  {
    name: "lifetimes of cache writes, the rest without one",
    reported: {
      uncached: 21,
      output: 320,
      cacheRead: 1800,
      cacheWrite: 200,
      cacheWrite5m: 148,
      cacheWrite1h: 40,
    },
    context: { provider: "anthropic", model: "claude-sonnet-4-5" },
    usage: { cacheWrite5m: 148, cacheWrite1h: 40, cacheWriteOther: 12, inputTotal: 2021 },
    quality: "exact",
    rule: "explicit_disjoint",
  },
  {
    name: "an embedding has no output and no cache",
    reported: { input: 18 },
    context: { operation: "embeddings", model: "text-embedding-3-small" },
    usage: { inputUncached: 18, cacheRead: 0, output: 0, outputReasoning: 0, outputTotal: 0, inputTotal: 18 },
    quality: "exact",
    rule: "inclusive:convention",
  },
  {
    name: "audio inside the totals",
    reported: { input: 1100, output: 100, cacheRead: 0, inputAudio: 1000, outputAudio: 60 },
    usage: {
      inputUncached: 100,
      inputAudio: 1000,
      output: 40,
      outputAudio: 60,
      inputTotal: 1100,
      outputTotal: 100,
    },
    quality: "exact",
    rule: "inclusive:convention",
  },
];

describe("usage semantics", () => {
  it.each(CASES.map((one) => [one.name, one] as const))(
    "%s",
    (_name, { reported, context, usage, quality, rule }) => {
      const resolved = resolve(reported, context);
      expect(resolved.usage).toMatchObject(usage);
      expect([resolved.quality, resolved.rule]).toEqual([quality, rule]);
    },
  );

  const count = fc.option(fc.nat(5000), { nil: null });
  const reportedUsage = fc.record({
    input: count,
    output: count,
    total: count,
    uncached: count,
    cacheRead: count,
    cacheWrite: count,
    cacheWrite5m: count,
    cacheWrite1h: count,
    reasoning: count,
    inputAudio: count,
    outputAudio: count,
    legacyCacheNames: fc.boolean(),
  });
  const context = fc.record({
    dialect: fc.constantFrom("gen_ai", "openlit", "langfuse", "vercel_ai_5", "vercel_ai_6", "aws_sdk"),
    scope: fc.constantFrom(
      "someone",
      ...EMITTERS.map((rule) => rule.scope?.source.replaceAll(/[\\^$()]/g, "") ?? "x"),
    ),
    provider: fc.constantFrom("openai", "anthropic", "aws.bedrock", "gcp.gemini", "unknown"),
    model: fc.constantFrom("gpt-4o", "gpt-6", "claude-sonnet-4-5", "gemini-2.5-flash", null),
    operation: fc.constantFrom("chat" as const, "embeddings" as const),
  });

  it("never gives a negative class, and exact parts always add up to their totals", () => {
    fc.assert(
      fc.property(reportedUsage, context, (reported, where) => {
        const { usage, quality } = resolve(reported, where);
        for (const name of [...INPUT_CLASSES, ...OUTPUT_CLASSES]) {
          const value = usage[name];
          expect(value === null || value >= 0).toBe(true);
        }
        if (quality !== "exact") return;
        const sum = (names: readonly (keyof Usage)[]) =>
          names.reduce((total, name) => total + (usage[name] ?? 0), 0);
        expect(sum(INPUT_CLASSES)).toBe(usage.inputTotal);
        expect(sum(OUTPUT_CLASSES)).toBe(usage.outputTotal);
      }),
      { numRuns: 2000 },
    );
  });

  it("compares versions by number", () => {
    expect(versionWithin("0.27.0", undefined, "0.28.0")).toBe(true);
    expect(versionWithin("0.28.0-rc.1", undefined, "0.28.0")).toBe(false);
    expect(versionWithin("0.100.0", "0.28.0", undefined)).toBe(true);
    expect(versionWithin("", undefined, "0.28.0")).toBe(true);
  });
});
