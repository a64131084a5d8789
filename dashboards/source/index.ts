import { overview } from "./overview.js";
import type { Dashboard } from "./schema.js";

/** Every board, in the order the page lists them. */
export const BOARDS: readonly Dashboard[] = [overview];
