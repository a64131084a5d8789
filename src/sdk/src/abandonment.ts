import type { LiveCall } from "./live-call.js";

/** A reader was dropped while the body was open: nobody can read on. */
const collected = new FinalizationRegistry<LiveCall>((call) => {
  call.finish("abandoned");
});

/** The call ends as abandoned when `target`, the object that the application reads it through, is collected. One target at a time. */
export function watchHolder(call: LiveCall, target: object): void {
  collected.unregister(call);
  collected.register(target, call, call);
}

export function forgetHolder(call: LiveCall): void {
  collected.unregister(call);
}
