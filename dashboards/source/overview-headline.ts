import { stat } from "./builder.js";
import { cacheHitRatio, UNPRICED_CALLS } from "./calls-view.js";
import { boardLink } from "./links.js";
import { quantileWithPrevious, single, withPrevious } from "./queries.js";

/** The numbers of a morning: each beside its change against the period before. */
export const headline = [
  stat({
    id: 1,
    title: "Spend",
    description:
      "Cost of all billable calls in the range, and the change against the equally long range before it. Calls without a known price are not in this sum; their number stands beside it.",
    w: 6,
    h: 3,
    unit: "currencyUSD",
    decimals: 2,
    noValue: "No spend",
    change: "rise-is-bad",
    sql: withPrevious((when) => `toFloat64(sumIf(cost, ${when}))`),
  }),
  stat({
    id: 2,
    title: "Calls missing from spend",
    description:
      "Billable calls whose price is unknown, fully or in part. While this is not zero, the true spend is higher than shown.",
    w: 6,
    h: 3,
    unit: "short",
    decimals: 0,
    noValue: "0",
    thresholds: [
      { color: "green", value: null },
      { color: "orange", value: 1 },
    ],
    links: [boardLink("What is missing and why", "spanledger-calls")],
    sql: single(UNPRICED_CALLS),
  }),
  stat({
    id: 3,
    title: "Calls",
    description: "Calls that were made in the range, failed ones included. A retried call counts once.",
    w: 6,
    h: 3,
    unit: "locale",
    noValue: "0",
    change: "neutral",
    sql: withPrevious((when) => `sumIf(calls, ${when})`),
  }),
  stat({
    id: 4,
    title: "Failed calls",
    description: "Share of calls that ended in an error after all retries.",
    w: 6,
    h: 3,
    unit: "percentunit",
    decimals: 2,
    change: "rise-is-bad",
    sql: withPrevious((when) => `sumIf(errors, ${when}) / nullIf(sumIf(calls, ${when}), 0)`),
  }),
  stat({
    id: 5,
    title: "Input tokens from cache",
    description:
      "Share of input tokens that the provider read from its prompt cache, at a fraction of the price.",
    w: 6,
    h: 3,
    unit: "percentunit",
    decimals: 1,
    change: "rise-is-good",
    sql: withPrevious(cacheHitRatio),
  }),
  stat({
    id: 6,
    title: "p95 latency",
    description:
      "95 of 100 calls that ended well took at most this long, from the first attempt to the last byte.",
    w: 6,
    h: 3,
    unit: "ms",
    change: "rise-is-bad",
    sql: quantileWithPrevious(0.95, "duration", { column: "duration_ms", condition: "outcome = 'ok'" }),
  }),
  stat({
    id: 7,
    title: "p95 time to first token",
    description: "95 of 100 streamed calls showed their first chunk within this time.",
    w: 6,
    h: 3,
    unit: "ms",
    change: "rise-is-bad",
    sql: quantileWithPrevious(0.95, "first_chunk", {
      column: "assumeNotNull(time_to_first_chunk_ms)",
      condition: "time_to_first_chunk_ms IS NOT NULL",
    }),
  }),
  stat({
    id: 8,
    title: "Attempts per call",
    description: "HTTP attempts for each call; 1 means nothing was retried.",
    w: 6,
    h: 3,
    unit: "none",
    decimals: 3,
    change: "rise-is-bad",
    sql: withPrevious((when) => `sumIf(attempts_made, ${when}) / nullIf(sumIf(attempted_calls, ${when}), 0)`),
  }),
];
