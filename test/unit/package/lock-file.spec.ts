import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";

interface LockedPackage {
  resolved?: string;
  link?: boolean;
  optionalDependencies?: Record<string, string>;
}

const lock = JSON.parse(readFileSync(join(import.meta.dirname, "../../../package-lock.json"), "utf8")) as {
  packages: Record<string, LockedPackage>;
};

describe("the lock file", () => {
  it("names no download address", () => {
    const addresses = Object.values(lock.packages).filter(
      (entry) => entry.resolved !== undefined && entry.link !== true,
    );
    expect(addresses).toEqual([]);
  });

  // npm leaves out what the machine that wrote the file could not download, and `npm ci` then fails everywhere.
  it("holds the embedded engine of every platform", () => {
    const platforms = Object.keys(lock.packages["node_modules/chdb"]?.optionalDependencies ?? {});
    expect(platforms.length).toBeGreaterThanOrEqual(4);
    for (const name of platforms) expect(lock.packages).toHaveProperty([`node_modules/${name}`]);
  });
});
