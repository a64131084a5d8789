import { readFileSync } from "node:fs";

/** The version in the package's own package.json, the same from the sources and from the build. */
export function productVersion(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL("../../../package.json", import.meta.url), "utf8"),
  );
  return (manifest as { version: string }).version;
}
