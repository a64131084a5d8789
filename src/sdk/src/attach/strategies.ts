import { awsStack } from "./aws-stack.js";
import { genaiApiClient } from "./genai-api-client.js";
import { innerOptions } from "./inner-options.js";
import { middlewareArray } from "./middleware-array.js";
import { ownFetch } from "./own-fetch.js";
import { speakeasyHooks } from "./speakeasy-hooks.js";
import type { AttachStrategy } from "./strategy.js";

/** Tried in order: a client that fits an earlier one may fit a later one by accident. */
export const STRATEGIES: readonly AttachStrategy[] = [
  awsStack,
  genaiApiClient,
  speakeasyHooks,
  middlewareArray,
  innerOptions,
  ownFetch,
];
