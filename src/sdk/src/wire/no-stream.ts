import type { StreamReader } from "./family.js";

/** The reader of families that do not stream. */
export const NO_STREAM: StreamReader = { event: () => "none", complete: () => true };
