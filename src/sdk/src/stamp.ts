/** Returning another object from a constructor lets a subclass put its private field on that object. */
class Foreign {
  constructor(target: object) {
    return target;
  }
}

/** Values kept on objects of others, as a `WeakMap` would, but invisibly on the object itself. */
export interface Stamps<V> {
  /** Null for what bears no stamp, objects or not. */
  read(target: unknown): V | null;
  /** @throws TypeError where the engine lets nothing be added to a frozen object. */
  write(target: object, value: V): void;
}

/**
 * A new kind of stamp. It costs less than an entry of a WeakMap, which the garbage collector visits again and again; nobody can see it,
 * copy it or list it.
 */
export function newStamps<V>(): Stamps<V> {
  class Stamp extends Foreign {
    #value: V;

    constructor(target: object, value: V) {
      super(target);
      this.#value = value;
    }

    static read(target: unknown): V | null {
      return typeof target === "object" && target !== null && #value in target ? target.#value : null;
    }

    static write(target: object, value: V): void {
      if (#value in target) target.#value = value;
      else new Stamp(target, value);
    }
  }
  return Stamp;
}
