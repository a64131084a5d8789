/** One step of a chain of hashes: what was hashed under a label, and what came of it. */
export interface Step {
  readonly role: string;
  readonly text: string;
  /** The hash; the label of the step after it. */
  readonly link: string;
  /** `:<UTF-8 bytes of the text>:<link>`, as a boundary says it. */
  readonly suffix: string;
}

/** Beyond either of these the memo starts afresh. */
const MAX_STEPS = 2048;
const MAX_CHARACTERS = 1_048_576;

/** Held weakly: no collection of the whole heap leaves it, so that no prompt lives on here long after the application let it go. */
let memo = new WeakRef(new Map<string, Step>());
let characters = 0;

/**
 * The step from `label` over `text`, made by `make` unless the last step from there was the same. Conversations are sent again with every
 * turn: only what is new of them needs hashing, the rest is compared.
 */
export function step(label: string, role: string, text: string, make: () => Step): Step {
  let steps = memo.deref();
  const known = steps?.get(label);
  if (known !== undefined && known.text === text && known.role === role) return known;
  const made = make();
  characters += text.length - (known?.text.length ?? 0);
  if (steps === undefined || characters > MAX_CHARACTERS || steps.size >= MAX_STEPS) {
    steps = new Map();
    memo = new WeakRef(steps);
    characters = text.length;
  }
  if (text.length <= MAX_CHARACTERS) steps.set(label, made);
  return made;
}
