import { expect, it } from "@jest/globals";
import { retryWindowMs } from "../../../src/sdk/src/attempts.js";

it.each([
  { asked: null, attempts: 1, waits: 4000 },
  { asked: null, attempts: 2, waits: 6000 },
  { asked: null, attempts: 4, waits: 18_000 },
  { asked: null, attempts: 30, waits: 62_000 },
  { asked: 20, attempts: 1, waits: 2020 },
  { asked: 3_600_000, attempts: 1, waits: 62_000 },
])(
  "waits $waits ms for a retry after attempt $attempts when the provider asked for $asked",
  ({ asked, attempts, waits }) => {
    expect(retryWindowMs(asked, attempts)).toBe(waits);
  },
);
