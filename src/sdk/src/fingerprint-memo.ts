/** One step of a chain of hashes: what was hashed after the step before it, and what came of it. */
export interface Step {
  readonly role: string;
  readonly text: string;
  /** UTF-8 bytes of the text. */
  readonly bytes: number;
  /** The hash, which the next one is chained to. */
  readonly link: string;
  /** `<role>:<bytes>:<link>`, as a boundary says it. */
  readonly entry: string;
  /** What followed the last time. */
  next: Step | null;
}

/** Hashes `text` in its `role`, chained to what `label` stands for. */
export type StepHash = (label: string, role: string, text: string) => string;

/** Beyond either of these the memo starts afresh. */
const MAX_STEPS = 2048;
const MAX_CHARACTERS = 1_048_576;

/**
 * The steps that were made before. Conversations are sent again with every turn: only what is new of them needs hashing, the rest is
 * compared with what followed the last time.
 */
export class FingerprintMemo {
  private readonly parts = new Map<string, Step>();
  private readonly steps = new Map<string, Step>();
  private characters = 0;

  constructor(private readonly hash: StepHash) {}

  get full(): boolean {
    return this.characters > MAX_CHARACTERS || this.steps.size >= MAX_STEPS;
  }

  /** The step over a part that stands alone, `label` its kind; the last one of each kind is found again. */
  part(label: string, text: string): Step {
    const known = this.parts.get(label);
    if (known !== undefined && known.text === text) return known;
    const made = newStep("", text, this.hash(label, "", text));
    if (text.length <= MAX_CHARACTERS) {
      this.characters += text.length;
      this.parts.set(label, made);
    }
    return made;
  }

  /** The step after `before`. */
  after(before: Step, role: string, text: string): Step {
    const { next } = before;
    if (next !== null && next.text === text && next.role === role) return next;
    const link = this.hash(before.link, role, text);
    // A conversation that went another way in between goes on where it was.
    let step = this.steps.get(link);
    if (step === undefined) {
      step = newStep(role, text, link);
      if (text.length > MAX_CHARACTERS) return step;
      this.characters += text.length;
      this.steps.set(link, step);
    }
    before.next = step;
    return step;
  }
}

function newStep(role: string, text: string, link: string): Step {
  const bytes = Buffer.byteLength(text);
  return { role, text, bytes, link, entry: `${role}:${bytes}:${link}`, next: null };
}

/** Held weakly: no collection of the whole heap leaves it, so that no prompt lives on here long after the application let it go. */
let last: WeakRef<FingerprintMemo> | null = null;

/** The memo of this process, an empty one when it is full or was collected. */
export function fingerprintMemo(hash: StepHash): FingerprintMemo {
  const known = last?.deref();
  if (known !== undefined && !known.full) return known;
  const made = new FingerprintMemo(hash);
  last = new WeakRef(made);
  return made;
}

/** The same steps for prompts that are not hashed: their sizes alone, nothing kept. */
export const MEASURED: Pick<FingerprintMemo, "part" | "after"> = {
  part: (_label, text) => newStep("", text, ""),
  after: (_before, role, text) => newStep(role, text, ""),
};
