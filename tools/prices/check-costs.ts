import type { Call, CostLine } from "../../src/server/domain/call.js";
import { canonicalDecimal, parseMoney } from "../../src/server/domain/money.js";
import type { UsageClass } from "../../src/server/domain/usage.js";
import type { OperatorPricing } from "../../src/server/pricing/operator-pricing.js";
import { priceCall } from "../../src/server/pricing/price-call.js";
import type { PriceBook } from "../../src/server/pricing/price-book.js";
import { prepareCase } from "./case-call.js";
import { theirName } from "./case-files.js";
import type { CostCase, Verdict } from "./case-files.js";

const same = (a: string | null, b: string | null): boolean =>
  a === null || b === null ? a === b : parseMoney(a) === parseMoney(b);

/** Case files name the price of written tokens by its five-minute kind, and variants of a unit class in its name. */
function theirClass(line: CostLine, expected: CostCase["expect"]["lines"]): string {
  const names = expected.map((row) => row.rate_class);
  if (names.includes(line.class)) return line.class;
  const synonyms: Readonly<Record<string, RegExp>> = {
    cache_write: /^cache_write/,
    image: /^image:/,
    request: /^request/,
    web_search: /^web_search/,
    google_search_query: /^(google_search|web_search|grounded)/,
    google_search_prompt: /^(google_search|grounded)/,
    container_session: /^(container|code_interpreter)/,
    audio_second: /^audio_(second|minute)/,
    character: /^(input_)?character/,
    page: /page/,
    video_second: /video/,
    search_query: /search/,
    search_unit: /search/,
    output_citation: /citation/,
  };
  return names.find((name) => synonyms[line.class]?.test(name) === true) ?? line.class;
}

/** Price of one unit as an exact fraction over a common denominator: `0.36 per 3600` equals `0.006 per 60`. */
function samePrice(price: string, per: number, otherPrice: string, otherPer: string): boolean {
  return parseMoney(price) * BigInt(otherPer) === parseMoney(otherPrice) * BigInt(per);
}

function product(values: readonly string[]): string {
  let scaled = 1_000_000_000_000_000_000n;
  for (const value of values) scaled = (scaled * parseMoney(value)) / 1_000_000_000_000_000_000n;
  return scaled.toString();
}

function sameLine(
  line: CostLine,
  expected: CostCase["expect"]["lines"],
  row: CostCase["expect"]["lines"][number],
): boolean {
  return (
    theirClass(line, expected) === row.rate_class &&
    canonicalDecimal(line.quantity) === canonicalDecimal(row.quantity) &&
    samePrice(line.unitPrice, line.per, row.rate_usd, row.per) &&
    product(line.factors.map(({ factor }) => factor)) ===
      product(row.multipliers.map(({ value }) => value)) &&
    same(line.amount, row.amount_usd)
  );
}

/** The lines differ as sets; lines of zero quantity say nothing and are left out on both sides. */
function lineDifferences(lines: readonly CostLine[], expected: CostCase["expect"]["lines"]): string[] {
  const used = (quantity: string) => parseMoney(quantity) !== 0n;
  const ours = lines.filter(({ quantity }) => used(quantity));
  const theirs = expected.filter(({ quantity }) => used(quantity));
  const missing = theirs.filter((row) => !ours.some((line) => sameLine(line, expected, row)));
  const extra = ours.filter((line) => !theirs.some((row) => sameLine(line, expected, row)));
  return [
    ...missing.map(
      (row) =>
        `expected line ${row.rate_class} ${row.quantity} x ${row.rate_usd}/${row.per} = ${row.amount_usd}`,
    ),
    ...extra.map(
      (line) =>
        `our line ${line.class} ${line.quantity} x ${line.unitPrice}/${String(line.per)}${line.factors.map(({ factor }) => ` x ${factor}`).join("")} = ${line.amount} (${line.rateId})`,
    ),
  ];
}

/**
 * What differs between the engine's answer and a case: status, reason, total, model and lines, exactly. The answer is computed from the
 * case's inputs alone. Where these list a tool but not its number of calls, one call is taken; if the case is exact for another number,
 * the verdict names it and counts as `given`. Never throws for a valid case.
 */
export function checkCost(test: CostCase, book: PriceBook): Verdict {
  const prepared = prepareCase(test);
  const differences = differencesOf(test, prepared.call, prepared.operator, book);
  const verdict = { id: test.id, grade: test.grade, differences, remarks: [] as string[] };
  if (differences.length === 0 || prepared.assumed.size === 0) return verdict;
  const usage = { ...prepared.call.usage };
  for (const name of prepared.assumed) {
    const line = test.expect.lines.find((row) => LINE_OF[name]?.test(row.rate_class) === true);
    usage[name] = line === undefined ? null : Number.parseInt(line.quantity, 10);
    verdict.remarks.push(
      `the inputs do not tell how many ${name}: one was taken, the case means ${String(usage[name])}`,
    );
  }
  const given = differencesOf(test, { ...prepared.call, usage }, prepared.operator, book);
  return given.length === 0 ? { ...verdict, differences: [], given: true } : verdict;
}

const LINE_OF: Partial<Record<UsageClass, RegExp>> = {
  webSearchRequests: /search/,
  fileSearchCalls: /^file_search/,
  containerSessions: /^(container|code_interpreter)/,
};

function differencesOf(test: CostCase, call: Call, operator: OperatorPricing, book: PriceBook): string[] {
  const priced = priceCall(call, { book, operator });
  const { cost } = priced;
  const differences: string[] = [];
  const expectReason = test.expect.reason;
  if (cost.status !== test.expect.status)
    differences.push(
      `status ${cost.status}, expected ${test.expect.status} (our reason: ${String(cost.reason)})`,
    );
  if (cost.reason !== expectReason && !sameReason(cost.reason, expectReason)) {
    differences.push(`reason ${String(cost.reason)}, expected ${String(expectReason)}`);
  }
  const total = cost.status === "priced" ? cost.total : null;
  const known = cost.status === "partial" ? cost.total : null;
  if (!same(total, test.expect.cost_usd))
    differences.push(`cost ${String(total)}, expected ${String(test.expect.cost_usd)}`);
  if (!same(known, test.expect.known_part_usd)) {
    differences.push(`known part ${String(known)}, expected ${String(test.expect.known_part_usd)}`);
  }
  const name = priced.pricedModel === null ? null : theirName(priced.pricedModel);
  if (test.canonical !== null && name !== test.canonical)
    differences.push(`model ${String(name)}, expected ${test.canonical}`);
  differences.push(...lineDifferences(cost.lines, test.expect.lines));
  return differences;
}

/** A call at a host that nobody mapped is `endpoint_unmapped` here; case files know it as a provider without prices. */
function sameReason(ours: string | null, theirs: string | null): boolean {
  return (
    ours === "endpoint_unmapped" && (theirs === "no_price_for_provider" || theirs === "provider_ambiguous")
  );
}
