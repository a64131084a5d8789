import { loadBundledBook } from "../pricing/load-book.js";
import { NO_OPERATOR_PRICING } from "../pricing/operator-pricing.js";
import type { PricingContext } from "../pricing/price-call.js";

/** Injection token of the {@link PricingContextHolder}. */
export const PRICING_CONTEXT = Symbol("PRICING_CONTEXT");

/** The price book and operator prices in force. Swapped whole, so that one group of calls is priced by one state. */
export class PricingContextHolder {
  #context: PricingContext;
  #ofProjects: ReadonlyMap<string, PricingContext> = new Map();

  constructor(context: PricingContext = { book: loadBundledBook(), operator: NO_OPERATOR_PRICING }) {
    this.#context = context;
  }

  /** What holds for projects without operator prices of their own. */
  current(): PricingContext {
    return this.#context;
  }

  /** What holds for a project. */
  of(project: string): PricingContext {
    return { ...(this.#ofProjects.get(project) ?? this.#context), project };
  }

  /** @param ofProjects whole contexts of the projects that have operator prices of their own */
  replace(context: PricingContext, ofProjects: ReadonlyMap<string, PricingContext> = new Map()): void {
    this.#context = context;
    this.#ofProjects = ofProjects;
  }
}
