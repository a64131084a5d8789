import type { Call } from "../src/server/domain/call.js";
import { normalizeSpan } from "../src/server/normalize/normalize-span.js";
import { decodeTraces } from "../src/server/otlp/traces-decoder.js";
import { loadBundledBook } from "../src/server/pricing/load-book.js";
import { NO_OPERATOR_PRICING } from "../src/server/pricing/operator-pricing.js";
import { priceCall } from "../src/server/pricing/price-call.js";
import { exportBody } from "./llm-spans.js";
import { interleave, printTable, short } from "./measure.js";

const SPANS = 2048;

function callsOf(body: Buffer): Call[] {
  return decodeTraces(body).items.flatMap((span) => {
    const normalized = normalizeSpan(span);
    return normalized.kind === "call" ? [normalized.call] : [];
  });
}

const plain = (_key: string, value: unknown): unknown =>
  typeof value === "bigint" ? value.toString() : value;

/** What normalizing and exact pricing cost per call, beside writing the same call as JSON once. */
export async function benchPricing(): Promise<void> {
  const spans = decodeTraces(exportBody(SPANS)).items;
  const calls = callsOf(exportBody(SPANS));
  const pricing = { book: loadBundledBook(), operator: NO_OPERATOR_PRICING };
  const priced = calls.filter((call) => priceCall(call, pricing).cost.status === "priced").length;
  const results = await interleave(
    [
      {
        name: "JSON.stringify of a call (baseline)",
        run: () => {
          for (const call of calls) JSON.stringify(call, plain);
        },
      },
      {
        name: "normalize",
        run: () => {
          for (const span of spans) normalizeSpan(span);
        },
      },
      {
        name: "price",
        run: () => {
          for (const call of calls) priceCall(call, pricing);
        },
      },
    ],
    30,
    10,
  );
  const baseline = results[0]?.medianCpuNs ?? Number.NaN;
  printTable(`Normalizing and pricing ${calls.length} calls (${priced} priced in full)`, [
    ["", "us CPU/call", "of baseline"],
    ...results.map(({ name, medianCpuNs }) => [
      name,
      short(medianCpuNs / 1000 / SPANS),
      (medianCpuNs / baseline).toFixed(2),
    ]),
  ]);
}
