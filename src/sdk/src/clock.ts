/** Milliseconds since the Unix epoch, fractions allowed. */
export type Clock = () => number;

/**
 * A clock for one call: wall time at its creation, advanced by the monotonic clock, so that durations are exact to the
 * microsecond and never negative when the wall clock is set. A `custom` clock is used as it is (backfills and tests).
 */
export function callClock(custom: Clock | undefined): Clock {
  if (custom !== undefined) return custom;
  const wall = Date.now();
  const mono = performance.now();
  return () => wall + (performance.now() - mono);
}

/** OpenTelemetry high-resolution time, `[seconds, nanoseconds]`, of a moment in epoch milliseconds. */
export function hrTime(epochMs: number): [number, number] {
  let seconds = Math.floor(epochMs / 1000);
  let nanos = Math.round((epochMs - seconds * 1000) * 1e6);
  if (nanos >= 1e9) {
    seconds += 1;
    nanos = 0;
  }
  return [seconds, nanos];
}
