import { attribution } from "./attribution.js";
import { budgets } from "./budgets.js";
import { calls } from "./calls.js";
import { latency } from "./latency.js";
import { models } from "./models.js";
import { overview } from "./overview.js";
import { reliability } from "./reliability.js";
import type { Dashboard } from "./schema.js";
import { tokensCache } from "./tokens-cache.js";

/** Every board, in the order the page lists them. */
export const BOARDS: readonly Dashboard[] = [
  overview,
  attribution,
  models,
  tokensCache,
  latency,
  reliability,
  budgets,
  calls,
];
