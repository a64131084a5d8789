/** One contestant: does `operations` units of work and returns when all are done. */
export interface Contestant {
  name: string;
  run: () => void | Promise<void>;
}

export interface Measured {
  name: string;
  /** Median nanoseconds of one run. */
  medianNs: number;
  /** Median CPU nanoseconds (user and system) of one run. */
  medianCpuNs: number;
}

/**
 * Times the contestants in turn, round by round, so that a busy moment of the machine meets them all alike. The order changes with
 * every round. The first rounds, in which code gets warm, are not counted.
 */
export async function interleave(
  contestants: readonly Contestant[],
  rounds: number,
  warmUp: number,
): Promise<Measured[]> {
  const wall = contestants.map((): number[] => []);
  const cpu = contestants.map((): number[] => []);
  for (let round = 0; round < warmUp + rounds; round += 1) {
    for (let turn = 0; turn < contestants.length; turn += 1) {
      const index = (turn + round) % contestants.length;
      const contestant = contestants[index];
      if (contestant === undefined) continue;
      const cpuBefore = process.cpuUsage();
      const before = process.hrtime.bigint();
      await contestant.run();
      const elapsed = Number(process.hrtime.bigint() - before);
      const used = process.cpuUsage(cpuBefore);
      if (round < warmUp) continue;
      wall[index]?.push(elapsed);
      cpu[index]?.push((used.user + used.system) * 1000);
    }
  }
  return contestants.map(({ name }, index) => ({
    name,
    medianNs: quantile(wall[index] ?? [], 0.5),
    medianCpuNs: quantile(cpu[index] ?? [], 0.5),
  }));
}

/** The value at `share` (0 to 1) of the sorted values; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = Math.min(sorted.length - 1, Math.floor(share * sorted.length));
  return sorted[at] ?? Number.NaN;
}

/** A number with three significant digits. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "n/a";
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}

/** Prints rows under a title, columns aligned. */
export function printTable(title: string, rows: readonly (readonly string[])[]): void {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, text] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, text.length);
  }
  console.log(`\n${title}`);
  for (const row of rows) {
    const cells = row.map((text, column) =>
      column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0),
    );
    console.log(`  ${cells.join("   ")}`);
  }
}
