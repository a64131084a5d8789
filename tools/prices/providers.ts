import { CLOUD_PLANS } from "./plans/clouds.js";
import { OPENAI_PLANS } from "./plans/openai.js";
import { OTHER_PLANS } from "./plans/others.js";
import type { ProviderPlan } from "./provider-plan.js";

/** Every provider of the book, in the order of its files. */
export const PROVIDERS: readonly ProviderPlan[] = [...OPENAI_PLANS, ...CLOUD_PLANS, ...OTHER_PLANS];
