import type { EmitterRule } from "./emitter-rule.js";
import { MEASURED_EMITTERS } from "./emitters-measured.js";
import { READ_EMITTERS } from "./emitters-read.js";

/**
 * What is known about emitters. Order matters: the first row that matches and fills a column decides that column, and rows that were
 * measured stand before rows that were read.
 */
export const EMITTERS: readonly EmitterRule[] = [...MEASURED_EMITTERS, ...READ_EMITTERS];
