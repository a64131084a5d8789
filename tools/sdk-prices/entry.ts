import { brotliDecompressSync } from "node:zlib";
import packedBook from "virtual:price-book";
import { TOKEN_CLASSES, UNIT_CLASSES } from "../../src/server/domain/usage.js";
import { estimatePrice as estimate } from "../../src/server/pricing/estimate.js";
import { buildPriceBook } from "../../src/server/pricing/price-book.js";
import type { PriceBook } from "../../src/server/pricing/price-book.js";
import type { PriceFile } from "../../src/server/pricing/price-book.schema.js";
import type * as Published from "./prices.js";

let built: PriceBook | null = null;

function bundledBook(): PriceBook {
  if (built !== null) return built;
  // Written by our own build from files that the schema has checked.
  const text = brotliDecompressSync(Buffer.from(packedBook, "base64")).toString("utf8");
  const { version, files } = JSON.parse(text) as { version: string; files: PriceFile[] };
  built = buildPriceBook(version, files);
  return built;
}

const OPERATOR = { overrides: [], endpoints: [], deployments: [], inheritSnapshots: [], currencies: [] };
const CLASSES: ReadonlySet<string> = new Set([...TOKEN_CLASSES, ...UNIT_CLASSES]);

function checkQuantities(question: Published.PriceQuestion): void {
  const { input, cached, output, usage } = question;
  const given = Object.entries({ input, cached, output, ...usage }).filter(
    ([, count]) => count !== undefined,
  );
  if (given.length === 0) throw new TypeError("no quantity given, e.g. { input: 1000, output: 200 }");
  for (const [name, count] of given) {
    const isCount = typeof count === "number" && Number.isFinite(count) && count >= 0;
    const isWhole = name.endsWith("Seconds") || Number.isSafeInteger(count);
    if (!isCount || !isWhole) throw new TypeError(`${name} must be a whole number >= 0`);
  }
  for (const name of Object.keys(usage ?? {}))
    if (!CLASSES.has(name)) throw new TypeError(`usage.${name} is no usage class`);
}

function instant(at: Date | string | undefined): number {
  const ms = at === undefined ? Date.now() : at instanceof Date ? at.getTime() : Date.parse(at);
  if (Number.isNaN(ms)) throw new TypeError("at is no valid time");
  return ms;
}

export const estimatePrice: typeof Published.estimatePrice = (question) => {
  if (typeof question.model !== "string" || question.model.trim() === "")
    throw new TypeError("model must be a non-empty text");
  checkQuantities(question);
  const { at, ...asked } = question;
  const book = bundledBook();
  const { cost, ...found } = estimate({ ...asked, atMs: instant(at) }, { book, operator: OPERATOR });
  return {
    status: cost.status === "not_billable" ? "unpriced" : cost.status,
    reason: cost.reason,
    total: cost.total,
    currency: cost.currency,
    ...found,
    lines: cost.lines,
    priceBook: book.version,
  };
};

export const priceBookVersion: typeof Published.priceBookVersion = () => bundledBook().version;
