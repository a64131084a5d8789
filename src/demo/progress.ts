export interface DemoProgress {
  made: number;
  planned: number;
  /** Decimal USD the ledger says so far; null while it is not known. */
  spent: string | null;
  elapsedMs: number;
}

const BAR = 24;

/**
 * One line of progress: `[######......]  42 %  8,400 of 20,000 calls  $12.34 so far  31 s left`. The time left is left out for
 * the first two seconds. Never throws.
 */
export function progressLine(progress: DemoProgress): string {
  const share = progress.planned === 0 ? 1 : progress.made / progress.planned;
  const filled = Math.floor(share * BAR);
  const bar = "#".repeat(filled) + ".".repeat(BAR - filled);
  const percent = String(Math.floor(share * 100)).padStart(3);
  const spent = progress.spent === null ? "" : `  $${cents(progress.spent)} so far`;
  return `[${bar}] ${percent} %  ${count(progress.made)} of ${count(progress.planned)} calls${spent}${left(progress, share)}`;
}

function left({ elapsedMs }: DemoProgress, share: number): string {
  if (elapsedMs < 2_000 || share <= 0 || share >= 1) return "";
  return `  ${Math.round(((elapsedMs / share) * (1 - share)) / 1000)} s left`;
}

/** Whole numbers with thousands separators. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Decimal text cut to cents; for people, never for arithmetic. */
export function cents(decimal: string): string {
  const [whole = "0", fraction = ""] = decimal.split(".");
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${fraction.padEnd(2, "0").slice(0, 2)}`;
}
