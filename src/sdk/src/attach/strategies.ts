import { middlewareArray } from "./middleware-array.js";
import { ownFetch } from "./own-fetch.js";
import type { AttachStrategy } from "./strategy.js";

/** Tried in order: a client that fits an earlier one may fit a later one by accident. */
export const STRATEGIES: readonly AttachStrategy[] = [middlewareArray, ownFetch];
