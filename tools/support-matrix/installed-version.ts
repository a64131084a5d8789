import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const modules = new URL("../../node_modules/", import.meta.url);

/**
 * Version of a package as it is installed here, `6.49` of `6.49.0`: the patch number says nothing about what is supported.
 * @throws Error when the package is not installed
 */
export function installedVersion(name: string): string {
  const file = fileURLToPath(new URL(`${name}/package.json`, modules));
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
  return version.split(".").slice(0, 2).join(".");
}
