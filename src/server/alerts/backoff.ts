const BASE_MS = 1_000;
const CAP_MS = 15 * 60_000;

/** A delivery is given up after so many attempts: close to three hours. */
export const MAX_ATTEMPTS = 20;

/**
 * Pause before the next attempt: doubles from one second to fifteen minutes, spread by a quarter either way; never
 * shorter than the receiver asked for, within the cap.
 * @param attempts attempts made so far, 1 or more.
 * @param random in [0, 1).
 */
export function backoffMs(attempts: number, retryAfterSeconds: number | null, random: number): number {
  const exponential = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempts - 1, 20));
  const spread = exponential * (0.75 + random * 0.5);
  const asked = (retryAfterSeconds ?? 0) * 1000;
  return Math.round(Math.min(CAP_MS, Math.max(spread, asked)));
}
