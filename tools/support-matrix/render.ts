import type { SupportedClient } from "./clients.js";

const BEGIN =
  "<!-- support matrix: written by tools/build-support-matrix.ts, asserted by test/integration/sdk/client-matrix.spec.ts -->";
const END = "<!-- end of the support matrix -->";

const HEAD = [
  "client",
  "tested versions",
  "recorded",
  "sync",
  "stream",
  "retries",
  "limits",
  "caching",
  "batch",
];

/**
 * The support matrix as a Markdown table: clients in the given order, versions of one client in one row unless they differ in what they
 * give. `versionOf` names the installed version of a package. Never throws.
 */
export function renderMatrix(
  clients: readonly SupportedClient[],
  versionOf: (installed: string) => string,
): string {
  const rows = new Map<string, string[]>();
  for (const client of clients) {
    const cells = cellsOf(client);
    const key = [client.client, ...cells].join("|");
    rows.set(key, [...(rows.get(key) ?? []), versionOf(client.installed)]);
  }
  const lines = [
    HEAD,
    HEAD.map(() => "---"),
    ...[...rows].map(([key, versions]) => {
      const [client = "", ...cells] = key.split("|");
      return [client, versions.join(", "), ...cells];
    }),
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function cellsOf(client: SupportedClient): string[] {
  return [
    client.covers,
    "yes",
    client.onBreak === "cancelled" ? "yes" : "yes; a loop that is left goes on at the provider",
    client.retries,
    client.limits.length === 0 ? "none sent" : client.limits.join(", "),
    client.caching.length === 0 ? "none sent" : client.caching.join(", "),
    client.batch === "" ? "-" : client.batch,
  ];
}

/**
 * `readme` with the matrix between its markers replaced.
 * @throws Error when a marker is missing
 */
export function withMatrix(readme: string, matrix: string): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin === -1 || end < begin) throw new Error("The README has no place for the support matrix");
  return `${readme.slice(0, begin)}${BEGIN}\n\n${matrix}\n\n${readme.slice(end)}`;
}
