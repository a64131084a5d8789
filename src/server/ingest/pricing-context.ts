import { loadBundledBook } from "../pricing/load-book.js";
import { NO_OPERATOR_PRICING } from "../pricing/operator-pricing.js";
import type { PricingContext } from "../pricing/price-call.js";

/** Injection token of the {@link PricingContextHolder}. */
export const PRICING_CONTEXT = Symbol("PRICING_CONTEXT");

/** The price book and operator prices in force. Swapped whole, so that one group of calls is priced by one state. */
export class PricingContextHolder {
  #context: PricingContext;

  constructor(context: PricingContext = { book: loadBundledBook(), operator: NO_OPERATOR_PRICING }) {
    this.#context = context;
  }

  current(): PricingContext {
    return this.#context;
  }

  replace(context: PricingContext): void {
    this.#context = context;
  }
}
