import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { envSchema } from "../src/server/config/env.schema.js";

const file = join(import.meta.dirname, "../docs/configuration.md");

/** docs/configuration.md as the environment schema describes it. */
export function configurationDocs(): string {
  const rows = Object.entries(envSchema.shape).map(([name, schema]) => {
    const parsed = schema.safeParse(undefined);
    const value = parsed.success ? parsed.data : undefined;
    const shown = value === undefined ? "unset" : Array.isArray(value) ? "empty" : `\`${value}\``;
    return `| \`${name}\` | ${shown} | ${schema.description ?? ""} |`;
  });
  return [
    "# Configuration",
    "",
    "Generated from `src/server/config/env.schema.ts` by `npm run docs`. All problems are reported together at start.",
    "",
    "| variable | default | meaning |",
    "|---|---|---|",
    ...rows,
    "",
    "The wrapper reads `SPANLEDGER_ENDPOINT` (`http://127.0.0.1:4318`), `SPANLEDGER_API_KEY`, `SPANLEDGER_DISABLED`,",
    "`SPANLEDGER_FINGERPRINT_KEY` and the standard `OTEL_*` variables.",
    "",
  ].join("\n");
}

if (process.argv[1]?.endsWith("build-config-docs.ts") === true) {
  const before = (() => {
    try {
      return readFileSync(file, "utf8");
    } catch {
      return ""; // first generation
    }
  })();
  writeFileSync(file, configurationDocs());
  process.stdout.write(
    before === configurationDocs()
      ? "docs/configuration.md is up to date\n"
      : "wrote docs/configuration.md\n",
  );
}
