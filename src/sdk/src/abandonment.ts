/** The part of a live call that ends when nobody can read its answer on. */
interface Abandonable {
  finish(outcome: "abandoned"): void;
}

/** A reader was dropped while the body was open: nobody can read on. */
const collected = new FinalizationRegistry<Abandonable>((call) => {
  call.finish("abandoned");
});

/** The call ends as abandoned when `target`, the object that the application reads it through, is collected. One target at a time. */
export function watchHolder(call: Abandonable, target: object): void {
  collected.register(target, call, call);
}

export function forgetHolder(call: Abandonable): void {
  collected.unregister(call);
}
