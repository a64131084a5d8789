import type { PriceFile } from "../../src/server/pricing/price-book.schema.js";
import type { Disagreement } from "./sanity.js";

/** Markdown: what the book holds, and every place where the collections disagree with what was chosen. */
export function renderReport(
  version: string,
  files: readonly PriceFile[],
  disagreements: readonly Disagreement[],
): string {
  const rates = (file: PriceFile) => file.models.reduce((sum, model) => sum + model.rates.length, 0);
  const held = (file: PriceFile) =>
    file.models.reduce(
      (sum, model) => sum + model.rates.filter(({ status }) => status === "quarantined").length,
      0,
    );
  const table = files.map(
    (file) =>
      `| ${file.provider} | ${String(file.models.length)} | ${String(rates(file))} | ${String(held(file))} |`,
  );
  const rows = disagreements.map(
    (row) => `| ${row.provider} | ${row.model} | ${row.what} | ${row.chosen} | ${row.others} |`,
  );
  return [
    `# Price book ${version}: what was built and what was decided`,
    "",
    "Written by `tools/prices/build.ts`. USD per million tokens unless the class is a unit.",
    "",
    "| provider | models | rates | quarantined |",
    "|---|---|---|---|",
    ...table,
    "",
    `## ${String(disagreements.length)} disagreements`,
    "",
    "Order of trust: own overlay, dated prices of genai-prices, then the value most collections state. A collection whose base price fits",
    "no known price of a model is not used for that model at all.",
    "",
    "| provider | model | what | chosen | others |",
    "|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
