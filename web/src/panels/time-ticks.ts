const DAY = 86_400;
/** Distances between marked times, in seconds: parts of an hour, of a day, then days. */
const STEPS = [60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, DAY, 2 * DAY, 7 * DAY, 14 * DAY];

/** Times on an axis, in seconds: clock within a day, the date at its start; dates alone when steps are days. Never throws. */
export function timeTicks(ticks: readonly number[], step: number): string[] {
  let lastDay = "";
  return ticks.map((tick) => {
    const date = new Date(tick * 1000);
    const day = date.toLocaleDateString("en-US", { month: "short", day: "numeric" });
    if (step >= DAY * 27) return date.toLocaleDateString("en-US", { month: "short", year: "2-digit" });
    if (step >= DAY) return day;
    const clock = `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
    const isNewDay = day !== lastDay && (lastDay !== "" || clock === "00:00");
    lastDay = day;
    return isNewDay ? day : step < 60 ? `${clock}:${String(date.getSeconds()).padStart(2, "0")}` : clock;
  });
}

/**
 * Which of the equally wide buckets get a mark, and its text: the first bucket at or after each round local time, at least `leastPx`
 * apart. `times` are the buckets' starts in milliseconds, ascending. Never throws.
 */
export function bucketTicks(
  times: readonly number[],
  bucketPx: number,
  leastPx: number,
): Map<number, string> {
  const [first = 0, second = first + 60_000] = times;
  const bucketSeconds = (second - first) / 1000;
  const least = (leastPx / bucketPx) * bucketSeconds;
  const step = STEPS.find((one) => one >= least) ?? Math.ceil(least / DAY) * DAY;
  const slot = (ms: number): number => Math.floor((ms / 1000 - new Date(ms).getTimezoneOffset() * 60) / step);
  const marked = times.filter((ms, index) => index > 0 && slot(ms) !== slot(times[index - 1] ?? ms));
  const texts = timeTicks(
    marked.map((ms) => ms / 1000),
    step,
  );
  return new Map(marked.map((ms, index) => [ms, texts[index] ?? ""]));
}
